internal import MapReduceControl
internal import MapReduceModel

/// Workers that do nothing but answer, around a real coordinator.
///
/// Each attempt takes as long as every other one, so that they end in the order in which they were
/// started, and each worker is heard every second or more often. On faulty workers every attempt
/// fails.
struct SimulatedCluster {
    private(set) var coordinator: Coordinator
    /// What was spent in `Coordinator.apply` on the reports of attempts, and on heartbeats.
    private(set) var reports = Cost()
    private(set) var heartbeats = Cost()
    /// How the job ended; nil while it has not.
    private(set) var outcome: JobOutcome?
    private let workerCount: Int
    private let faultyCount: Int
    private var now = Instant.zero
    private var nextHeartbeat = 0
    /// What was started and has not ended, the oldest first, from `firstRunning` on.
    private var running: [(worker: WorkerID, attempt: AttemptID, endsAt: Instant)] = []
    private var firstRunning = 0

    static let slots = 4
    static let taskDuration = Duration.seconds(4)
    /// Moments at which events are delivered.
    static let step = Duration.milliseconds(1)
    private static let stepsOfHeartbeat = 1000

    /// Events, and the time that they took.
    struct Cost {
        var count = 0
        var duration = Duration.zero

        var perSecond: Double { Double(count) / max(duration.inSeconds, 1e-9) }

        static func + (a: Cost, b: Cost) -> Cost {
            Cost(count: a.count + b.count, duration: a.duration + b.duration)
        }
    }

    init(workerCount: Int, faultyCount: Int, placement: Placement) {
        self.workerCount = workerCount
        self.faultyCount = faultyCount
        var policy = Policy()
        policy.placement = placement
        coordinator = Coordinator(policy: policy)
        for number in 0..<workerCount {
            let profile = WorkerProfile(
                slots: Self.slots,
                localPaths: [SimulatedJob.folder(ofWorker: number)]
            )
            _ = coordinator.apply(.workerJoined(WorkerID(number), profile, attempts: []), at: now)
        }
    }

    /// Runs a job of so many maps to its end, or until nothing happens any more.
    /// - Returns: how long the coordinator took to accept it and to fill all slots.
    mutating func run(taskCount: Int) -> Duration {
        let submission = SimulatedJob.submission(taskCount: taskCount, workerCount: workerCount)
        let clock = ContinuousClock()
        let start = clock.now
        let effects = coordinator.apply(.jobSubmitted(submission), at: now)
        let accepted = clock.now - start
        carryOut(effects)
        // The first attempts end one after another, as if the cluster had been at work before.
        for index in running.indices {
            let part = Self.taskDuration * (Double(index + 1) / Double(running.count))
            running[index].endsAt = now + part
        }
        while outcome == nil, firstRunning < running.count {
            now = now + Self.step
            let reports = endedAttempts()
            self.reports = self.reports + deliver(reports, clock)
            heartbeats = heartbeats + deliver(dueHeartbeats(), clock)
        }
        return accepted
    }

    private mutating func deliver(_ events: [Event], _ clock: ContinuousClock) -> Cost {
        let start = clock.now
        for event in events { carryOut(coordinator.apply(event, at: now)) }
        return Cost(count: events.count, duration: clock.now - start)
    }

    /// The reports of the attempts whose time has come.
    private mutating func endedAttempts() -> [Event] {
        var events: [Event] = []
        while firstRunning < running.count, running[firstRunning].endsAt <= now {
            let (worker, attempt, _) = running[firstRunning]
            firstRunning += 1
            let outcome: TaskReport.Outcome =
                worker.number < faultyCount
                ? .failed(Failure(kind: .crashed, message: "\(attempt) crashed on \(worker)"))
                : .succeeded(SimulatedJob.output(of: attempt, on: worker))
            let report = TaskReport(attempt: attempt, outcome: outcome)
            events.append(.attemptReported(worker, report))
        }
        if firstRunning > running.count / 2 {
            running.removeFirst(firstRunning)
            firstRunning = 0
        }
        return events
    }

    /// This step's share of the heartbeats.
    private mutating func dueHeartbeats() -> [Event] {
        let first = nextHeartbeat
        let count = (workerCount + Self.stepsOfHeartbeat - 1) / Self.stepsOfHeartbeat
        nextHeartbeat = (first + count) % workerCount
        return (first..<first + count).map { number in
            .workerPolled(WorkerID(number % workerCount), WorkerHealth())
        }
    }

    private mutating func carryOut(_ effects: Effects) {
        for item in effects.commands {
            guard case .start(let assignment) = item.command else { continue }
            running.append((item.worker, assignment.attempt, now + Self.taskDuration))
        }
        for action in effects.actions {
            switch action {
            case .publishOutput(let job, _):
                carryOut(coordinator.apply(.outputPublished(job, nil), at: now))
            case .jobFinished(_, let outcome): self.outcome = outcome
            case .workerUnreachable: break
            }
        }
    }
}
