internal import MapReduceModel

/// Those who wait for news of a job.
struct Watchers {
    private var waiting: [Watcher] = []

    private struct Watcher {
        let continuation: CheckedContinuation<Void, Never>
        let until: ContinuousClock.Instant
    }

    mutating func add(
        _ continuation: CheckedContinuation<Void, Never>,
        until: ContinuousClock.Instant
    ) {
        waiting.append(Watcher(continuation: continuation, until: until))
    }

    mutating func wakeAll() {
        for watcher in waiting { watcher.continuation.resume() }
        waiting = []
    }

    mutating func wakeExpired(at now: ContinuousClock.Instant) {
        for watcher in waiting where watcher.until <= now { watcher.continuation.resume() }
        waiting.removeAll { $0.until <= now }
    }
}
