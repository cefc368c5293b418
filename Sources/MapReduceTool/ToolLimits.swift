/// Limits of the command line.
enum ToolLimits {
    // MARK: Waits and tries

    /// How often `mapreduce submit` shows how far a job is: often enough for an eye.
    static let submitUpdateInterval = Duration.milliseconds(200)
    /// How long `mapreduce submit` waits for a coordinator that does not answer: it may be started
    /// again.
    static let submitPatience = Duration.seconds(60)
    /// How long `mapreduce submit` waits before it asks a coordinator again that did not answer.
    static let submitRetryDelay = Duration.milliseconds(500)
    /// How long one question waits for the end of a job that was cancelled: its end is near.
    static let cancelWait = Duration.seconds(1)
    /// How long one question of `mapreduce wait` waits for the end of a job: as long as a
    /// coordinator lets it.
    static let endWait = Duration.seconds(10)
    /// How often `mapreduce cluster` looks whether its workers have joined: often enough for an
    /// eye.
    static let joinCheckInterval = Duration.milliseconds(20)
    /// Workers that `mapreduce cluster` starts on one machine: more than it can run.
    static let maxLocalWorkerCount = 1000
    /// How long a shell that completes a command line waits for numbers of jobs: who has pressed
    /// Tab waits no longer, and types them.
    static let suggestionPatience = Duration.seconds(2)
    /// Names of tasks that a shell is offered: more than a person reads.
    static let suggestionCount = 1000
    /// Bytes of the help of an executable that a manual is made from: more than any has, and little
    /// enough to keep.
    static let maxHelpByteCount = 16 << 20

    // MARK: Logs that are followed

    /// How often a follower asks which attempts have started and ended: often enough for an eye.
    static let logEventInterval = Duration.milliseconds(200)
    /// How long a follower waits for what workers still send when the job has ended: a worker that
    /// hangs is not waited for.
    static let logEndPatience = Duration.seconds(5)
    /// Logs of attempts that have ended already which are fetched at once: enough to hide the
    /// delay of a network.
    static let logBacklogConcurrency = 8
    /// Bytes of a log by which a follower finds the end of what has come again: more than a line.
    static let rememberedLogByteCount = 1024
    /// Bytes that a follower prints at once: as many as a pipe takes whole.
    static let printedByteCount = 4096
    /// How often a follower that waits for its reader looks whether it is to end.
    static let readerCheckInterval = Duration.milliseconds(100)
    /// Bytes of a line that is printed whole: more of one is printed in pieces.
    static let maxPrintedLineByteCount = 64 << 10

    // MARK: Checks of a cluster

    /// Workers that are asked at once: enough to hide the delay of a network.
    static let checkConcurrency = 32
    /// The difference of clocks that is worth a word, in seconds: a person reads times to seconds.
    static let maxTimeSkewSeconds = 2.0
    /// Open files for each worker: the connections to it and from it.
    static let filesPerWorker = 4
    /// Open files from which on a process may have any number of them, for a person.
    static let unlimitedFileCount = 1 << 40

    // MARK: Options

    /// The shortest silence of a worker that may count as its death, in seconds: with none, every
    /// worker would be dead at once.
    static let minSilenceSeconds = 0.001
    /// The longest silence or drain of a worker, in seconds: eleven days, as more is a mistake,
    /// such as a number of milliseconds.
    static let maxTimeoutSeconds = 1e6
    /// The longest wait for a coordinator that can be asked for, in seconds: thirty years.
    static let maxPatienceSeconds = 1e9
}
