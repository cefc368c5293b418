/// The version of the messages between the processes of a cluster, which is also the first part of
/// every path: `/v1`.
package enum ClusterProtocol {
    package static let version = 1
}

/// A worker's request to join, also when it comes back.
package struct JoinRequest: Hashable, Codable, Sendable {
    package var version: Int
    /// The release of the worker's command; nil if it does not say.
    package var release: String?
    /// A random id from the start of the worker's process, which distinguishes it from a later one.
    package var incarnation: String
    /// Where the worker serves its segments.
    package var url: String
    /// The worker's machine, by the kernel's id of its current boot.
    package var host: String
    package var slots: Int
    /// Path prefixes of the input files on the worker's own disks.
    package var localPaths: [String]
    /// The cluster that it belonged to; nil the first time.
    package var cluster: String?
    /// The latest position in the coordinator's history that it knows; nil the first time.
    package var position: JournalPosition?
    /// The attempts that it is running, and those whose ends it has not delivered.
    package var attempts: [AttemptID]
    /// The jobs that it keeps something of.
    package var jobs: [HeldJob]

    package init(
        version: Int = ClusterProtocol.version,
        release: String? = Release.version,
        incarnation: String,
        url: String,
        host: String,
        slots: Int,
        localPaths: [String] = [],
        cluster: String? = nil,
        position: JournalPosition? = nil,
        attempts: [AttemptID] = [],
        jobs: [HeldJob] = []
    ) {
        self.version = version
        self.release = release
        self.incarnation = incarnation
        self.url = url
        self.host = host
        self.slots = slots
        self.localPaths = localPaths
        self.cluster = cluster
        self.position = position
        self.attempts = attempts
        self.jobs = jobs
    }
}

/// A position in the history of a coordinator's data: everything written up to it.
///
/// Numbers repeat after an older copy of the data is restored; a start does not, because its name
/// is random.
package struct JournalPosition: Hashable, Codable, Sendable {
    /// The number of times that a coordinator was started on the data.
    package var epoch: Int
    /// The random id of that start.
    package var start: String
    /// The number of the last durable write.
    package var write: Int

    package init(epoch: Int, start: String, write: Int) {
        self.epoch = epoch
        self.start = start
        self.write = write
    }
}

/// A job that a worker keeps something of.
package struct HeldJob: Hashable, Codable, Sendable {
    package var id: JobID
    /// What distinguishes the job from any other job with the same number; nil until the worker
    /// knows.
    package var uuid: String?

    package init(id: JobID, uuid: String?) {
        self.id = id
        self.uuid = uuid
    }
}

/// The answer to a worker that joins.
package struct JoinAnswer: Hashable, Codable, Sendable {
    package var worker: WorkerID
    /// A random id from when the coordinator's data directory was created.
    package var cluster: String
    /// The session that polls name from now on.
    package var session: SessionID
    /// The jobs of the request that are over.
    package var endedJobs: [JobID]
    /// Whether the worker knows a different history than this coordinator's: that of another
    /// cluster, or one that continued where an older copy of the data was restored.
    ///
    /// It is not accepted: it forgets everything that it has, and joins as a new worker.
    package var mustReset: Bool
    /// The coordinator's position in its history.
    package var position: JournalPosition

    package init(
        worker: WorkerID,
        cluster: String,
        session: SessionID,
        endedJobs: [JobID],
        mustReset: Bool = false,
        position: JournalPosition
    ) {
        self.worker = worker
        self.cluster = cluster
        self.session = session
        self.endedJobs = endedJobs
        self.mustReset = mustReset
        self.position = position
    }
}

/// The time from one join of a worker to the next, within which command numbers are valid.
package struct SessionID: Hashable, Codable, Sendable {
    /// The number of times that the coordinator was started on its data.
    package var epoch: Int
    /// The random id of that start: epochs repeat after an older copy of the data is restored.
    package var start: String
    /// Sessions of this epoch, counted from 1.
    package var number: Int

    package init(epoch: Int, start: String, number: Int) {
        self.epoch = epoch
        self.start = start
        self.number = number
    }
}

