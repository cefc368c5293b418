/// Callers that read the state of the control plane, and wait while it is ahead of the journal.
///
/// `begin` before a batch is written; `settle` when it is durable, or when no batch will be again.
struct DurabilityWaiters {
    /// Receives nil when the state is durable, else why it will never be.
    typealias Waiter = ((any Error)?) -> Void

    /// Whether the state has what the journal does not.
    private(set) var isAhead = false
    private var waiters: [Waiter] = []

    mutating func begin() { isAhead = true }

    /// Adds a caller, while the state is ahead.
    mutating func add(_ waiter: @escaping Waiter) {
        precondition(isAhead, "a state that is durable is read at once")
        waiters.append(waiter)
    }

    /// `failed`: whether the journal could not be written, and the state stays ahead.
    /// - Returns: those who waited; the caller calls each once.
    mutating func settle(failed: Bool) -> [Waiter] {
        isAhead = failed
        defer { waiters = [] }
        return waiters
    }
}
