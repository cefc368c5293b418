internal import MapReduceControl
internal import MapReduceModel

/// Who sends and receives: a host, or the coordinator.
struct Node: Hashable, CustomStringConvertible {
    let index: Int

    static let coordinator = Node(index: -1)
    static func host(_ index: Int) -> Node { Node(index: index) }

    var isCoordinator: Bool { index < 0 }
    var description: String { isCoordinator ? "coordinator" : "host \(index)" }
}

/// What one process asks another over HTTP.
enum Request {
    case join(JoinRequest)
    case poll(WorkerID, PollRequest)
    case leave(WorkerID)
    case launch(JobID)
    case outputs(JobID, stage: Int, after: Int)
    /// Of the worker with that incarnation.
    case segment(AttemptID, partition: Int, of: String)
}

/// The answers.
enum Response {
    case joined(JoinAnswer)
    case polled(PollAnswer)
    /// The job's random id, and which planned job the program is of.
    case launched(String, Int)
    case outputs(StageOutputs)
    case segment(StoredRun)
    case done
    /// The coordinator does not know the worker, or its session.
    case mustJoin
    /// What was sent is too large.
    case tooLarge
    case notFound
}

/// A run on a disk.
struct StoredRun {
    let identity: Lineage.Identity
    /// Whether its bytes have changed since it was written.
    var isRotten = false
}

/// Tells an answer's question, and the life of the process that asked it.
struct CallID: Hashable {
    let number: Int
    let caller: Node
    let life: Int
}

/// What happens in a run.
enum SimulatedEvent {
    /// A message arrives.
    case request(CallID, to: Node, Request)
    case response(CallID, Response)
    /// The caller learns that no answer comes.
    case callFailed(CallID)
    /// A worker does something by itself; only if it still is in that life.
    case worker(Int, life: Int, WorkerStep)
    /// The coordinator does; only if it still is in that life.
    case coordinator(life: Int, CoordinatorStep)
    case fault(Fault)
    case faultEnds(Fault)
    /// The coordinator's data are copied, for the fault that puts the copy back.
    case copyData(Fault)
    case submit(job: Int)
    case cancel(job: Int)
    case faultsStop
}

/// What a worker has waited for.
enum WorkerStep {
    case event(WorkerEvent)
    case join
    case poll(PollKind, PollRequest)
    /// An attempt has computed its output; only if the slot still runs it.
    case attemptEnds(slot: Int, run: Int)
    /// The next try to fetch a segment.
    case fetch(Int)
    /// Draining has taken too long.
    case drainExpires
    case restart
}

/// What the coordinator has waited for.
enum CoordinatorStep {
    /// What was written is on the disk.
    case durable
    case tick
    case pollExpires(WorkerID, CallID)
    case published(JobID)
    case cleanedUp(JobID)
    case restart
}
