internal import MapReduceControl
internal import MapReduceModel

/// The coordinator's process: the real control plane, with a journal that is durable only after a
/// while, sessions of workers, and polls that wait.
///
/// It does what the cluster's `CoordinatorCore` does, in the same order.
struct SimulatedCoordinator {
    var control: Coordinator
    /// As whom it knows itself.
    let start: History.Start
    var sessions: [WorkerID: Session] = [:]
    var lastSession = 0
    /// Events that wait to be applied, with what is to be done when they are durable.
    var queue: [Pending] = []
    /// What is being written.
    var writing: Batch?
    /// The number of events that were applied in this life.
    var eventCount = 0
    /// Whether a tick is planned.
    var isTicking = false

    /// A worker that has joined.
    struct Session {
        let id: SessionID
        let address: WorkerAddress
        var outbox = Outbox()
        /// A poll that waits for commands.
        var pendingPoll: CallID?
        var isDraining = false
        /// Whether the control plane knows of it: before, it waits for the journal.
        var isKnown = false
    }

    struct Pending {
        let events: [Event]
        let then: Continuation
    }

    /// What follows when events are durable.
    enum Continuation {
        case nothing
        case joined(CallID, WorkerID, SessionID, jobs: [HeldJob])
        case polled(CallID, WorkerID, PollRequest)
        case left(CallID)
    }

    struct Batch {
        var entries: [JournalEntry] = []
        var commands: [AddressedCommand] = []
        var actions: [CoordinatorAction] = []
        var continuations: [Continuation] = []
    }
}

/// What is in the coordinator's data directory: an older copy may be put back.
struct DurableState {
    var entries: [JournalEntry] = []
    /// Jobs of which all is done; their entries are not replayed.
    var ended: Set<JobID> = []
    var outcomes: [JobID: JobOutcome] = [:]
    var workers: [String: WorkerAddress] = [:]
    var starts: [History.Start] = []
    /// The number of the last write.
    var write = 0
    var lastJob = 0
    /// Which planned job each job is.
    var plannedJobs: [JobID: Int] = [:]

    var replayable: [JournalEntry] { entries.filter { !ended.contains($0.job) } }
}

/// The directory that a planned job's output goes to, on the shared file system.
struct OutputPlace {
    /// The job whose attempts write there, by its uuid; nil when none does.
    var owner: String?
    /// Everything that was put in place, by jobs of any history; each replaced the one before it,
    /// and the last is there now.
    var published: [Published] = []
    /// The uuids of the jobs that found their output in place.
    var confirmed: Set<String> = []

    /// An output, and the job that put it in place.
    struct Published {
        let owner: String
        let outputs: [TaskOutput]
        /// Two jobs whose manifests agree have the same output.
        let manifest: Manifest
    }
}
