internal import Logging
internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

/// As whom the coordinator knows the worker, for the tasks that call it.
final class WorkerSessionState: Sendable {
    private let state = Mutex(State())

    private struct State {
        var worker: WorkerID?
        var id: SessionID?
        var refusal: ClusterClient.CallError?
    }

    func joined(_ answer: JoinAnswer) {
        state.withLock { state in
            state.worker = answer.worker
            state.id = answer.session
        }
    }

    /// The session that the last joining began.
    var id: SessionID? { state.withLock { $0.id } }

    func refused(_ error: ClusterClient.CallError) { state.withLock { $0.refusal = error } }

    /// Nil before the worker has joined.
    var worker: WorkerID? { state.withLock { $0.worker } }

    /// Why the coordinator will never take the worker in.
    var refusal: ClusterClient.CallError? { state.withLock { $0.refusal } }
}

/// Lines that a worker has logged of its jobs, for the tasks that log them.
final class RepeatedWarnings: Sendable {
    private let lines = Mutex(RepeatedLines())

    func level(of kind: String, _ job: JobID) -> Logger.Level {
        lines.withLock { $0.level(of: kind, job) }
    }

    func end(_ job: JobID, _ logger: Logger) { lines.withLock { $0.end(job, logger) } }
}

/// What a worker has under way and may have to end before its time.
struct WorkerTasks {
    var fetches: [AttemptID: Task<Void, Never>] = [:]
    var preparations: [JobID: [Task<Void, Never>]] = [:]

    func cancelAll() {
        for task in Array(fetches.values) + preparations.values.joined() { task.cancel() }
    }
}
