internal import MapReduceControl
internal import MapReduceModel

/// The sessions of workers: the connected ones, and those that a restarted coordinator expects.
struct WorkerSessions {
    private var all: [WorkerID: WorkerSession] = [:]

    subscript(worker: WorkerID) -> WorkerSession? { all[worker] }

    var addresses: [WorkerAddress] { all.values.map(\.address) }

    /// Returns what a job's running attempts have read so far.
    ///
    /// Cost: linear in the number of running attempts.
    func progress(
        of job: JobID,
        where isCounted: (AttemptID) -> Bool
    ) -> (records: Int, bytes: Int) {
        var sum = (records: 0, bytes: 0)
        for session in all.values {
            for progress in session.progress
            where progress.attempt.task.job == job && isCounted(progress.attempt) {
                sum.records &+= progress.records
                sum.bytes &+= progress.bytes
            }
        }
        return sum
    }

    /// The status of the workers' machines, for those workers that have reported it.
    var machines: [WorkerID: HostStatus] { all.compactMapValues(\.machine) }

    // MARK: Opening and closing

    /// Adds a worker from the journal that has not joined this coordinator yet.
    mutating func expect(_ address: WorkerAddress) {
        var session = WorkerSession(id: nil, worker: address.worker, address: address)
        session.isKnown = true
        all[address.worker] = session
    }

    /// Opens a session, replacing an earlier one of the same worker.
    mutating func open(_ session: WorkerSession) {
        close(session.worker)
        all[session.worker] = session
    }

    /// Ends the session of a worker, and answers its poll.
    mutating func close(_ worker: WorkerID) {
        all[worker]?.answerPoll()
        all[worker] = nil
    }

    /// Returns the workers that were known but are not any more, because the control plane has
    /// given them up.
    func gone(from workers: Workers) -> [WorkerID] {
        all.values.filter { $0.isKnown && workers[$0.worker] == nil }.map(\.worker).sorted()
    }

    // MARK: Polls and commands

    /// Takes what a worker reports in a poll.
    mutating func note(_ request: PollRequest, of worker: WorkerID) {
        all[worker]?.acknowledge(request.received)
        all[worker]?.progress = request.progress
        if let machine = request.machine { all[worker]?.machine = machine }
    }

    mutating func markKnown(_ worker: WorkerID) { all[worker]?.isKnown = true }

    mutating func send(_ command: WorkerCommand, to worker: WorkerID) {
        all[worker]?.send(command)
    }

    mutating func sendToAll(_ command: WorkerCommand) {
        for worker in all.keys { all[worker]?.send(command) }
    }

    /// Returns whether a poll of this worker has to wait for a command.
    func hasNoCommands(for worker: WorkerID) -> Bool { all[worker]?.outbox.isEmpty ?? false }

    /// Returns the commands for a worker's poll; they stay until they are acknowledged.
    mutating func commands(for worker: WorkerID) -> [NumberedCommand] {
        all[worker]?.outbox.answer() ?? []
    }

    /// Holds a poll until there is a command or its time is up; answers an earlier poll.
    mutating func hold(
        _ continuation: CheckedContinuation<Void, Never>,
        of worker: WorkerID,
        until deadline: ContinuousClock.Instant
    ) {
        guard all[worker] != nil else { return continuation.resume() }
        all[worker]?.answerPoll()
        all[worker]?.pendingPoll = (continuation, deadline)
    }

    mutating func answerExpiredPolls(at now: ContinuousClock.Instant) {
        for (worker, session) in all {
            if let poll = session.pendingPoll, poll.deadline <= now { all[worker]?.answerPoll() }
        }
    }

    mutating func answerAllPolls() {
        for worker in all.keys { all[worker]?.answerPoll() }
    }
}

/// The session of a worker: its unacknowledged commands, and its pending poll.
struct WorkerSession {
    /// Nil for a worker that has not joined this coordinator yet.
    let id: SessionID?
    let worker: WorkerID
    let address: WorkerAddress
    /// The release of the worker's program.
    var release: String?
    fileprivate(set) var outbox = Outbox()
    /// Whether the control plane knows the worker: a joining worker must first wait for the
    /// journal.
    fileprivate(set) var isKnown = false
    /// What its attempts have read.
    fileprivate(set) var progress: [AttemptProgress] = []
    /// The status of its machine; nil until the worker has reported it.
    fileprivate(set) var machine: HostStatus?
    /// A poll that waits for commands.
    fileprivate var pendingPoll:
        (continuation: CheckedContinuation<Void, Never>, deadline: ContinuousClock.Instant)?

    init(id: SessionID?, worker: WorkerID, address: WorkerAddress, release: String? = nil) {
        self.id = id
        self.worker = worker
        self.address = address
        self.release = release
    }

    fileprivate mutating func send(_ command: WorkerCommand) {
        outbox.add(command)
        answerPoll()
    }

    /// Forgets the commands up to this number.
    fileprivate mutating func acknowledge(_ number: Int) { outbox.received(number) }

    fileprivate mutating func answerPoll() {
        pendingPoll?.continuation.resume()
        pendingPoll = nil
    }
}
