/// Limits of what the services and clients of a cluster say to each other.
package enum HTTPLimits {
    // MARK: Jobs

    /// Bytes of the name of who submits a job: those of any user and machine.
    package static let maxOwnerByteCount = 256
    /// Bytes of a job's command line: what the system takes is about as much.
    package static let maxArgumentByteCount = 1 << 20

    /// Slots of all workers together, as a job is told them: more than any cluster has.
    package static let maxClusterSlotCount = 1_000_000

    // MARK: Waits and tries

    /// How long a call takes at most whose answer is small and ready.
    package static let callTimeout = Duration.seconds(30)
    /// How long a call takes at most that sends or gets a file, or follows a log: a large
    /// executable on a slow network.
    package static let transferTimeout = Duration.seconds(600)
    /// How long the first question to a coordinator takes at most: people do not wait long for one
    /// that is not there.
    package static let greetingTimeout = Duration.seconds(10)
    /// How long the submission of a job takes at most: the coordinator looks at all its input
    /// files.
    package static let submitTimeout = Duration.seconds(120)
    /// The longest wait that a request may ask for, in milliseconds: a route may wait for less.
    package static let maxRequestedWaitMilliseconds = 60_000
    /// The longest that any answer waits, in milliseconds: less than a caller's patience.
    package static let maxAnswerWaitMilliseconds = 10_000
    /// How long a connection may take to be made: a machine that is there answers by then.
    package static let connectTimeout = Duration.seconds(5)
    /// How long an answer may say nothing beyond what its request asks it to wait: a disk may be
    /// slow.
    package static let readTimeout = Duration.seconds(30)
    /// How long a client keeps a connection that it does not use: less than the service does, so
    /// that no request meets a connection that is being closed.
    package static let idleClientTimeout = Duration.seconds(60)
    /// Seconds after which a connection that nobody uses is closed: a worker asks every second.
    package static let idleConnectionSeconds: Int64 = 120

    /// How long a service that ends waits for connections that it has accepted and not begun to
    /// serve: those of one turn of its loops.
    package static let acceptPause = Duration.milliseconds(100)

    // MARK: Queues and messages

    /// Connections of a client to one service: calls that run at once, and more wait.
    package static let clientConnectionCount = 64
    /// Connections that the system has accepted and the service has not: those of a cluster whose
    /// workers all come at once.
    package static let connectionBacklog = 1024
    /// Headers of a request: more than browsers and proxies send.
    package static let maxHeaderCount = 100
    /// Bytes of an answer that says nothing, or why a request was refused.
    package static let maxRefusalByteCount = 1 << 20
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
    /// Bytes that a file is sent by: large enough for the disk, small enough for many at once.
    package static let uploadChunkByteCount = 256 << 10
    /// The shortest token, in bytes: it cannot be guessed.
    package static let minTokenByteCount = 16

    // MARK: What is kept

    /// Bytes of the largest side file that a worker fetches; the coordinator has its own limit.
    package static let maxSideFileByteCount = 4 << 30
    /// Bytes of the largest executable that a replay fetches; the coordinator has its own limit.
    package static let maxDownloadByteCount = 4 << 30
    /// Bytes of a line that a service logs: a pipe takes that much at once, so that the lines of
    /// processes that share one stay whole.
    package static let maxLogLineByteCount = 4096
    /// Lines that say much the same of one job, which a service logs as warnings: the rest are
    /// counted.
    package static let repeatedLineCount = 5

    // MARK: Logs that are followed

    /// Silence after which a log's answer ends, and is asked for again, in milliseconds: a worker
    /// that is gone is noticed.
    package static let logPatienceMilliseconds = 5000

    // MARK: Checks of a cluster

    /// How long a service may take to say how it is placed: it looks at nothing that is slow, but
    /// for others that may be gone.
    package static let statusPatience = Duration.seconds(10)
    /// How long a worker may take to check a job: it may have to fetch a large executable, and no
    /// answer may be silent for longer.
    package static let checkPatience = readTimeout
    /// Open files without which nothing works: connections, and the runs that one merge reads.
    package static let minFileLimit = 256
    /// Open files for each slot: its processes, its log, and segments that are fetched.
    package static let filesPerSlot = 16
}
