internal import MapReduceControl
internal import MapReduceModel

/// The status of the tasks of a job, running or ended.
extension TaskStatus {
    static func all(of job: JobState, at now: Instant) -> [TaskStatus] {
        // No task of a stage that is left out will run.
        job.stages.enumerated().filter { !$0.element.isLeftOut }.flatMap { stage, state in
            state.tasks.enumerated().map { index, task in
                TaskStatus(
                    stage: stage,
                    index: index,
                    state: task.winner != nil ? .done : task.isRunning ? .running : .pending,
                    attempts: task.attempts.enumerated().map { number, attempt in
                        Attempt(number, attempt, at: now)
                    }
                )
            }
        }
    }
}

extension TaskStatus.Attempt {
    fileprivate init(_ number: Int, _ attempt: AttemptState, at now: Instant) {
        self.init(number: number, worker: attempt.worker, state: State(attempt.status))
        if case .failed(let failure) = attempt.status { message = failure.message }
        let end = attempt.endedAt ?? (attempt.isRunning ? now : nil)
        seconds = end.map { ($0 - attempt.startedAt).inSeconds }
    }
}
