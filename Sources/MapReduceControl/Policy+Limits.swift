/// Limits of the processes around the control plane: what they keep, send at once and take.
extension Policy {
    // MARK: Jobs

    /// Tasks of one stage: more than any job has, and few enough for their states to fit memory.
    package static let maxTaskCount = 1 << 20
    /// Bytes of a job's input that a journal may claim: sums of sizes stay far from overflow.
    package static let maxJournaledByteCount = 1 << 60
    /// Side files of a job: more than any job has, and few enough to ask for one by one.
    package static let maxSideFileCount = 64
    /// Tasks that differed and are kept by name: they have one cause, or few.
    package static let maxDifferences = 16
    /// Times of tasks that are kept for each stage: they say enough of it, and cost little to sort.
    package static let paceSampleCount = 255

    // MARK: Waits and tries

    /// How long to wait before a question that failed is asked again: not to trouble a coordinator
    /// that is starting.
    package static let callRetryDelay = Duration.milliseconds(500)
    /// The longest that a worker's poll waits for an answer, in milliseconds: the interval of
    /// heartbeats.
    package static let pollMilliseconds = 1000
    /// The same for a worker that drains, in milliseconds: it asks more often whether it may leave.
    package static let drainingPollMilliseconds = 200

    // MARK: Queues and messages

    /// Ends in one poll: a request stays small.
    package static let maxEndsInPoll = 256
    /// Commands in one answer: it stays small.
    package static let maxCommandsInAnswer = 1024
    /// Entries of a log of outputs in one answer: it stays small.
    package static let maxOutputsInAnswer = 4096

    /// Partitions of all runs of a stage, up to which the size of each is told and kept: a square
    /// of them fits a page.
    package static let maxMatrixCellCount = 4096

    // MARK: What is kept

    /// Attempts that failed of which a report tells: enough to see what is wrong.
    package static let maxReportedFailures = 100
}
