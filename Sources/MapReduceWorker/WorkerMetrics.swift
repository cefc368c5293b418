internal import MapReduceHTTP
internal import Synchronization

/// The counts of a worker since it started.
final class WorkerMetrics: Sendable {
    private let state = Mutex(State())
    let http = HTTPMetrics()

    /// All counts.
    struct State {
        var isJoined = false
        var runningCount = 0
        var succeeded = 0
        var failed = 0
        var attemptDurations = Histogram.attempts
        var startedProcesses = 0
        var crashedProcesses = 0
        var servedSegments = 0
        var servedByteCount = 0
        var fetched = 0
        var failedFetches = 0
        var repeatedFetches = 0
        var fetchedByteCount = 0
        var fetchDurations = Histogram.attempts
        var polls = Histogram.calls
        var failedPolls = 0
    }

    var isJoined: Bool { state.withLock { $0.isJoined } }

    /// The current counts.
    var current: State { state.withLock { $0 } }

    func joined(_ isJoined: Bool) { state.withLock { $0.isJoined = isJoined } }
    func running(_ count: Int) { state.withLock { $0.runningCount = count } }
    func polled(_ duration: Duration) { state.withLock { $0.polls.add(duration) } }
    func pollFailed() { state.withLock { $0.failedPolls += 1 } }
    func startedProcess() { state.withLock { $0.startedProcesses += 1 } }
    func processCrashed() { state.withLock { $0.crashedProcesses += 1 } }

    /// `duration`: the time that the task process took.
    func ended(hasSucceeded: Bool, after duration: Duration) {
        state.withLock { state in
            if hasSucceeded { state.succeeded += 1 } else { state.failed += 1 }
            state.attemptDurations.add(duration)
        }
    }

    func served(_ byteCount: Int) {
        state.withLock { state in
            state.servedSegments += 1
            state.servedByteCount += byteCount
        }
    }

    /// Counts received bytes of a segment.
    func received(_ byteCount: Int) { state.withLock { $0.fetchedByteCount += byteCount } }

    /// Counts a segment, or the requested part of one, that has been fetched and verified.
    func fetched(in duration: Duration) {
        state.withLock { state in
            state.fetched += 1
            state.fetchDurations.add(duration)
        }
    }

    func fetchesAgain() { state.withLock { $0.repeatedFetches += 1 } }
    func fetchFailed() { state.withLock { $0.failedFetches += 1 } }
}
