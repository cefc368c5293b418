/// Limits of the processes around the control plane: what they keep, send at once and take.
extension Policy {
    // MARK: Jobs

    /// Failures that a task may have through its own fault, if its job says nothing: three more
    /// tries tell a flaky machine from a closure that always fails.
    package static let defaultMaxAttempts = 4
    /// The most that a job may weigh against another one: sums of weights stay exact.
    package static let maxWeight = 1_000_000
    /// Stages of a plan: more than any pipeline has, and few enough to look through at each start.
    package static let maxStageCount = 1000
    /// Outputs of a stage: more than any pipeline has.
    package static let maxOutputCount = 1000
    /// Tasks of one stage: more than any job has, and few enough for their states to fit memory.
    package static let maxTaskCount = 1 << 20
    /// Bytes of a job's input that a coordinator accepts: sums of sizes stay far from overflow.
    package static let maxInputByteCount = 1 << 56
    /// Bytes of a job's input that a journal may claim: sums of sizes stay far from overflow.
    package static let maxJournaledByteCount = 1 << 60
    /// Bytes of the name of who submits a job: those of any user and machine.
    package static let maxOwnerByteCount = 256
    /// Bytes of a job's command line: what the system takes is about as much.
    package static let maxArgumentByteCount = 1 << 20
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
    /// How long to wait before each further try to fetch a program or a segment: a worker that is
    /// busy answers by then, and one that is gone is not waited for.
    package static let fetchRetryDelays = [Duration.seconds(1), .seconds(2), .seconds(4)]
    /// How long a worker that does not answer is tried for a segment: others may have it written
    /// again, and one that is only busy answers by then.
    package static let fetchPatience = Duration.seconds(5)
    /// The longest that a worker's poll waits for an answer, in milliseconds: the interval of
    /// heartbeats.
    package static let pollMilliseconds = 1000
    /// The same for a worker that drains, in milliseconds: it asks more often whether it may leave.
    package static let drainingPollMilliseconds = 200
    /// The longest that any answer waits, in milliseconds: less than a caller's patience.
    package static let maxAnswerWaitMilliseconds = 10_000
    /// How late a wait of a coordinator may end, and a silent worker be noticed: nobody sees it.
    package static let coordinatorTickInterval = Duration.milliseconds(50)
    /// How late a tick may be before the coordinator counts itself, and not its workers, as the one
    /// that was silent: a machine that was suspended, a process that was stopped or starved.
    package static let maxTickDelay = Duration.seconds(1)
    /// How often `mapreduce submit` shows how far a job is: often enough for an eye.
    package static let submitUpdateInterval = Duration.milliseconds(200)
    /// How long `mapreduce submit` waits for a coordinator that does not answer: it may be started
    /// again.
    package static let submitPatience = Duration.seconds(60)
    /// How long a shell that completes a command line waits for numbers of jobs: who has pressed
    /// Tab waits no longer, and types them.
    package static let suggestionPatience = Duration.seconds(2)
    /// Names of tasks that a shell is offered: more than a person reads.
    package static let suggestionCount = 1000
    /// Bytes of the help of an executable that a manual is made from: more than any has, and little
    /// enough to keep.
    package static let maxHelpByteCount = 16 << 20
    /// How long a worker that drains is needed at most: reducers fetch what it has by then.
    package static let drainTimeout = Duration.seconds(60)
    /// How long a worker whose coordinator does not answer waits for it: longer than a restart
    /// takes, and an evening on which somebody forgets a worker.
    package static let coordinatorPatience = Duration.seconds(3600)
    /// Calls that fail in a row before a worker believes that its coordinator is gone: it may have
    /// been stopped itself for as long.
    package static let minFailedCalls = 5
    /// How long after the end of a job, or a report of one, memory is given back to the system:
    /// answers are on their way by then.
    package static let memoryReturnDelay = Duration.seconds(5)
    /// How often a worker looks at its machine, to tell whether it has changed: often enough for
    /// people, and too seldom to make polls large.
    package static let machineInterval = Duration.seconds(3)
    /// How long a connection may take to be made: a machine that is there answers by then.
    package static let connectTimeout = Duration.seconds(5)
    /// How long an answer may say nothing beyond what its request asks it to wait: a disk may be
    /// slow.
    package static let readTimeout = Duration.seconds(30)
    /// Seconds after which a connection that nobody uses is closed: a worker asks every second.
    package static let idleConnectionSeconds: Int64 = 120
    /// How often it is tried, every tenth of a second, to remove what a job has written: task
    /// processes that are being ended may still make files.
    package static let discardTries = 50

