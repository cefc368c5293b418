internal import MapReduceModel

/// Backups for slow tasks: the first attempt that succeeds wins.
extension Coordinator {
    /// Starts a backup for each task that is slow for its input.
    ///
    /// A task is slow if it has run longer than the median pace of its stage allows for as many
    /// bytes, by the policy's factor. Source: the backup tasks of MapReduce (Dean and Ghemawat
    /// 2004).
    ///
    /// Cost: linear in the number of attempts that were started since the last call, and of those
    /// that are still running.
    mutating func speculate(at now: Instant) {
        guard let next = nextSpeculation, now >= next else { return }
        started.removeAll { !jobs.isRunning($0) }
        nextSpeculation = started.isEmpty ? nil : now + policy.speculationInterval
        guard policy.speculates else { return }
        var lastStage: (job: JobID, stage: Int, median: Double?)?
        for attempt in started {
            if workers.isNoneFree { return }
            let id = attempt.task
            if lastStage?.job != id.job || lastStage?.stage != id.stage {
                lastStage = (id.job, id.stage, medianPace(of: id))
            }
            guard let pace = lastStage?.median, isSlow(attempt, medianPace: pace, at: now),
                mayHaveBackup(id)
            else { continue }
            let backup = AttemptID(task: id, number: jobs.attemptCount(of: id))
            var demand = demand(of: backup)
            demand.avoided = jobs.worker(of: attempt).map { [$0] } ?? []
            guard let worker = workers.choose(for: demand) else { continue }
            start(backup, on: worker, at: now)
        }
    }

    /// The median pace of a stage's tasks; nil while too few are done.
    private func medianPace(of id: TaskID) -> Double? {
        guard let job = jobs[id.job], job.isRunning else { return nil }
        let stage = job.stages[id.stage]
        guard stage.doneCount * 100 >= stage.tasks.count * policy.speculationThreshold else {
            return nil
        }
        return stage.paces.median
    }

    private func isSlow(_ attempt: AttemptID, medianPace: Double, at now: Instant) -> Bool {
        let id = attempt.task
        guard let job = jobs[id.job], let state = jobs[attempt: attempt], state.isRunning else {
            return false
        }
        let age = now - state.startedAt
        guard age >= policy.minStragglerAge else { return false }
        let bytes = Double(job.inputByteCount(stage: id.stage, task: id.index))
        let usual = medianPace * bytes
        return Double(age.nanoseconds) * 100 > usual * Double(policy.stragglerThreshold)
    }

    /// Whether a task has no backup yet, its stage does not have too many, and all its input
    /// exists: an output may have been lost since the task was started.
    private func mayHaveBackup(_ id: TaskID) -> Bool {
        guard let task = jobs[task: id], task.winner == nil,
            task.attempts.count(where: \.isRunning) == 1,
            let job = jobs[id.job], job.isReady(stage: id.stage)
        else { return false }
        let stage = job.stages[id.stage]
        return stage.backupCount < max(stage.tasks.count * policy.maxBackups / 100, 1)
    }
}
