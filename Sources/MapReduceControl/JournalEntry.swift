package import MapReduceModel

/// A change of the jobs' state.
///
/// The coordinator changes its jobs by nothing else, so the entries, applied in order, give back
/// the same state.
package enum JournalEntry: Hashable, Codable, Sendable {
    case jobSubmitted(JobSubmission)
    case attemptStarted(AttemptID, worker: WorkerID, at: Instant)
    case attemptSucceeded(AttemptID, TaskOutput, at: Instant)
    case attemptFailed(AttemptID, Failure)
    /// The attempt was told to stop, because its output is not needed any more.
    case attemptStopped(AttemptID)
    /// The output of the task's winner is gone; the task runs again.
    case outputLost(TaskID)
    /// The task's next attempts pass over this record, and its failures are forgiven.
    case recordSkipped(TaskID, BadRecord)
    /// All tasks are done, and the output is being put in place.
    case commitBegan(JobID)
    case jobFinished(JobID, JobOutcome)
}
