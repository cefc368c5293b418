internal import MapReduceHTTP
internal import MapReduceProcess

/// The schedule for returning free memory to the system after a large job, or the report of one,
/// has used it: a coordinator lives longer than its jobs.
struct MemoryReturn {
    /// Nil while there is little memory to return.
    private var due: ContinuousClock.Instant?

    mutating func schedule(at now: ContinuousClock.Instant) {
        due = now + CoordinatorLimits.memoryReturnDelay
    }

    /// Returns memory if that is due; called on every tick.
    ///
    /// The work is done on another thread.
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
