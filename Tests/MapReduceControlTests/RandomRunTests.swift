import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceControl

/// A coordinator driven at random: workers come, go and fall silent, attempts succeed, fail and are
/// lost.
///
/// After every event its promises are checked, and when the faults stop every job ends.
@Suite struct RandomRunTests {
    @Test func promisesHoldWhateverHappens() {
        forEachSeed(25) { random in
            var world = World(random: random)
            world.run()
            random = world.random
        }
    }
}

private struct World {
    var random: SeededGenerator
    private let policy: Policy
    private var coordinator: Coordinator
    private var now = Instant.zero
    private var journal: [JournalEntry] = []
    /// What runs, as the workers know it.
    private var running: [(worker: WorkerID, attempt: AttemptID, sources: [ShuffleInput])] = []
    private var alive: Set<WorkerID> = []
    private var publishing: [JobID] = []
    private var finished: [JobID: JobOutcome] = [:]
    private let slots = 2

    init(random: SeededGenerator) {
        self.random = random
        var policy = Policy()
        policy.placement = Placement.allCases.randomElement(using: &self.random) ?? .leastLoaded
        // The faults of these runs are the cluster's; without end they would end the jobs.
        policy.maxClusterFailures = 10_000
        self.policy = policy
        coordinator = Coordinator(policy: policy)
    }

    mutating func run() {
        for number in 1...2 {
            apply(
                .jobSubmitted(
                    testJob(
                        number,
                        maps: Int.random(in: 1...6, using: &random),
                        reducers: Int.random(in: 1...3, using: &random),
                        stageCount: Int.random(in: 1...3, using: &random)
                    )
                )
            )
        }
        for _ in 0..<300 { step(withFaults: true) }
        var steps = 0
        while finished.count < 2, steps < 2_000 {
            step(withFaults: false)
            steps += 1
        }
        #expect(finished.count == 2, "every job ends when the faults stop")
        for (id, outcome) in finished where outcome == .succeeded { checkResult(id) }
    }

    private mutating func step(withFaults: Bool) {
        now = now + .milliseconds(Int.random(in: 0...1500, using: &random))
        for worker in alive.sorted() where !withFaults || Int.random(in: 0...3, using: &random) > 0
        {
            apply(
                .workerPolled(
                    worker,
                    WorkerHealth(isDiskLow: Int.random(in: 0..<8, using: &random) == 0)
                )
            )
        }
        alive = alive.filter { coordinator.workers[$0] != nil }
        running.removeAll { !alive.contains($0.worker) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1:
            if alive.count < 4 {
                // A worker that is known comes back with what it runs, or has missed some of it.
                let worker = WorkerID(Int.random(in: 1...9, using: &random))
                if Bool.random(using: &random) {
                    running.removeAll { $0.worker == worker && $0.attempt.number % 2 == 0 }
                }
                alive.insert(worker)
                apply(
                    .workerJoined(
                        worker,
                        WorkerProfile(slots: slots),
                        attempts: running.filter { $0.worker == worker }.map(\.attempt)
                    )
                )
            }
        case 2:
            if withFaults, let worker = alive.sorted().randomElement(using: &random) {
                alive.remove(worker)
                running.removeAll { $0.worker == worker }
                apply(.workerLeft(worker))
            }
        case 3:
            if let job = publishing.popLast() { apply(.outputPublished(job, nil)) }
        case 4:
            if withFaults, let task = running.randomElement(using: &random),
                let read = task.sources.randomElement(using: &random),
                let sources = coordinator.jobs[task.attempt.task.job]?
                    .sources(stage: read.stage, outputLogLength: read.outputLogLength),
                let source = sources.randomElement(using: &random)
            {
                running.removeAll { $0.attempt == task.attempt }
                apply(
                    .fetchFailed(
                        task.worker,
                        task.attempt,
                        source: source,
                        isSilent: Bool.random(using: &random),
                        message: "told"
                    )
                )
            }
        case 5:
            if withFaults, Int.random(in: 0..<4, using: &random) == 0 { restart() }
        default: reportSome(withFaults)
        }
    }

