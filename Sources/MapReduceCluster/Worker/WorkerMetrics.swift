internal import Synchronization

/// What a worker counts.
final class WorkerMetrics: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isJoined = false
        var runningCount = 0
        var succeeded = 0
        var failed = 0
        var segments = 0
        var segmentBytes = 0
        var polls = LatencyHistogram()
    }

    var isJoined: Bool { state.withLock { $0.isJoined } }

    func joined(_ isJoined: Bool) { state.withLock { $0.isJoined = isJoined } }
    func running(_ count: Int) { state.withLock { $0.runningCount = count } }
    func polled(_ duration: Duration) { state.withLock { $0.polls.add(duration) } }

    func ended(hasSucceeded: Bool) {
        state.withLock { state in
            if hasSucceeded { state.succeeded += 1 } else { state.failed += 1 }
        }
    }

    func served(_ byteCount: Int) {
        state.withLock { state in
            state.segments += 1
            state.segmentBytes += byteCount
        }
    }

    /// The metrics in Prometheus' text format.
    var text: String {
        state.withLock { state in
            var text = MetricsText()
            text.add("mapreduce_worker_tasks", "gauge", "Tasks that run.", state.runningCount)
            text.add(
                "mapreduce_worker_attempts_total",
                "counter",
                "Attempts that ended.",
                by: "outcome",
                [("succeeded", state.succeeded), ("failed", state.failed)]
            )
            text.add(
                "mapreduce_worker_segments_served_total",
                "counter",
                "Segments that others fetched.",
                state.segments
            )
            text.add(
                "mapreduce_worker_segment_bytes_served_total",
                "counter",
                "Bytes of those segments.",
                state.segmentBytes
            )
            text.add(
                "mapreduce_worker_poll_seconds",
                "Time until a poll was answered, what it waited included.",
                state.polls
            )
            return text.text
        }
    }
}
