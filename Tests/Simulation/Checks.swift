internal import MapReduceControl
internal import MapReduceModel

/// What must hold after every event of the coordinator.
struct Checks {
    /// The state that the journal alone leads to.
    private var replayed = Jobs()
    /// Planned crashes of the coordinator that have happened.
    var crashedAt: Set<Int> = []
    private var outcomes: [JobID: JobOutcome] = [:]
    /// More attempts than the faults of a run explain are a loop.
    private static let maxStarts = 100

    mutating func begin(replaying journal: [JournalEntry], of control: Coordinator) {
        replayed = Jobs(replaying: journal)
        outcomes = [:]
    }

    /// Says what is wrong; nil when nothing is.
    mutating func step(_ control: Coordinator, _ effects: Effects) -> String? {
        for entry in effects.journal {
            replayed.apply(entry)
            if case .jobFinished(let job, let outcome, _) = entry {
                if outcomes[job] != nil { return "\(job) ends twice" }
                outcomes[job] = outcome
            }
        }
        if replayed != control.jobs { return "the journal does not give back the state" }
        for worker in control.workers.all
        where worker.profile.slots > 0 && worker.runningCount > worker.profile.slots {
            let slots = worker.profile.slots
            return "\(worker.id) runs \(worker.runningCount) attempts on \(slots) slots"
        }
        for job in control.jobs.all {
            if let wrong = check(job, control) { return wrong }
        }
        for item in effects.commands {
            if let wrong = check(item, control) { return wrong }
        }
        for action in effects.actions {
            if let wrong = check(action, control) { return wrong }
        }
        return nil
    }

    private func check(_ job: JobState, _ control: Coordinator) -> String? {
        var counters = Counters()
        for (index, stage) in job.stages.enumerated() {
            if stage.doneCount != stage.tasks.count(where: { $0.winner != nil }) {
                return "\(job.id) counts its winners wrong"
            }
            if stage.auditCount != stage.tasks.count(where: \.needsAudit) {
                return "\(job.id) counts its audits wrong"
            }
            let limit = max(stage.tasks.count * control.policy.maxBackups / 100, 1)
            if stage.backupCount > limit {
                return "stage \(index) of \(job.id) has too many backups"
            }
            if stage.isLeftOut, stage.tasks.contains(where: { !$0.attempts.isEmpty }) {
                return "stage \(index) of \(job.id) has begun, and is left out"
            }
            for (number, task) in stage.tasks.enumerated() {
                if let output = task.winningOutput { counters.add(output.counters) }
                let id = TaskID(job: job.id, stage: index, index: number)
                if let wrong = check(task, id, job) { return wrong }
            }
        }
        guard job.isRunning else {
            let taskCount = job.stages.reduce(0) { $0 + ($1.isLeftOut ? 0 : $1.tasks.count) }
            let isCounted = job.counters["attempts"] == taskCount
            let hasOutput = job.phase == .committing || job.outcome == .succeeded
            return isCounted || !hasOutput ? nil : "\(job.id) does not count each task once"
        }
        if counters != job.counters { return "the counters of \(job.id) are not those of winners" }
        return nil
    }

    private func check(_ task: TaskState, _ id: TaskID, _ job: JobState) -> String? {
        let succeeded = task.attempts.indices.filter { number in
            if case .succeeded = task.attempts[number].status { true } else { false }
        }
        if succeeded != (task.winner.map { [$0] } ?? []) {
            return "\(id) has \(succeeded.count) outputs that count"
        }
        if task.attempts.count > Self.maxStarts {
            return "\(id) was started \(task.attempts.count) times"
        }
        let limit = job.submission.retryPolicy.maxAttempts
        if task.ownFailures > limit || job.isRunning && task.ownFailures >= limit {
            return "\(id) has failed \(task.ownFailures) times"
        }
        if job.badRecordCount > job.submission.retryPolicy.maxBadRecords {
            return "\(job.id) passes over too many records"
        }
        return nil
    }

    private func check(_ item: AddressedCommand, _ control: Coordinator) -> String? {
        guard case .start(let assignment) = item.command else { return nil }
        let attempt = assignment.attempt
        guard control.jobs[attempt: attempt]?.worker == item.worker else {
            return "\(attempt) is started on a worker that it is not meant for"
        }
        guard let job = control.jobs[attempt.task.job] else { return nil }
        return check(assignment, of: job, control)
    }

    private func check(_ action: CoordinatorAction, _ control: Coordinator) -> String? {
        switch action {
        case .publishOutput(let id, let outputs):
            guard let job = control.jobs[id] else { return "\(id) is published, and is not there" }
            let writers = job.submission.plan.stages.filter { stage in
                stage.outputs.contains(where: \.isPart) && !job.stages[stage.id].isLeftOut
            }
            let winners = writers.flatMap { job.stages[$0.id].tasks.map(\.winningOutput) }
            let partCounts = writers.flatMap { stage in
                job.stages[stage.id].tasks.map { _ in stage.outputs.count(where: \.isPart) }
            }
            if winners != outputs || outputs.map(\.parts.count) != partCounts {
                return "\(id) publishes what is not the output of each task"
            }
        case .workerUnreachable, .jobFinished: break
        }
        return nil
    }

    /// Whether an attempt is told to read what counts now, of all that it is to read.
    private func check(
        _ assignment: Assignment,
        of job: JobState,
        _ control: Coordinator
    ) -> String? {
        let attempt = assignment.attempt
        let plan = job.submission.plan
        let expected = plan.stages[attempt.task.stage].sources.map { source in
            var stage = source.stage
            while job.stages[stage].isLeftOut { stage = plan.stages[stage].round?.previous ?? 0 }
            return stage
        }
        if assignment.sources.map(\.stage) != expected {
            return
                "\(attempt) is told to read \(assignment.sources.map(\.stage)) and not \(expected)"
        }
        for read in assignment.sources {
            let sources = job.sources(stage: read.stage, outputLogLength: read.outputLogLength)
            if sources.map(\.task.index) != Array(job.stages[read.stage].tasks.indices) {
                return "\(attempt) does not read every task of stage \(read.stage)"
            }
            // Winners of now: what was decided before in this step has not changed them.
            for source in sources
            where control.jobs[task: source.task]?.winner != source.number {
                return "\(attempt) reads \(source), which does not count"
            }
        }
        return nil
    }
}
