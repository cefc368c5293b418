package import MapReduceModel

/// A change of the jobs' state.
///
/// The coordinator changes its jobs by nothing else, so the entries, applied in order, give back
/// the same state.
package enum JournalEntry: Hashable, Codable, Sendable {
    case jobSubmitted(JobSubmission, at: Instant)
    /// A task that runs already and is started again has a backup from then on.
    case attemptStarted(AttemptID, worker: WorkerID, at: Instant)
    case attemptSucceeded(AttemptID, TaskOutput, at: Instant)
    case attemptFailed(AttemptID, Failure, at: Instant)
    /// The attempt was told to stop, because its output is not needed any more.
    case attemptStopped(AttemptID, at: Instant)
    /// The task had a winner, and ran once more to be compared with it.
    case attemptAudited(AttemptID, OutputDigest, at: Instant)
    /// The output of the task's winner is gone; the task runs again.
    case outputLost(TaskID)
    /// What the tasks of a stage have read is not what counts any more; all of them run again.
    case inputChanged(JobID, stage: Int)
    /// The task ran twice, and the outputs differ: the user's code is not deterministic.
    case outputsDiffered(OutputDifference)
    /// The task's next attempts pass over this record, and its failures are forgiven.
    case recordSkipped(TaskID, BadRecord)
    /// All tasks are done, and the output is being put in place.
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
