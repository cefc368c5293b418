internal import Logging
internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

/// The worker's identity at the coordinator, for the tasks that call the coordinator.
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

    /// The session that the last join started.
    var id: SessionID? { state.withLock { $0.id } }

    func refused(_ error: ClusterClient.CallError) { state.withLock { $0.refusal = error } }

    /// The worker's ID; nil before it has joined.
    var worker: WorkerID? { state.withLock { $0.worker } }

    /// The reason why the coordinator will never accept the worker.
    var refusal: ClusterClient.CallError? { state.withLock { $0.refusal } }
}

/// The lines that a worker has logged about its jobs, for the tasks that log them.
final class RepeatedWarnings: Sendable {
    private let lines = Mutex(RepeatedLines())

    func level(of kind: String, _ job: JobID) -> Logger.Level {
        lines.withLock { $0.level(of: kind, job) }
    }

    func end(_ job: JobID, _ logger: Logger) { lines.withLock { $0.end(job, logger) } }
}

/// A worker's running operations, which it may have to cancel.
struct WorkerTasks {
    var fetches: [AttemptID: Task<Void, Never>] = [:]
    var preparations: [JobID: [Task<Void, Never>]] = [:]

    func cancelAll() {
        for task in Array(fetches.values) + preparations.values.joined() { task.cancel() }
    }
}
