internal import HTTPTypes
internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

/// The attempts of a worker that still print, and the number of answers that follow them.
final class AttemptLogs: Sendable {
    private let state = Mutex(State())

    private struct State {
        /// Whether each attempt has ended; for all that were begun and not removed.
        var hasEnded: [AttemptID: Bool] = [:]
        var followerCount = 0
    }

    func begin(_ attempt: AttemptID) { state.withLock { $0.hasEnded[attempt] = false } }

    /// Records that the attempt prints no more.
    func end(_ attempt: AttemptID) {
        state.withLock { state in
            if state.hasEnded[attempt] != nil { state.hasEnded[attempt] = true }
        }
    }

    func remove(_ attempt: AttemptID) { state.withLock { $0.hasEnded[attempt] = nil } }

    func remove(_ job: JobID) {
        state.withLock { state in
            state.hasEnded = state.hasEnded.filter { $0.key.task.job != job }
        }
    }

    /// Returns whether an attempt has ended; nil if it was not begun, or was removed.
    func hasEnded(_ attempt: AttemptID) -> Bool? { state.withLock { $0.hasEnded[attempt] } }

    /// Admits another answer that follows an attempt's output.
    ///
    /// - Returns: The answer's place, which it holds for as long as this object exists.
    /// - Throws: `ClusterError` when the maximum number of answers is reached.
    func follow() throws -> Follower {
        let isTaken = state.withLock { state in
            guard state.followerCount < WorkerLimits.maxLogFollowerCount else { return false }
            state.followerCount += 1
            return true
        }
        guard isTaken else {
            throw ClusterError(
                .serviceUnavailable,
                "busy",
                "\(WorkerLimits.maxLogFollowerCount) logs of this worker are followed already; "
                    + "follow one task, or ask again later"
            )
        }
        return Follower(logs: self)
    }

    /// The place of an answer among those that follow logs.
    final class Follower: Sendable {
        private let logs: AttemptLogs

        fileprivate init(logs: AttemptLogs) { self.logs = logs }

        deinit { logs.state.withLock { $0.followerCount -= 1 } }
    }
}
