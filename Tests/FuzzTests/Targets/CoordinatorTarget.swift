import MapReduceModel

@testable import MapReduceControl

/// The control plane with any requests of workers, which come as a coordinator lets them in.
struct CoordinatorTarget: FuzzTarget {
    let name = "coordinator"
    let mutation = Mutation.json

    /// What comes over the network, as a step of a script.
    enum Step: Codable {
        case submit(JobSubmission)
        case join(WorkerID, JoinRequest)
        case poll(WorkerID, PollRequest)
        case leave(WorkerID)
        case cancel(JobID)
        case published(JobID, Failure?)
        case retire(JobID)
        case tick(milliseconds: Int)
    }

    func seeds() throws -> [[UInt8]] { try [0, 1, 2].map { try Script.text(Rehearsal.steps($0)) } }

    func check(_ text: [UInt8]) throws -> Bool {
        let steps = try Script.steps(Step.self, text)
        var policy = Policy()
        policy.placement = Placement.allCases[text.count % Placement.allCases.count]
        var stage = Stage(Coordinator(policy: policy))
        for step in steps { try stage.apply(step) }
        try require(
            stage.replay.jobs == stage.coordinator.jobs,
            "the journal tells another state than there is"
        )
        return !steps.isEmpty
    }

    /// A coordinator with the journal that it wrote.
    struct Stage {
        var coordinator: Coordinator
        var replay = JournalReplay()
        /// What the last step led to.
        private(set) var commands: [AddressedCommand] = []
        private(set) var actions: [CoordinatorAction] = []
        private(set) var entries: [JournalEntry] = []
        private var now = Instant.zero

        init(_ coordinator: Coordinator) { self.coordinator = coordinator }

        mutating func apply(_ step: Step) throws {
            commands = []
            actions = []
            entries = []
            switch step {
            case .submit(let submission):
                do {
                    try replay.check(.jobSubmitted(submission, at: .zero))
                } catch {
                    return
                }
                try apply(.jobSubmitted(submission))
            case .join(let id, let request):
                // Ids of workers are given by the coordinator, from 1 on.
                guard 1...4096 ~= request.slots, 1..<Int.max ~= id.number else { return }
                let profile = WorkerProfile(slots: request.slots, localPaths: request.localPaths)
                try apply(.workerJoined(id, profile, attempts: request.attempts))
            case .poll(let id, let request):
                let health = WorkerHealth(
                    isDraining: request.isDraining,
                    isDiskLow: request.isDiskLow
                )
                try apply(.workerPolled(id, health))
                for end in request.ended { try apply(event(end, id)) }
                _ = coordinator.isNeeded(id)
            case .leave(let id): try apply(.workerLeft(id))
            case .cancel(let job): try apply(.jobCancelled(job))
            case .published(let job, let failure): try apply(.outputPublished(job, failure))
            case .retire(let job): try apply(.jobRetired(job))
            case .tick(let milliseconds):
                now = now + .milliseconds(min(max(milliseconds, 0), 1_000_000))
                try apply(.tick)
            }
        }

        private func event(_ end: AttemptEnd, _ worker: WorkerID) -> Event {
            if let source = end.source, case .failed(let failure) = end.report.outcome {
                return .fetchFailed(
                    worker,
                    end.report.attempt,
                    source: source,
                    message: failure.message
                )
            }
            return .attemptReported(worker, end.report)
        }

        mutating func apply(_ event: Event) throws {
            let effects = coordinator.apply(event, at: now)
            for entry in effects.journal {
                do {
                    try replay.add(entry)
                } catch {
                    throw FuzzFinding("what a coordinator writes is refused: \(error)")
                }
            }
            entries += effects.journal
            commands += effects.commands
            actions += effects.actions
            for item in effects.commands {
                guard case .start(let assignment) = item.command else { continue }
                try require(
                    coordinator.workers[item.worker] != nil,
                    "\(assignment.attempt) starts on a worker that is not there"
                )
            }
            for job in coordinator.jobs.all { try checkCounts(of: job) }
        }
    }
}

/// What a job counts is what its tasks are.
func checkCounts(of job: JobState) throws {
    for stage in job.stages {
        try require(
            stage.doneCount == stage.tasks.count(where: { $0.winner != nil }),
            "a stage of \(job.id) counts \(stage.doneCount) tasks that are done"
        )
        try require(
            stage.runningCount == stage.tasks.flatMap(\.attempts).count(where: \.isRunning),
            "a stage of \(job.id) counts \(stage.runningCount) attempts that run"
        )
    }
}
