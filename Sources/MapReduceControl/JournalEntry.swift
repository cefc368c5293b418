package import MapReduceModel

/// A change to the state of the jobs.
///
/// The coordinator changes its jobs only through entries, so applying them in order restores the
/// same state.
package enum JournalEntry: Hashable, Codable, Sendable {
    case jobSubmitted(JobSubmission, at: Instant)
    /// If the task is already running, this attempt is its backup.
    case attemptStarted(AttemptID, worker: WorkerID, at: Instant)
    case attemptSucceeded(AttemptID, TaskOutput, at: Instant)
    case attemptFailed(AttemptID, Failure, at: Instant)
    /// The attempt was told to stop, because its output is no longer needed.
    case attemptStopped(AttemptID, at: Instant)
    /// The task had a winner, and ran once more for a comparison with it.
    case attemptAudited(AttemptID, OutputDigest, at: Instant)
    /// The output of the task's winner is gone; the task will run again.
    case outputLost(TaskID)
    /// What the tasks of a stage have read no longer counts; all of them will run again.
    case inputChanged(JobID, stage: Int)
    /// The task ran twice and the outputs differ: the user's code is not deterministic.
    case outputsDiffered(OutputDifference)
    /// The task's next attempts skip this record, and its failures are forgiven.
    case recordSkipped(TaskID, BadRecord)
    /// All tasks are done, and the output is being published.
    case commitBegan(JobID, at: Instant)
    case jobFinished(JobID, JobOutcome, at: Instant)
    /// The job is forgotten.
    case jobRetired(JobID)

    /// The job that the entry is about.
    package var job: JobID {
        switch self {
        case .jobSubmitted(let submission, _): submission.id
        case .attemptStarted(let attempt, _, _), .attemptSucceeded(let attempt, _, _),
            .attemptFailed(let attempt, _, _), .attemptStopped(let attempt, _),
            .attemptAudited(let attempt, _, _):
            attempt.task.job
        case .outputLost(let task), .recordSkipped(let task, _): task.job
        case .outputsDiffered(let difference): difference.task.job
        case .commitBegan(let job, _), .jobFinished(let job, _, _), .jobRetired(let job),
            .inputChanged(let job, _):
            job
        }
    }
}
