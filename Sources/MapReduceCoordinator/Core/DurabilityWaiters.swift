/// Callers that read the state of the control plane, and wait while it is ahead of the journal.
///
/// Call `begin` before a batch is written, and `settle` when it is durable, or when no batch ever
/// will be again.
struct DurabilityWaiters {
    /// A closure that receives nil when the state is durable, or otherwise the reason why it never
    /// will be.
    typealias Waiter = ((any Error)?) -> Void

    /// Whether the state contains something that the journal does not.
    private(set) var isAhead = false
    private var waiters: [Waiter] = []

    mutating func begin() { isAhead = true }

    /// Adds a caller; only while the state is ahead.
    mutating func add(_ waiter: @escaping Waiter) {
        precondition(isAhead, "a state that is durable is read at once")
        waiters.append(waiter)
    }

    /// Ends the wait of all callers.
    /// - Parameter failed: Whether the journal could not be written, so that the state stays ahead.
    /// - Returns: The callers that waited; the caller of this function calls each once.
    mutating func settle(failed: Bool) -> [Waiter] {
        isAhead = failed
        defer { waiters = [] }
        return waiters
    }
}
