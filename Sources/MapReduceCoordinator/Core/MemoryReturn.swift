internal import MapReduceHTTP
internal import MapReduceProcess

/// When free memory is given back to the system that a large job, or a report of one, has used: a
/// coordinator lives longer than its jobs.
struct MemoryReturn {
    /// Nil while there is little to give back.
    private var due: ContinuousClock.Instant?

    mutating func schedule(at now: ContinuousClock.Instant) {
        due = now + CoordinatorLimits.memoryReturnDelay
    }

    /// Called on every tick; the work is done on a thread of its own.
    mutating func returnIfDue(_ store: any CoordinatorStorage, at now: ContinuousClock.Instant) {
        guard let due, due <= now else { return }
        self.due = nil
        Task {
            try await blocking {
                store.releaseMemory()
                returnFreeMemory()
            }
        }
    }
}
