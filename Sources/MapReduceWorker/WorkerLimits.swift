/// Limits of a worker.
package enum WorkerLimits {
    // MARK: Waits and tries

    /// How long to wait before each further try to fetch a program or a segment: a worker that is
    /// busy answers by then, and one that is gone is not waited for.
    package static let fetchRetryDelays = [Duration.seconds(1), .seconds(2), .seconds(4)]
    /// How long a worker that does not answer is tried for a segment: others may have it written
    /// again, and one that is only busy answers by then.
    package static let fetchPatience = Duration.seconds(5)
    /// How long a worker that drains is needed at most: reducers fetch what it has by then.
    package static let drainTimeout = Duration.seconds(60)
    /// How long a worker whose coordinator does not answer waits for it: longer than a restart
    /// takes, and an evening on which somebody forgets a worker.
    package static let coordinatorPatience = Duration.seconds(3600)
    /// Calls that fail in a row before a worker believes that its coordinator is gone: it may have
    /// been stopped itself for as long.
    package static let minFailedCalls = 5
    /// How often a worker looks at its machine, to tell whether it has changed: often enough for
    /// people, and too seldom to make polls large.
    package static let hostInterval = Duration.seconds(3)

    /// How often the room on the scratch disk is looked at: a task fills a disk in more time.
    package static let diskCheckInterval = Duration.seconds(1)

    // MARK: Queues and messages

    /// Segments that are fetched at once for one task: enough to hide the delay of a network.
    package static let fetchConcurrency = 8
    /// Bytes that a segment is sent by: large enough for the disk, small enough for many at once.
    package static let segmentChunkByteCount = 1 << 20

    // MARK: What is kept

    /// Bytes of the largest executable that a worker fetches; the coordinator has its own limit.
    package static let maxExecutableByteCount = 4 << 30
    /// Executables that a worker keeps for jobs to come, beside those of jobs that run: the same
    /// few jobs come again.
    package static let keptExecutableCount = 8
    /// Side files that a worker keeps for jobs to come, beside those of jobs that run: a job comes
    /// again with the same ones.
    package static let keptSideFileCount = 8
    /// Bytes of scratch disk below which a worker takes no task that writes runs: those of a few
    /// tasks.
    package static let minFreeByteCount = 1 << 30
    /// Bytes of a log that a worker serves, from its end: more than anybody reads.
    package static let maxServedLogByteCount = 1 << 20

    // MARK: Logs that are followed

    /// Answers with a log that a worker gives at once and that go on while an attempt prints: those
    /// of all slots of a large machine, for more followers than one.
    package static let maxLogFollowerCount = 1024
    /// How often a log that is followed is looked at for more: often enough for an eye.
    package static let logCheckInterval = Duration.milliseconds(50)
    /// Bytes of a log that are sent at once: few for each of many followers, enough for the disk.
    package static let logChunkByteCount = 64 << 10

    // MARK: Checks of a cluster

    /// Checks of jobs that a worker does at once: each may wait for a file system that hangs.
    package static let maxCheckCount = 4
    /// Input files that are looked at on each worker: one that is not seen has others beside it.
    package static let maxCheckedFileCount = 1000
    /// Files that a worker names which are not as they should be: one tells enough.
    package static let maxBadInputCount = 3
    /// Other workers that a worker tries to reach: who does not reach some will not reach others.
    package static let maxCheckedPeerCount = 64
    /// How long a task process may take to build its plan: those that work take milliseconds.
    package static let programPatience = Duration.seconds(15)
    /// Bytes that are shown of what a program printed that does not start: a line or two of them.
    package static let maxCheckedLogByteCount = 4 << 10
    /// Bytes of an executable that have its headers, and of the longest name of a loader: a page.
    package static let executableHeadByteCount = 4096
    /// Bytes of the notes of an executable, among which that of a job is: they have a hundred.
    package static let executableNoteByteCount = 64 << 10
    /// Where a part of an executable begins at most: sums of places in it stay far from overflow.
    package static let maxExecutableOffset = 1 << 40
}
