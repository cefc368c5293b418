/// The version of the messages between the processes of a cluster, which is also the first part of
/// every path: `/v1`.
package enum ClusterProtocol {
    package static let version = 1
}

/// A worker offers itself; also when it comes back.
package struct JoinRequest: Hashable, Codable, Sendable {
    package var version: Int
    /// The release of the worker's command; nil where it does not say.
    package var release: String?
    /// Drawn at random when the worker's process starts: tells it from one that runs later.
    package var incarnation: String
    /// Where the worker serves its segments.
    package var url: String
    /// The machine that the worker runs on, as its kernel names this boot of it.
    package var host: String
    package var slots: Int
    /// Beginnings of paths of input files that lie on the worker's own disks.
    package var localPaths: [String]
    /// The cluster that it was part of; nil the first time.
    package var cluster: String?
    /// The latest position in the coordinator's history that it knows; nil the first time.
    package var position: JournalPosition?
    /// The attempts that it runs, and those whose ends it has not delivered.
    package var attempts: [AttemptID]
    /// The jobs of which it keeps something.
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

/// A place in the history of a coordinator's data: all that was written up to it.
///
/// Numbers repeat when an older copy of the data is put back; a start does not, as its name is
/// drawn at random.
package struct JournalPosition: Hashable, Codable, Sendable {
    /// How often a coordinator was started on the data.
    package var epoch: Int
    /// Drawn at random at that start.
    package var start: String
    /// The number of the last write that was durable.
    package var write: Int

    package init(epoch: Int, start: String, write: Int) {
        self.epoch = epoch
        self.start = start
        self.write = write
    }
}

/// A job of which a worker keeps something.
package struct HeldJob: Hashable, Codable, Sendable {
    package var id: JobID
    /// What tells the job from any other one of the same number; nil until the worker knows.
    package var uuid: String?

    package init(id: JobID, uuid: String?) {
        self.id = id
        self.uuid = uuid
    }
}

/// A worker is taken in.
package struct JoinAnswer: Hashable, Codable, Sendable {
    package var worker: WorkerID
    /// Drawn at random when the coordinator's data directory was made.
    package var cluster: String
    /// What polls carry from now on.
    package var session: SessionID
    /// Of the jobs of the request, those that are over.
    package var endedJobs: [JobID]
    /// Whether the worker knows another history than this coordinator's: that of another cluster,
    /// or one that went on where an older copy of the data was put back.
    ///
    /// It is not taken in: it forgets all that it has, and joins as a new one.
    package var mustReset: Bool
    /// Where the coordinator's history is.
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

/// The time from one joining of a worker to its next: numbers of commands mean something in it.
package struct SessionID: Hashable, Codable, Sendable {
    /// How often the coordinator was started on its data.
    package var epoch: Int
    /// Drawn at random at that start: epochs repeat when an older copy of the data is put back.
    package var start: String
    /// Sessions of this epoch, counted from 1.
    package var number: Int

    package init(epoch: Int, start: String, number: Int) {
        self.epoch = epoch
        self.start = start
        self.number = number
    }
}

/// A worker's heartbeat: what ended, how the rest is doing, and the question what to do.
package struct PollRequest: Hashable, Codable, Sendable {
    package var session: SessionID
    /// The number of the last command that was received.
    package var received: Int
    package var ended: [AttemptEnd]
    package var progress: [AttemptProgress]
    package var isDraining: Bool
    package var isDiskLow: Bool
    /// Slots whose task processes cannot be ended; nil for none.
    package var lostSlots: Int?
    /// How the worker's machine is; nil while nothing has changed that anybody would notice.
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
    /// The attempt whose run could not be fetched or verified, where that is why it failed.
    package var source: AttemptID?
    /// Whether the worker that has that run did not answer; nil for no.
    package var isSourceSilent: Bool?
    /// The end of what the task printed; nil when it printed nothing.
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
    /// Bytes of its split that it has read.
    package var bytes: Int

    package init(attempt: AttemptID, records: Int, bytes: Int) {
        self.attempt = attempt
        self.records = records
        self.bytes = bytes
    }
}

/// What a worker is to do.
package struct PollAnswer: Hashable, Codable, Sendable {
    /// All that were not received yet, in rising order of their numbers; at most so many that an
    /// answer stays small.
    package var commands: [NumberedCommand]
    /// Where the coordinator's history is.
    package var position: JournalPosition
    /// Whether a worker that drains is not needed any more.
    package var mayLeave: Bool
    /// What goes on with the traces of the attempts that are to be started, by the attempts' names;
    /// nil where nothing is traced.
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

/// A command with its number, from 1 for each session: one that comes twice is done once.
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
    /// The job is over: stop what runs of it, and remove what is left of it.
    case end(JobID)
}
