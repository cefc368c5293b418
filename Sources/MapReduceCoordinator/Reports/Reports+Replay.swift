internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceReport

/// The answer to `mapreduce replay`: a task to run again on one machine.
extension Reports {
    /// Returns what is needed to run a task of a job again, whether the job is running or has
    /// ended.
    ///
    /// `running`: the job's state, while it runs.
    func replay(
        of id: JobID,
        _ name: TaskName,
        running: JobState?
    ) async throws -> ReplayAnswer {
        guard let stored = try await store.job(id) else { throw ClusterError.noJob(id) }
        let job: JobState
        if let running { job = running } else { job = try await storedJob(id).state }
        let plan = job.submission.plan
        if let problem = name.problem(in: plan, taskCounts: job.stages.map(\.tasks.count)) {
            throw ClusterError.notFound("job \(id.number): \(problem)")
        }
        return ReplayAnswer(
            program: stored.launch.program,
            task: ReplayTask(
                TaskID(job: id, stage: name.stage, index: name.index),
                of: plan,
                slotCount: stored.launch.program.slotCount,
                splits: job.submission.splits,
                badRecords: job.stages[name.stage].tasks[name.index].badRecords
            )
        )
    }
}
