/// Limits of a coordinator.
package enum CoordinatorLimits {
    // MARK: Jobs

    /// Stages of a plan: more than any pipeline has, and few enough to look through at each start.
    package static let maxStageCount = 1000
    /// Outputs of a stage: more than any pipeline has.
    package static let maxOutputCount = 1000
    /// Bytes of a job's input that a coordinator accepts: sums of sizes stay far from overflow.
    package static let maxInputByteCount = 1 << 56

    // MARK: Waits and tries

    /// How late a wait of a coordinator may end, and a silent worker be noticed: nobody sees it.
    package static let tickInterval = Duration.milliseconds(50)
    /// How late a tick may be before the coordinator counts itself, and not its workers, as the one
    /// that was silent: a machine that was suspended, a process that was stopped or starved.
    package static let maxTickDelay = Duration.seconds(1)
    /// How long after the end of a job, or a report of one, memory is given back to the system:
    /// answers are on their way by then.
    package static let memoryReturnDelay = Duration.seconds(5)
    /// How long to wait before what a job has written is removed again.
    package static let discardInterval = Duration.milliseconds(100)
    /// How often it is tried, at that interval, to remove what a job has written: task
    /// processes that are being ended may still make files.
    package static let discardTries = 50

    // MARK: Queues and messages

    /// Streams that a coordinator has open at once, of all pages and programs: more people than
    /// watch one cluster, and few enough to tell each of every change.
    package static let maxStreamCount = 100
    /// How often a stream tells of changes of one kind at most: often enough for an eye, and seldom
    /// enough to cost a job nothing.
    package static let streamInterval = Duration.seconds(1)
    /// How long a stream says nothing: proxies close connections that are silent for longer.
    package static let streamSilence = Duration.seconds(15)
    /// How often a stream tells of all workers when nothing but their heartbeats has changed.
    package static let workersEventInterval = Duration.seconds(5)
    /// Attempts in one event of a stream: it stays small.
    package static let maxAttemptsInEvent = 1000
    /// Entries of the journal that are read to resume a stream: beyond them it is cheaper to tell
    /// everything anew.
    package static let maxResumedEventCount = 4096
    /// Entries of the journal that are read at once when a job that has ended is asked about: the
    /// journal is not kept from being written for long.
    package static let replayedEventCount = 1000

    /// Events of a job in one answer: it stays small, and the next request gets the rest.
    package static let maxEventsInAnswer = 1000

    // MARK: What is kept

    /// Workers whose addresses are kept when a coordinator is started, beside those that jobs which
    /// run need: reports of jobs name them.
    package static let keptWorkerCount = 1000
    /// Starts of a coordinator that its journal knows: a worker that has heard of none of them has
    /// been away for too long to go on.
    package static let keptStartCount = 1000
    /// How often the mark of a journal's last write is made durable at most: a wait for the disk a
    /// second costs a busy coordinator little.
    package static let journalHeadInterval = Duration.seconds(1)
    /// Jobs that have ended and are kept to be asked about: a day's work.
    package static let keptJobCount = 100
    /// Seconds that a job which has ended is kept at least: somebody may be watching it.
    package static let minKeptJobSeconds = 60.0
    /// Bytes of the largest executable or side file that a coordinator takes: a static executable
    /// with symbols has 100 MiB.
    package static let maxUploadByteCount = 512 << 20

    // MARK: Checks of a cluster

    /// Directories that a coordinator makes at once to be written to: one for each that asks.
    package static let maxProbeCount = 16
    /// How long such a directory is there: longer than any check takes.
    package static let probeLifetime = Duration.seconds(120)
}
