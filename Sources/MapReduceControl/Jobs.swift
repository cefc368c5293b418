package import MapReduceModel

/// All jobs, changed by journal entries and nothing else.
package struct Jobs: Hashable, Sendable {
    /// In the order of submission, which is that of their ids.
    package private(set) var all: [JobState] = []

    package init() {}

    /// The state that these entries lead to.
    package init(replaying journal: [JournalEntry]) {
        for entry in journal { apply(entry) }
    }

    /// The job with that id.
    ///
    /// Cost: a binary search.
    package subscript(id: JobID) -> JobState? { index(of: id).map { all[$0] } }

    /// The state of a task; nil when there is no such job, stage or task.
    package subscript(task id: TaskID) -> TaskState? {
        guard let job = index(of: id.job), all[job].stages.indices.contains(id.stage),
            all[job].stages[id.stage].tasks.indices.contains(id.index)
        else { return nil }
        return all[job].stages[id.stage].tasks[id.index]
    }

    /// The state of an attempt; nil when it was never started.
    package subscript(attempt id: AttemptID) -> AttemptState? {
        guard let task = self[task: id.task], task.attempts.indices.contains(id.number) else {
            return nil
        }
        return task.attempts[id.number]
    }

    private func index(of id: JobID) -> Int? {
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if all[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < all.count && all[low].id == id ? low : nil
    }

    /// Applies an entry; one about something that does not exist changes nothing.
    mutating func apply(_ entry: JournalEntry) {
        switch entry {
        case .jobSubmitted(let submission):
            precondition(
                all.last.map { $0.id < submission.id } ?? true,
                "ids of jobs rise"
            )
            all.append(JobState(submission))
        case .attemptStarted(let attempt, let worker, let instant):
            start(attempt, worker, at: instant)
        case .attemptSucceeded(let attempt, let output, let instant):
            end(attempt) { stage, task in
                task.attempts[attempt.number].status = .succeeded(output)
                task.attempts[attempt.number].endedAt = instant
                task.winner = attempt.number
                stage.doneCount += 1
            }
        case .attemptFailed(let attempt, let failure):
            end(attempt) { stage, task in
                task.attempts[attempt.number].status = .failed(failure)
                stage.failureCount += 1
                switch failure.kind.consequence {
                case .retryCountedAgainstTask, .failJob: task.ownFailures += 1
                case .retryCountedAgainstCluster: task.clusterFailures += 1
                }
                if task.winner == nil, !task.isRunning { stage.pending.insert(attempt.task.index) }
            }
        case .attemptStopped(let attempt):
            end(attempt) { _, task in task.attempts[attempt.number].status = .stopped }
        case .outputLost(let id):
            change(id) { stage, task in
                guard let winner = task.winner else { return }
                task.attempts[winner].status = .lost
                task.winner = nil
                task.clusterFailures += 1
                stage.doneCount -= 1
                stage.pending.insert(id.index)
            }
        case .recordSkipped(let id, let record):
            change(id) { _, task in
                task.badRecords.append(record)
                task.ownFailures = 0
            }
        case .commitBegan(let id):
            if let job = index(of: id) { all[job].phase = .committing }
        case .jobFinished(let id, let outcome):
            if let job = index(of: id) { all[job].phase = .finished(outcome) }
        }
    }

    private mutating func start(_ attempt: AttemptID, _ worker: WorkerID, at instant: Instant) {
        change(attempt.task) { stage, task in
            precondition(task.attempts.count == attempt.number, "numbers of attempts rise by one")
            task.attempts.append(AttemptState(worker: worker, startedAt: instant))
            stage.runningCount += 1
            if stage.pending.first == attempt.task.index { stage.pending.removeFirst() }
        }
    }

    private mutating func end(
        _ attempt: AttemptID,
        _ body: (inout StageState, inout TaskState) -> Void
    ) {
        guard self[attempt: attempt]?.status == .running else { return }
        change(attempt.task) { stage, task in
            stage.runningCount -= 1
            body(&stage, &task)
        }
    }

    private mutating func change(
        _ id: TaskID,
        _ body: (inout StageState, inout TaskState) -> Void
    ) {
        guard self[task: id] != nil, let job = index(of: id.job) else { return }
        var task = all[job].stages[id.stage].tasks[id.index]
        body(&all[job].stages[id.stage], &task)
        all[job].stages[id.stage].tasks[id.index] = task
    }
}