    /// The coordinator goes on from its journal; the workers join again.
    private mutating func restart() {
        coordinator = Coordinator(policy: policy, journal: journal, at: now)
        let published = publishing
        publishing = []
        apply(.recovered)
        #expect(published.sorted() == publishing.sorted(), "a commit that had begun goes on")
        for worker in alive.sorted() {
            apply(
                .workerJoined(
                    worker,
                    WorkerProfile(slots: slots),
                    attempts: running.filter { $0.worker == worker }.map(\.attempt)
                )
            )
        }
    }

    private mutating func reportSome(_ withFaults: Bool) {
        guard let index = running.indices.randomElement(using: &random) else { return }
        let task = running.remove(at: index)
        let fails = withFaults && Int.random(in: 0..<12, using: &random) == 0
        let outcome: TaskReport.Outcome =
            fails
            ? .failed(Failure(kind: .threw, message: "as told"))
            : .succeeded(testOutput(task.attempt))
        let report = TaskReport(attempt: task.attempt, outcome: outcome)
        apply(.attemptReported(task.worker, report))
        // Sometimes a report comes twice.
        if Bool.random(using: &random) { apply(.attemptReported(task.worker, report)) }
    }

    private mutating func apply(_ event: Event) {
        let effects = coordinator.apply(event, at: now)
        journal += effects.journal
        for item in effects.commands { take(item) }
        for action in effects.actions {
            switch action {
            case .workerUnreachable(let worker, let others):
                #expect(coordinator.workers[worker] != nil && !others.isEmpty)
            case .publishOutput(let job, let outputs):
                #expect(!publishing.contains(job), "published once")
                let count = coordinator.jobs[job]?.stages.last?.tasks.count
                #expect(outputs.count == count, "one output for each task")
                publishing.append(job)
            case .jobFinished(let job, let outcome):
                #expect(finished[job] == nil, "a job ends once")
                finished[job] = outcome
            }
        }
        check()
    }

    private mutating func take(_ item: AddressedCommand) {
        switch item.command {
        case .start(let assignment):
            #expect(!running.contains { $0.attempt == assignment.attempt }, "started once")
            checkInput(assignment)
            running.append((item.worker, assignment.attempt, assignment.sources))
        case .stop(let attempt):
            running.removeAll { $0.attempt == attempt && $0.worker == item.worker }
        case .prepare(let job, let stage, let tasks):
            #expect(coordinator.workers[item.worker] != nil && !tasks.isEmpty)
            #expect(coordinator.jobs[job]?.stages[stage].isDone == false)
        case .end(let job): Issue.record("the driver ends \(job) on workers")
        }
    }

    /// Every partition is read from one run of each task of the stage before, in their order.
    private func checkInput(_ assignment: Assignment) {
        guard let job = coordinator.jobs[assignment.attempt.task.job] else { return }
        for read in assignment.sources {
            let sources = job.sources(stage: read.stage, outputLogLength: read.outputLogLength)
            #expect(sources.map(\.task.index) == Array(job.stages[read.stage].tasks.indices))
            for source in sources {
                #expect(coordinator.jobs[task: source.task]?.winner == source.number)
            }
        }
    }

    private func check() {
        #expect(Jobs(replaying: journal) == coordinator.jobs, "the journal tells the state")
        for worker in coordinator.workers.all {
            // One that a restarted coordinator waits for has not said how many slots it has.
            #expect(worker.runningCount >= 0)
            #expect(worker.slots == 0 || worker.runningCount <= worker.slots)
            let known = running.filter { $0.worker == worker.id }.map(\.attempt)
            #expect(worker.running.sorted() == known.sorted(), "slots are those that run")
        }
        var again = coordinator
        again.effects = Effects()
        again.workers.isUnsettled = true
        again.schedule(at: now)
        #expect(again.effects == Effects(), "nothing is left that could be started")
        for job in coordinator.jobs.all {
            for stage in job.stages {
                #expect(stage.doneCount == stage.tasks.count { $0.winner != nil })
                let active = stage.tasks.flatMap(\.attempts).count { $0.status == .running }
                #expect(stage.runningCount == active)
                for task in stage.tasks where job.phase == .running {
                    #expect(task.ownFailures < job.submission.retryPolicy.maxAttempts)
                }
            }
        }
    }

    private func checkResult(_ id: JobID) {
        guard let job = coordinator.jobs[id] else { return }
        let taskCount = job.stages.reduce(0) { $0 + $1.tasks.count }
        #expect(job.counters["attempts"] == taskCount, "each task counts once")
        #expect(job.stages.last?.isDone ?? false)
    }
}
