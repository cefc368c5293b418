internal import MapReduceControl
internal import MapReduceModel

/// What a coordinator keeps from process to process: `CoordinatorStore` in the service, and arrays
/// in tests.
///
/// What is written is durable when the call returns.
protocol CoordinatorStorage: Sendable {
    /// Drawn at random when the directory was made.
    var cluster: String { get }
    /// The starts of coordinators on the directory, this one last.
    var history: History { get }
    var epoch: Int { get }
    /// Where the history is: all that is durable.
    var position: JournalPosition { get }
    /// Bytes on the disk.
    var byteCount: Int { get throws }
    func session(_ number: Int) -> SessionID
    func releaseMemory()

    // What a coordinator reads when it starts.

    /// The highest id of a job so far.
    func lastJob() throws -> JobID
    /// The jobs that have not ended, and the entries about them in the order of writing.
    func replay() throws -> (jobs: [CoordinatorStore.Job], entries: [JournalEntry])
    /// The number of the last entry of each job that has not ended.
    func lastEvents() throws -> [JobID: Int]
    /// Returns the addresses of `ids`; keeps at most `count` other workers and deletes the oldest.
    func workers(keeping ids: [WorkerID], and count: Int) throws -> [WorkerAddress]

    // What it writes.

    /// - Returns: the number of the last entry; those of the others come right before it.
    func write(_ batch: CoordinatorStore.Batch) async throws -> Int
    /// Keeps how a job ended, and deletes the oldest ended jobs beyond `count` that ended before
    /// `moment`.
    /// - Returns: the digests of executables and side files that no job has any more.
    func finish(
        _ id: JobID,
        _ status: JobStatus,
        keeping count: Int,
        endedBefore moment: Double
    )
        async throws -> [String]
    /// The id of a worker, which is its own for as long as its process lives.
    func worker(
        incarnation: String,
        url: String,
        host: String,
        slots: Int
    ) async throws
        -> WorkerID

    // What its callers ask.

    /// All jobs that are kept, in the order of their ids.
    func jobs() async throws -> [CoordinatorStore.Job]
    func job(_ id: JobID) async throws -> CoordinatorStore.Job?
    /// At most `limit` entries about a job, after one of them.
    func events(
        of id: JobID,
        after number: Int,
        onlyNotable: Bool,
        limit: Int
    ) async throws
        -> [(number: Int, entry: JournalEntry)]
    /// The same, to be decoded by the caller.
    func storedEvents(
        of id: JobID,
        after number: Int,
        limit: Int
    ) async throws
        -> [CoordinatorStore.StoredEvent]
    /// What the attempts of a job printed, in their order; `attempt`: the only one, nil for all.
    func logs(of id: JobID, attempt: AttemptID?) async throws -> [AttemptLog]
    /// Those of these workers that are still kept.
    func knownWorkers(_ ids: [WorkerID]) async throws -> [WorkerID: CoordinatorStore.KnownWorker]
}

extension CoordinatorStore: CoordinatorStorage {}