/// A worker's heartbeat: what ended, how the rest is progressing, and a request for commands.
package struct PollRequest: Hashable, Codable, Sendable {
    package var session: SessionID
    /// The number of the last command received.
    package var received: Int
    package var ended: [AttemptEnd]
    package var progress: [AttemptProgress]
    package var isDraining: Bool
    package var isDiskLow: Bool
    /// The number of slots whose task processes cannot be ended; nil for none.
    package var lostSlots: Int?
    /// The state of the worker's machine; nil while there is no noticeable change.
    package var machine: HostStatus?
    /// How long the answer may wait for a command, in milliseconds.
    package var wait: Int

    package init(
        session: SessionID,
        received: Int,
        ended: [AttemptEnd] = [],
        progress: [AttemptProgress] = [],
        isDraining: Bool = false,
        isDiskLow: Bool = false,
        lostSlots: Int? = nil,
        machine: HostStatus? = nil,
        wait: Int = 0
    ) {
        self.session = session
        self.received = received
        self.ended = ended
        self.progress = progress
        self.isDraining = isDraining
        self.isDiskLow = isDiskLow
        self.lostSlots = lostSlots
        self.machine = machine
        self.wait = wait
    }
}

/// How an attempt ended on a worker.
package struct AttemptEnd: Hashable, Codable, Sendable {
    package var report: TaskReport
    /// The attempt whose run could not be fetched or verified, if that is why it failed.
    package var source: AttemptID?
    /// Whether the worker that has that run did not answer; nil for no.
    package var isSourceSilent: Bool?
    /// The end of what the task printed; nil if it printed nothing.
    package var log: String?

    package init(
        report: TaskReport,
        source: AttemptID? = nil,
        isSourceSilent: Bool? = nil,
        log: String? = nil
    ) {
        self.report = report
        self.source = source
        self.isSourceSilent = isSourceSilent
        self.log = log
    }
}

/// How far an attempt has come.
package struct AttemptProgress: Hashable, Codable, Sendable {
    package var attempt: AttemptID
    package var records: Int
    /// The number of bytes of its split that it has read.
    package var bytes: Int

    package init(attempt: AttemptID, records: Int, bytes: Int) {
        self.attempt = attempt
        self.records = records
        self.bytes = bytes
    }
}

/// The answer to a poll: what a worker is to do.
package struct PollAnswer: Hashable, Codable, Sendable {
    /// All commands that have not been received, in ascending order of their numbers; limited so
    /// that an answer stays small.
    package var commands: [NumberedCommand]
    /// The coordinator's position in its history.
    package var position: JournalPosition
    /// Whether a draining worker is no longer needed.
    package var mayLeave: Bool
    /// The trace contexts of the attempts to start, by the attempts' names; nil if nothing is
    /// traced.
    package var traces: [String: [String: String]]?

    package init(
        commands: [NumberedCommand],
        position: JournalPosition,
        mayLeave: Bool = false,
        traces: [String: [String: String]]? = nil
    ) {
        self.commands = commands
        self.position = position
        self.mayLeave = mayLeave
        self.traces = traces
    }
}

/// A command with its number, counted from 1 in each session: a duplicate is executed only once.
package struct NumberedCommand: Hashable, Codable, Sendable {
    package var number: Int
    package var command: WorkerCommand

    package init(number: Int, command: WorkerCommand) {
        self.number = number
        self.command = command
    }
}

/// One thing for a worker to do.
package enum WorkerCommand: Hashable, Codable, Sendable {
    case start(Assignment)
    case stop(AttemptID)
    /// These tasks of a stage will probably start here: fetch what they read.
    case prepare(JobID, stage: Int, tasks: [Int])
    /// The job is over: stop what is running, and remove what is left of it.
    case end(JobID)
}
