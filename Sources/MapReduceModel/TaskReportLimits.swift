/// Limits of what a task says about itself: reports travel to the coordinator, into its journal
/// and into every answer about the job.
package enum TaskReportLimits {
    /// Bytes of the message of a failure: a page of text, though a closure may throw all its input.
    package static let maxMessageByteCount = 8 << 10
    /// Bytes of a backtrace, of the end of a log and of a list of steps within a failure: more
    /// than anybody reads there.
    package static let maxDetailByteCount = 16 << 10
    /// Bytes of a log that are kept when an attempt has ended, from its end: a backtrace fits.
    package static let keptLogByteCount = 16 << 10
    /// Bytes of the reason for which a record is skipped: every later attempt carries all of them.
    package static let maxReasonByteCount = 1 << 10
    /// Counters of a job's own that one task may have: they have fixed names, and what depends on
    /// the records is a key.
    package static let maxCounterCount = 500
    /// Counters of all tasks of one stage, the engine's own included: twice those of a task.
    package static let maxStageCounterCount = 1000
    /// Bytes of the name of a counter: a line of a terminal.
    package static let maxCounterNameByteCount = 128
}
