internal import MapReduceControl
internal import MapReduceModel

/// A worker that is connected: the commands that it has not received, and its poll that waits.
struct WorkerSession {
    /// Nil for a worker that has not joined this coordinator yet.
    let id: SessionID?
    let worker: WorkerID
    var address: WorkerAddress
    /// In rising order of their numbers.
    private(set) var outbox: [NumberedCommand] = []
    private var lastNumber = 0
    /// What its attempts have read.
    var progress: [AttemptProgress] = []
    /// A poll that waits for commands, and until when.
    var parked: (continuation: CheckedContinuation<Void, Never>, until: ContinuousClock.Instant)?

    /// Commands in one answer: it stays small.
    private static let maxCommandsInAnswer = 1024

    init(id: SessionID?, worker: WorkerID, address: WorkerAddress) {
        self.id = id
        self.worker = worker
        self.address = address
    }

    mutating func send(_ command: WorkerCommand) {
        lastNumber += 1
        outbox.append(NumberedCommand(number: lastNumber, command: command))
        wake()
    }

    /// Forgets the commands up to this number.
    mutating func received(_ number: Int) {
        guard let first = outbox.first, first.number <= number else { return }
        outbox.removeFirst(min(number - first.number + 1, outbox.count))
    }

    var commands: [NumberedCommand] { Array(outbox.prefix(Self.maxCommandsInAnswer)) }

    mutating func wake() {
        parked?.continuation.resume()
        parked = nil
    }
}