    // MARK: Queues and messages

    /// Ends in one poll: a request stays small.
    package static let maxEndsInPoll = 256
    /// Commands in one answer: it stays small.
    package static let maxCommandsInAnswer = 1024
    /// Entries of a log of outputs in one answer: it stays small.
    package static let maxOutputsInAnswer = 4096
    /// Segments that are fetched at once for one task: enough to hide the delay of a network.
    package static let fetchConcurrency = 8
    /// Connections that are open at once, more wait until one is closed, and fewer where the limit
    /// of open files is low: some for each of a thousand workers.
    package static let maxConnectionCount = 20_000
    /// Connections below which a service warns at its start: those of a small cluster.
    package static let fewConnectionCount = 1000
    /// Connections without which a service does not start: those of a worker and a client.
    package static let minConnectionCount = 16
    /// How long a connection may take to send its first request: a client connects to ask.
    package static let firstRequestTimeout = Duration.seconds(30)
    /// Bytes of a body that are read after the answer, so that the connection can be used again.
    package static let maxDrainedByteCount = 1 << 20
    /// How long a client has to read the answer when its connection will be closed.
    package static let lingerTimeout = Duration.seconds(5)
    /// Bytes of all headers of a request: far more than any client sends.
    package static let maxHeaderByteCount = 16 << 10
    /// Bytes of the body of a request that is not a file: a job of a hundred thousand input files.
    package static let maxBodyByteCount = 64 << 20
    /// Bytes of an answer that is not a file: all tasks of the largest job.
    package static let maxAnswerByteCount = 256 << 20
    /// Bytes that a segment is sent by: large enough for the disk, small enough for many at once.
    package static let segmentChunkByteCount = 1 << 20
    /// Bytes that a file is sent by: large enough for the disk, small enough for many at once.
    package static let uploadChunkByteCount = 256 << 10
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
    /// The shortest token, in bytes: it cannot be guessed.
    package static let minTokenByteCount = 16

    /// Partitions of all runs of a stage, up to which the size of each is told and kept: a square
    /// of them fits a page.
    package static let maxMatrixCellCount = 4096

    // MARK: What is kept

    /// Attempts that failed of which a report tells: enough to see what is wrong.
    package static let maxReportedFailures = 100
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
    /// Bytes of the largest executable that a worker fetches; the coordinator has its own limit.
    package static let maxExecutableByteCount = 4 << 30
    /// Bytes of the largest side file that a worker fetches; the coordinator has its own limit.
    package static let maxSideFileByteCount = 4 << 30
    /// Bytes of the largest executable that a replay fetches; the coordinator has its own limit.
    package static let maxDownloadByteCount = 4 << 30
    /// Executables that a worker keeps for jobs to come, beside those of jobs that run: the same
    /// few jobs come again.
    package static let keptExecutableCount = 8
    /// Side files that a worker keeps for jobs to come, beside those of jobs that run: a job comes
    /// again with the same ones.
    package static let keptSideFileCount = 8
    /// Bytes of scratch disk below which a worker takes no task that writes runs: those of a few
    /// tasks.
    package static let minFreeByteCount = 1 << 30
    /// Bytes of a line that a service logs: a pipe takes that much at once, so that the lines of
    /// processes that share one stay whole.
    package static let maxLogLineByteCount = 4096
    /// Bytes of a log that a worker serves, from its end: more than anybody reads.
    package static let maxServedLogByteCount = 1 << 20
    /// Lines that say much the same of one job, which a service logs as warnings: the rest are
    /// counted.
    package static let repeatedLineCount = 5

