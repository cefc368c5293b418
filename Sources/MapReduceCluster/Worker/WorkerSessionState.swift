internal import MapReduceModel
internal import Synchronization

/// As whom the coordinator knows the worker, for the tasks that call it.
final class WorkerSessionState: Sendable {
    private let state = Mutex<(worker: WorkerID?, refusal: ClusterClient.CallError?)>((nil, nil))

    func joined(_ answer: JoinAnswer) { state.withLock { $0.worker = answer.worker } }

    func refused(_ error: ClusterClient.CallError) { state.withLock { $0.refusal = error } }

    /// Nil before the worker has joined.
    var worker: WorkerID? { state.withLock { $0.worker } }

    /// Why the coordinator will never take the worker in.
    var refusal: ClusterClient.CallError? { state.withLock { $0.refusal } }
}

/// What a worker has under way and may have to end before its time.
struct WorkerTasks {
    var fetches: [AttemptID: Task<Void, Never>] = [:]
    var preparations: [JobID: [Task<Void, Never>]] = [:]

    func cancelAll() {
        for task in Array(fetches.values) + preparations.values.joined() { task.cancel() }
    }
}
