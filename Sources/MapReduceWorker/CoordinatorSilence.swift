internal import MapReduceControl

/// How long a worker has not heard its coordinator.
struct CoordinatorSilence {
    /// Nil for a worker that waits for as long as it takes.
    let patience: Duration?
    // This clock stands still while the machine sleeps.
    private var lastHeard = SuspendingClock.now
    private var failedCalls = 0

    init(patience: Duration?) { self.patience = patience }

    /// Whether the coordinator has to be taken for gone, after this event.
    mutating func isTooLong(after event: WorkerEvent) -> Bool {
        switch event {
        case .joined, .answered, .pollRefused, .pollFailed(_, _, mustJoin: true):
            lastHeard = .now
            failedCalls = 0
        case .joinFailed, .pollFailed: failedCalls += 1
        default: return false
        }
        guard let patience, failedCalls >= WorkerLimits.minFailedCalls else { return false }
        return SuspendingClock.now - lastHeard >= patience
    }
}

/// A worker has given its coordinator up.
package struct CoordinatorGoneError: Error, CustomStringConvertible {
    let coordinator: String
    let patience: Duration

    package var description: String {
        "\(coordinator) has not answered for \(patience.components.seconds) s "
            + "(--coordinator-patience): the worker ends"
    }
}
