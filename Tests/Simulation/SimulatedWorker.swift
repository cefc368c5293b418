internal import MapReduceControl
internal import MapReduceModel

/// A worker's process and its disk: the real state machine of a worker, with tasks that take time
/// and runs that are there or not.
struct SimulatedWorker {
    let host: Int
    var machine: WorkerStateMachine
    /// Counts the processes that ran on the host; what an earlier one waited for is not heard.
    var life: Int
    var isAlive = false
    var isStopped = false
    var isDiskFull = false
    var slowness = 1
    /// As which the coordinator knows it.
    var id: WorkerID?
    /// Jobs whose program is here: which planned jobs they are.
    var jobs: [JobID: Int] = [:]
    /// Runs that attempts here have written, and segments that were fetched.
    var runs: [AttemptID: StoredRun] = [:]
    var fetched: [FetchedRun: StoredRun] = [:]
    /// What the slots run, by slot; the number tells one run of a slot from the next.
    var running: [Int: Running] = [:]
    var lastRun = 0
    /// Slots whose processes do not end.
    var stuck: Set<Int> = []
    var fetches: [AttemptID: Fetch] = [:]
    /// The attempts of fetches by their number.
    var fetchNumbers: [Int: AttemptID] = [:]
    var calls: [CallID: Call] = [:]

    struct FetchedRun: Hashable {
        let source: AttemptID
        let partition: Int
    }

    struct Running {
        let number: Int
        let assignment: Assignment
        let segments: [[Segment]]
    }

    /// The segments of one task, on their way here.
    struct Fetch {
        let number: Int
        let assignment: Assignment
        /// The partition that is read of each source.
        let partitions: [Int]
        /// What is to be read of the sources whose logs are here.
        var wanted: [[Wanted]] = []
        /// What is still to be fetched.
        var missing: [Wanted] = []
        /// How often the current segment was asked for in vain.
        var failures = 0
    }

    /// A segment, and where it is.
    struct Wanted {
        let run: FetchedRun
        let entry: StageOutputs.Entry
    }

    /// What the worker has asked, and waits for.
    enum Call {
        case join
        case poll(PollKind, PollRequest)
        case leave
        case launch(JobID)
        case outputs(AttemptID)
        case segment(AttemptID, FetchedRun)
    }

    var incarnation: String { "\(host).\(life)" }

    /// The path of a run that an attempt here has written.
    func path(of attempt: AttemptID) -> String { "\(attempt)@\(host)" }

    /// The path of a segment that was fetched.
    func path(of run: FetchedRun) -> String { "\(run.source)/\(run.partition)@\(host)" }

    /// What is at a path, and the partition that a segment of it holds; nil when there is nothing
    /// any more.
    func piece(of segment: Segment) -> (run: StoredRun, partition: Int)? {
        if let own = runs.first(where: { path(of: $0.key) == segment.run }) {
            return (own.value, segment.partition)
        }
        return fetched.first { path(of: $0.key) == segment.run }
            .map { ($0.value, $0.key.partition) }
    }
}
