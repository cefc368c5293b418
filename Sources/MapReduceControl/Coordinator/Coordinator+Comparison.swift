internal import MapReduceModel

/// Tasks that ran twice: because the first output was lost, or to check that the output is the
/// same.
extension Coordinator {
    /// Compares the output of an attempt with that of another one, and records a difference in the
    /// journal.
    mutating func compare(_ attempt: AttemptID, _ digest: OutputDigest) {
        guard
            let other = jobs[task: attempt.task]?.comparable(to: attempt.number),
            other.digest != digest
        else { return }
        record(
            .outputsDiffered(
                OutputDifference(
                    task: attempt.task,
                    first: min(other.number, attempt.number),
                    second: max(other.number, attempt.number)
                )
            )
        )
    }

    /// Fails a job if a finished stage did not read exactly what the stage before it wrote.
    mutating func checkConservation(by attempt: AttemptID) {
        let id = attempt.task
        guard let index = jobs.index(of: id.job),
            let fault = jobs.all[index].conservationFault(ofReader: id.stage)
        else { return }
        let message =
            "\(fault); the output would be wrong, and is not kept. Run the job again, and "
            + "report it if that happens again"
        finish(id.job, .failed(Failure(kind: .notConserved, message: message), attempt: attempt))
    }

    /// Reruns everything that has read, or is reading, an earlier output of a task, and everything
    /// that read from that in turn: a job's output must come from one output of each task.
    ///
    /// Cost: linear in the number of stages and of the tasks of later stages.
    mutating func renewReaders(of task: TaskID) {
        guard let job = jobs[task.job], job.isRunning else { return }
        var isRenewed = Array(repeating: false, count: job.stages.count)
        isRenewed[task.stage] = true
        // A stage comes after all stages that it reads.
        for reader in job.stages.indices.dropFirst(task.stage + 1) {
            let reads = job.sources(of: reader).contains { isRenewed[$0.stage] }
            guard reads, job.stages[reader].tasks.contains(where: { !$0.attempts.isEmpty }) else {
                continue
            }
            isRenewed[reader] = true
            for (index, state) in job.stages[reader].tasks.enumerated() {
                let id = TaskID(job: task.job, stage: reader, index: index)
                for number in state.attempts.indices {
                    stop(AttemptID(task: id, number: number))
                }
            }
            record(.inputChanged(task.job, stage: reader))
        }
    }
}
