internal import MapReduceControl
internal import MapReduceModel

/// A worker that is connected: the commands that it has not received, and its poll that waits.
struct WorkerSession {
    /// Nil for a worker that has not joined this coordinator yet.
    let id: SessionID?
    let worker: WorkerID
    var address: WorkerAddress
    private(set) var outbox = Outbox()
    /// Whether the control plane knows of the worker: its joining waits for the journal before.
    var isKnown = false
    /// What its attempts have read.
    var progress: [AttemptProgress] = []
    /// The release of its command.
    var release: String?
    /// How its machine is; nil until it has told.
    var machine: HostStatus?
    /// A poll that waits for commands, and until when.
    var parked: (continuation: CheckedContinuation<Void, Never>, until: ContinuousClock.Instant)?

    init(id: SessionID?, worker: WorkerID, address: WorkerAddress) {
        self.id = id
        self.worker = worker
        self.address = address
    }

    mutating func send(_ command: WorkerCommand) {
        outbox.add(command)
        wake()
    }

    /// Forgets the commands up to this number.
    mutating func received(_ number: Int) { outbox.received(number) }

    /// What goes into an answer.
    mutating func answer() -> [NumberedCommand] { outbox.answer() }

    mutating func wake() {
        parked?.continuation.resume()
        parked = nil
    }
}
