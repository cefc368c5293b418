internal import MapReduceModel

/// Callers that wait for the next change of a job, each until its own deadline.
struct JobWaiters {
    private var waiting: [JobID: [Waiter]] = [:]

    private struct Waiter {
        let continuation: CheckedContinuation<Void, Never>
        let deadline: ContinuousClock.Instant
    }

    mutating func add(
        _ continuation: CheckedContinuation<Void, Never>,
        for job: JobID,
        until deadline: ContinuousClock.Instant
    ) {
        waiting[job, default: []].append(Waiter(continuation: continuation, deadline: deadline))
    }

    /// Resumes the callers that wait for a job; called when it has changed.
    mutating func wake(_ job: JobID) {
        for waiter in waiting.removeValue(forKey: job) ?? [] { waiter.continuation.resume() }
    }

    mutating func wakeAll() {
        for job in Array(waiting.keys) { wake(job) }
    }

    /// Resumes the callers whose deadline has passed.
    ///
    /// Cost: linear in the number of waiting callers.
    mutating func wakeExpired(at now: ContinuousClock.Instant) {
        for (job, waiters) in waiting where waiters.contains(where: { $0.deadline <= now }) {
            for waiter in waiters where waiter.deadline <= now { waiter.continuation.resume() }
            let rest = waiters.filter { $0.deadline > now }
            waiting[job] = rest.isEmpty ? nil : rest
        }
    }
}
