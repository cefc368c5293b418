package import MapReduceModel

extension JobStatus {
    /// How a job is doing, as far as the control plane knows.
    package init(_ job: JobState, output: String) {
        let plan = job.submission.plan
        let phase: Phase
        switch job.phase {
        case .running: phase = .running
        case .committing: phase = .committing
        case .finished(.succeeded): phase = .succeeded
        case .finished(.failed): phase = .failed
        case .finished(.cancelled): phase = .cancelled
        }
        self.init(
            id: job.id,
            name: plan.name,
            phase: phase,
            output: output,
            weight: job.submission.weight,
            stages: job.stages.enumerated().map { index, stage in
                Stage(
                    label: plan.stages[index].label,
                    taskCount: stage.tasks.count,
                    doneCount: stage.doneCount,
                    runningCount: stage.runningCount,
                    failureCount: stage.failureCount,
                    backupCount: stage.backupCount,
                    seconds: stage.seconds
                )
            },
            counters: job.counters,
            inputByteCount: job.inputByteCount
        )
        differences = job.differences
        differenceCount = job.differenceCount
        if case .failed(let failure, let attempt) = job.outcome {
            self.failure = failure
            failedAttempt = attempt
        }
    }
}

extension StageState {
    /// Seconds from the first start to the last success.
    fileprivate var seconds: Double? {
        guard let startedAt, let endedAt else { return nil }
        return (endedAt - startedAt).inSeconds
    }
}