    // MARK: Logs that are followed

    /// Answers with a log that a worker gives at once and that go on while an attempt prints: those
    /// of all slots of a large machine, for more followers than one.
    package static let maxLogFollowerCount = 1024
    /// How often a log that is followed is looked at for more: often enough for an eye.
    package static let logCheckInterval = Duration.milliseconds(50)
    /// Bytes of a log that are sent at once: few for each of many followers, enough for the disk.
    package static let logChunkByteCount = 64 << 10
    /// How often a follower asks which attempts have started and ended: often enough for an eye.
    package static let logEventInterval = Duration.milliseconds(200)
    /// Silence after which a log's answer ends, and is asked for again, in milliseconds: a worker
    /// that is gone is noticed.
    package static let logPatienceMilliseconds = 5000
    /// How long a follower waits for what workers still send when the job has ended: a worker that
    /// hangs is not waited for.
    package static let logEndPatience = Duration.seconds(5)
    /// Logs of attempts that have ended already which are fetched at once: enough to hide the
    /// delay of a network.
    package static let logBacklogConcurrency = 8
    /// Bytes of a log by which a follower finds the end of what has come again: more than a line.
    package static let rememberedLogByteCount = 1024
    /// Bytes that a follower prints at once: as many as a pipe takes whole.
    package static let printedByteCount = 4096
    /// How often a follower that waits for its reader looks whether it is to end.
    package static let readerCheckInterval = Duration.milliseconds(100)
    /// Bytes of a line that is printed whole: more of one is printed in pieces.
    package static let maxPrintedLineByteCount = 64 << 10

    // MARK: Checks of a cluster

    /// Checks of jobs that a worker does at once: each may wait for a file system that hangs.
    package static let maxCheckCount = 4
    /// Input files that are looked at on each worker: one that is not seen has others beside it.
    package static let maxCheckedFileCount = 1000
    /// Files that a worker names which are not as they should be: one tells enough.
    package static let maxBadInputCount = 3
    /// Other workers that a worker tries to reach: who does not reach some will not reach others.
    package static let maxCheckedPeerCount = 64
    /// Workers that are asked at once: enough to hide the delay of a network.
    package static let checkConcurrency = 32
    /// How long a service may take to say how it is placed: it looks at nothing that is slow, but
    /// for others that may be gone.
    package static let conditionPatience = Duration.seconds(10)
    /// How long a worker may take to check a job: it may have to fetch a large executable, and no
    /// answer may be silent for longer.
    package static let checkPatience = readTimeout
    /// How long a task process may take to build its plan: those that work take milliseconds.
    package static let programPatience = Duration.seconds(15)
    /// Bytes that are shown of what a program printed that does not start: a line or two of them.
    package static let maxCheckedLogByteCount = 4 << 10
    /// Directories that a coordinator makes at once to be written to: one for each that asks.
    package static let maxProbeCount = 16
    /// How long such a directory is there: longer than any check takes.
    package static let probeLifetime = Duration.seconds(120)
    /// Bytes of an executable that have its headers, and of the longest name of a loader: a page.
    package static let executableHeadByteCount = 4096
    /// Bytes of the notes of an executable, among which that of a job is: they have a hundred.
    package static let executableNoteByteCount = 64 << 10
    /// The difference of clocks that is worth a word, in seconds: a person reads times to seconds.
    package static let maxTimeSkewSeconds = 2.0
    /// Open files without which nothing works: connections, and the runs that one merge reads.
    package static let minFileLimit = 256
    /// Open files for each slot: its processes, its log, and segments that are fetched.
    package static let filesPerSlot = 16
    /// Open files for each worker: the connections to it and from it.
    package static let filesPerWorker = 4
}
