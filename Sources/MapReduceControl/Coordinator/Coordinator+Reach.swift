internal import MapReduceModel

/// Segments that cannot be fetched, and workers that other workers cannot reach.
extension Coordinator {
    /// Records that an attempt could not fetch its input.
    ///
    /// `isSilent`: whether the worker that has the run did not answer.
    mutating func fetchFailed(
        _ attempt: AttemptID,
        on reader: WorkerID,
        _ source: AttemptID,
        isSilent: Bool,
        _ message: String
    ) {
        guard isRunning(attempt, on: reader) else { return }
        workers.ended(attempt, on: reader)
        let start = jobs[task: attempt.task]?.attempts[attempt.number].startedAt ?? now
        if reads(attempt.task, source.task) {
            if isSilent, let holder = jobs.worker(of: source), holder != reader,
                workers[holder] != nil
            {
                judge(attempt, on: reader, source, on: holder, startedAt: start)
            } else {
                lose(source)
            }
        }
        fail(attempt, Failure(kind: .fetchFailed, message: message))
    }

    /// Records that an output is gone, unless the task has written another one since.
    private mutating func lose(_ source: AttemptID) {
        guard jobs[task: source.task]?.winner == source.number else { return }
        record(.outputLost(source.task))
    }

    /// Finds out which of two workers is to blame, and excludes it.
    private mutating func judge(
        _ attempt: AttemptID,
        on reader: WorkerID,
        _ source: AttemptID,
        on holder: WorkerID,
        startedAt start: Instant
    ) {
        switch workers.noteCut(reader: reader, source: holder, startedAt: start, at: now) {
        case .triesElsewhere: break
        case .isUnreachable(let worker): giveUp(worker)
        case .readerFailsAgain:
            // If another worker reads it, nothing has to be written again.
            if !workers.exclude(reader, from: attempt.task.job) { lose(source) }
        }
    }

    /// Gives up a worker that others cannot reach, with the runs that it has and those that it is
    /// writing.
    ///
    /// Cost: linear in the number of tasks of all running jobs.
    private mutating func giveUp(_ id: WorkerID) {
        let others = workers[id]?.unreachableFor ?? []
        effects.actions.append(.workerUnreachable(id, for: others))
        for index in preparations.indices { preparations[index].forget([id]) }
        let names = others.map(\.description).joined(separator: " and ")
        for job in jobs.all.map(\.id) {
            // Readers first: a reader whose own output is lost needs its input again.
            for stage in jobs.runningStages(of: job).reversed() {
                for task in tasks(of: [id], job, stage) { giveUp(task, on: id, names) }
            }
        }
    }

    private mutating func giveUp(_ id: TaskID, on worker: WorkerID, _ others: String) {
        guard jobs[id.job]?.isRunning ?? false, let task = jobs[task: id] else { return }
        for (number, state) in task.attempts.enumerated() where state.worker == worker {
            let attempt = AttemptID(task: id, number: number)
            switch state.status {
            case .running:
                guard jobs.writesRuns(id) else { continue }
                workers.ended(attempt, on: worker)
                effects.send(.stop(attempt), to: worker)
                let message = "\(worker) would write a run that \(others) cannot fetch"
                fail(attempt, Failure(kind: .workerLost, message: message))
            case .succeeded:
                if jobs[id.job]?.isNeeded(stage: id.stage) ?? false { record(.outputLost(id)) }
            case .failed, .stopped, .lost, .audited: break
            }
        }
    }
}
