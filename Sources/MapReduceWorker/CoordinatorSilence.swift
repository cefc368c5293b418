internal import MapReduceControl

/// The time since a worker last heard from its coordinator.
struct CoordinatorSilence {
    /// The longest silence to accept; nil for a worker that waits indefinitely.
    let patience: Duration?
    // This clock stops while the machine sleeps.
    private var lastHeard = SuspendingClock.now
    private var failedCalls = 0

    init(patience: Duration?) { self.patience = patience }

    /// Returns whether, after this event, the coordinator must be considered gone.
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

/// An error that a worker has given up on its coordinator.
package struct CoordinatorGoneError: Error, CustomStringConvertible {
    let coordinator: String
    let patience: Duration

    package var description: String {
        "\(coordinator) has not answered for \(patience.components.seconds) s "
            + "(--coordinator-patience): the worker ends"
    }
}
