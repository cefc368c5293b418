package import MapReduceModel

/// All jobs, which only journal entries change.
package struct Jobs: Hashable, Sendable {
    /// In the order of submission, which is the order of their ids.
    package private(set) var all: [JobState] = []

    package init() {}

    /// Creates the state that these entries lead to.
    package init(replaying journal: some Sequence<JournalEntry>) {
        for entry in journal { apply(entry) }
    }

    /// The job with this id.
    ///
    /// Cost: a binary search.
    package subscript(id: JobID) -> JobState? { index(of: id).map { all[$0] } }

    /// The state of a task; nil if there is no such job, stage or task.
    package subscript(task id: TaskID) -> TaskState? {
        index(of: id).map { all[$0].stages[id.stage].tasks[id.index] }
    }

    /// The state of an attempt; nil if it was never started.
    package subscript(attempt id: AttemptID) -> AttemptState? {
        index(of: id).map { job in
            all[job].stages[id.task.stage].tasks[id.task.index].attempts[id.number]
        }
    }

    // These copy nothing, because every report reads these values.

    func isRunning(_ id: AttemptID) -> Bool {
        index(of: id).map { job in
            all[job].stages[id.task.stage].tasks[id.task.index].attempts[id.number].isRunning
        } ?? false
    }

    /// The worker of an attempt; nil if the attempt was never started.
    func worker(of id: AttemptID) -> WorkerID? {
        index(of: id).map { job in
            all[job].stages[id.task.stage].tasks[id.task.index].attempts[id.number].worker
        }
    }

    /// The number of times that a task was started.
    func attemptCount(of id: TaskID) -> Int {
        index(of: id).map { all[$0].stages[id.stage].tasks[id.index].attempts.count } ?? 0
    }

    /// Whether other stages read a task's output.
    func writesRuns(_ id: TaskID) -> Bool {
        index(of: id).map { all[$0].submission.plan.stages[id.stage].writesRun } ?? true
    }

    /// The stages of a job; empty if the job is not running.
    func runningStages(of id: JobID) -> Range<Int> {
        guard let job = index(of: id), all[job].isRunning else { return 0..<0 }
        return all[job].stages.indices
    }

    /// The index of a job in `all`.
    func index(of id: JobID) -> Int? {
        let index = all.partitioningIndex { !($0.id < id) }
        return index < all.count && all[index].id == id ? index : nil
    }

    /// The index in `all` of a task's job; nil if there is no such job, stage or task.
    private func index(of id: TaskID) -> Int? {
        guard let job = index(of: id.job), all[job].stages.indices.contains(id.stage),
            all[job].stages[id.stage].tasks.indices.contains(id.index)
        else { return nil }
        return job
    }

    /// The index in `all` of an attempt's job; nil if the attempt was never started.
    private func index(of id: AttemptID) -> Int? {
        index(of: id.task).flatMap { job in
            all[job].stages[id.task.stage].tasks[id.task.index].attempts.indices
                .contains(id.number) ? job : nil
        }
    }

    /// Applies an entry; an entry about something that does not exist changes nothing.
    package mutating func apply(_ entry: JournalEntry) {
        switch entry {
        case .jobSubmitted(let submission, let instant):
            precondition(
                all.last.map { $0.id < submission.id } ?? true,
                "ids of jobs rise"
            )
            all.append(JobState(submission, at: instant))
        case .attemptStarted(let attempt, let worker, let instant):
            start(attempt, worker, at: instant)
        case .attemptSucceeded(let attempt, let output, let instant):
            succeed(attempt, output, at: instant)
        case .attemptFailed(let attempt, let failure, let instant):
            fail(attempt, failure, at: instant)
        case .attemptStopped(let attempt, let instant):
            if let job = end(attempt, at: instant) {
                set(.stopped, of: attempt, inJobAt: job)
                enqueue(attempt.task, inJobAt: job)
            }
        case .attemptAudited(let attempt, let digest, let instant):
            audit(attempt, digest, at: instant)
        case .outputLost(let id): lose(id)
        case .inputChanged(let id, let stage): changeInput(of: id, stage)
        case .outputsDiffered(let difference):
            guard let job = index(of: difference.task) else { return }
            all[job].differenceCount += 1
            if all[job].differences.count < Policy.maxDifferences {
                all[job].differences.append(difference)
            }
        case .recordSkipped(let id, let record):
            guard let job = index(of: id) else { return }
            all[job].badRecords.insert(record)
            all[job].stages[id.stage].tasks[id.index].badRecords.append(record)
            all[job].stages[id.stage].tasks[id.index].ownFailures = 0
        case .commitBegan(let id, let instant):
            if let job = index(of: id) {
                all[job].committedAt = instant
                all[job].countLostOutputs()
                all[job].phase = .committing
            }
        case .jobFinished(let id, let outcome, let instant):
            if let job = index(of: id) {
                all[job].endedAt = instant
                all[job].phase = .finished(outcome)
            }
        case .jobRetired(let id):
            if let job = index(of: id) { all.remove(at: job) }
        }
    }

    // Every change is made in place: copying the arrays of a task or a stage would cost as much as
    // the job is large.

    private mutating func start(_ attempt: AttemptID, _ worker: WorkerID, at instant: Instant) {
        let id = attempt.task
        guard let job = index(of: id) else { return }
        precondition(
            all[job].stages[id.stage].tasks[id.index].attempts.count == attempt.number,
            "numbers of attempts rise by one"
        )
        if all[job].stages[id.stage].tasks[id.index].isRunning {
            all[job].stages[id.stage].backupCount += 1
        }
        append(AttemptState(worker: worker, startedAt: instant), to: id, inJobAt: job)
        all[job].stages[id.stage].runningCount += 1
        if all[job].stages[id.stage].startedAt == nil {
            all[job].stages[id.stage].startedAt = instant
        }
        if all[job].stages[id.stage].tasks[id.index].winner == nil {
            all[job].stages[id.stage].pending.remove(id.index)
        } else {
            all[job].stages[id.stage].pendingAudits.remove(id.index)
        }
    }

    /// Queues a task for its next attempt, if it needs one and none is running.
    private mutating func enqueue(_ id: TaskID, inJobAt job: Int) {
        guard !all[job].stages[id.stage].tasks[id.index].isRunning else { return }
        if all[job].stages[id.stage].tasks[id.index].winner == nil {
            all[job].stages[id.stage].pending.insert(id.index)
        } else if all[job].stages[id.stage].tasks[id.index].needsAudit {
            all[job].stages[id.stage].pendingAudits.insert(id.index)
        }
    }

    private mutating func append(_ state: AttemptState, to id: TaskID, inJobAt job: Int) {
        if all[job].stages[id.stage].tasks[id.index].attempts.isEmpty {
            // Most tasks have one attempt, and an array that grows reserves room for two.
            all[job].stages[id.stage].tasks[id.index].attempts = [state]
        } else {
            all[job].stages[id.stage].tasks[id.index].attempts.append(state)
        }
    }

    private mutating func set(
        _ status: AttemptState.Status,
        of attempt: AttemptID,
        inJobAt job: Int
    ) {
        let id = attempt.task
        all[job].stages[id.stage].tasks[id.index].attempts[attempt.number].status = status
    }

    /// Records that an attempt is no longer running.
    /// - Returns: The index of its job; nil if the attempt was not running.
    private mutating func end(_ attempt: AttemptID, at instant: Instant) -> Int? {
        guard isRunning(attempt), let job = index(of: attempt) else { return nil }
        let id = attempt.task
        all[job].stages[id.stage].runningCount -= 1
        all[job].stages[id.stage].tasks[id.index].attempts[attempt.number].endedAt = instant
        return job
    }

    private mutating func succeed(_ attempt: AttemptID, _ output: TaskOutput, at instant: Instant) {
        guard let job = end(attempt, at: instant) else { return }
        let id = attempt.task
        set(.succeeded(output), of: attempt, inJobAt: job)
        all[job].stages[id.stage].tasks[id.index].winner = attempt.number
        all[job].stages[id.stage].doneCount += 1
        all[job].stages[id.stage].endedAt = instant
        all[job].stages[id.stage].count(output, isCounted: true)
        if all[job].submission.retryPolicy.auditPercent > 0 {
            // A task that already ran twice, because its first output was lost, has been compared.
            if all[job].stages[id.stage].tasks[id.index].comparable(to: attempt.number) != nil {
                endAudit(of: id, inJobAt: job)
            }
            enqueue(id, inJobAt: job)
        }
        let start = all[job].stages[id.stage].tasks[id.index].attempts[attempt.number].startedAt
        all[job].stages[id.stage].paces.add(
            instant - start,
            byteCount: all[job].inputByteCount(stage: id.stage, task: id.index)
        )
        if all[job].submission.plan.stages[id.stage].writesRun {
            all[job].stages[id.stage].outputLog.append(
                OutputLogEntry(task: Int32(id.index), attempt: Int32(attempt.number))
            )
        }
        if all[job].stages[id.stage].isDone { all[job].leaveOutRounds(after: id.stage) }
    }

    private mutating func audit(_ attempt: AttemptID, _ digest: OutputDigest, at instant: Instant) {
        guard let job = end(attempt, at: instant) else { return }
        let id = attempt.task
        set(.audited(digest), of: attempt, inJobAt: job)
        endAudit(of: id, inJobAt: job)
    }

    private mutating func endAudit(of id: TaskID, inJobAt job: Int) {
        guard all[job].stages[id.stage].tasks[id.index].needsAudit else { return }
        all[job].stages[id.stage].tasks[id.index].needsAudit = false
        all[job].stages[id.stage].auditCount -= 1
    }

    private mutating func fail(_ attempt: AttemptID, _ failure: Failure, at instant: Instant) {
        guard let job = end(attempt, at: instant) else { return }
        let id = attempt.task
        set(.failed(failure), of: attempt, inJobAt: job)
        all[job].stages[id.stage].failureCount += 1
        switch failure.kind.consequence {
        case .retryCountedAgainstTask, .failJob:
            if !all[job].stages[id.stage].tasks[id.index].isAtBadRecord(failure) {
                all[job].stages[id.stage].tasks[id.index].ownFailures += 1
            }
        case .retryCountedAgainstCluster:
            all[job].stages[id.stage].tasks[id.index].clusterFailures += 1
        }
        enqueue(id, inJobAt: job)
    }

    private mutating func lose(_ id: TaskID) {
        guard let job = index(of: id), removeWinner(of: id, inJobAt: job) else { return }
        all[job].stages[id.stage].tasks[id.index].clusterFailures += 1
        enqueue(id, inJobAt: job)
    }

    private mutating func changeInput(of id: JobID, _ stage: Int) {
        guard let job = index(of: id), all[job].stages.indices.contains(stage) else { return }
        for index in all[job].stages[stage].tasks.indices {
            let id = TaskID(job: id, stage: stage, index: index)
            all[job].stages[stage].tasks[index].firstComparable =
                Int32(all[job].stages[stage].tasks[index].attempts.count)
            if removeWinner(of: id, inJobAt: job) { enqueue(id, inJobAt: job) }
        }
    }

    /// - Returns: Whether there was one.
    private mutating func removeWinner(of id: TaskID, inJobAt job: Int) -> Bool {
        guard let winner = all[job].stages[id.stage].tasks[id.index].winner,
            let output = all[job].stages[id.stage].tasks[id.index].winningOutput
        else { return false }
        all[job].stages[id.stage].count(output, isCounted: false)
        all[job].stages[id.stage].tasks[id.index].attempts[winner].status = .lost(output)
        all[job].stages[id.stage].tasks[id.index].winner = nil
        all[job].stages[id.stage].doneCount -= 1
        all[job].stages[id.stage].pendingAudits.remove(id.index)
        return true
    }
}
