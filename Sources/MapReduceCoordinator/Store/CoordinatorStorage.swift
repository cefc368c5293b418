internal import MapReduceControl
internal import MapReduceModel

/// The data that a coordinator keeps from one process to the next: `CoordinatorStore` in the
/// service, arrays in tests.
///
/// Writes are durable when the call returns.
protocol CoordinatorStorage: Sendable {
    /// A random name, chosen when the directory was made.
    var cluster: String { get }
    /// The starts of coordinators on the directory, this one last.
    var history: History { get }
    var epoch: Int { get }
    /// The position in the history: everything that is durable.
    var position: JournalPosition { get }
    /// Bytes on the disk.
    var byteCount: Int { get throws }
    func session(_ number: Int) -> SessionID
    func releaseMemory()

    // What a coordinator reads when it starts.

    /// Returns the highest id of a job so far.
    func lastJob() throws -> JobID
    /// Returns the jobs that have not ended, and the entries about them in the order of writing.
    func replay() throws -> (jobs: [CoordinatorStore.Job], entries: [JournalEntry])
    /// Returns the number of the last entry of each job that has not ended.
    func lastEvents() throws -> [JobID: Int]
    /// Returns the addresses of `ids`; keeps at most `count` other workers and deletes the oldest.
    func workers(keeping ids: [WorkerID], and count: Int) throws -> [WorkerAddress]

    // What it writes.

    /// Writes a batch.
    /// - Returns: The number of the last entry; the numbers of the others come right before it.
    func write(_ batch: CoordinatorStore.Batch) async throws -> Int
    /// Stores how a job ended, and deletes the oldest ended jobs beyond `count` that ended before
    /// `moment`.
    /// - Returns: The digests of the executables and side files that no job uses any more.
    func finish(
        _ id: JobID,
        _ status: JobStatus,
        keeping count: Int,
        endedBefore moment: Double
    )
        async throws -> [String]
    /// Returns the id of a worker, which the worker keeps for as long as its process lives.
    func worker(
        incarnation: String,
        url: String,
        host: String,
        slots: Int
    ) async throws
        -> WorkerID

    // What its callers request.

    /// Returns all kept jobs, in the order of their ids.
    func jobs() async throws -> [CoordinatorStore.Job]
    func job(_ id: JobID) async throws -> CoordinatorStore.Job?
    /// Returns at most `limit` entries about a job, after one of them.
    func events(
        of id: JobID,
        after number: Int,
        onlyNotable: Bool,
        limit: Int
    ) async throws
        -> [(number: Int, entry: JournalEntry)]
    /// Returns the same, still encoded; the caller decodes them.
    func storedEvents(
        of id: JobID,
        after number: Int,
        limit: Int
    ) async throws
        -> [CoordinatorStore.StoredEvent]
    /// Returns what the attempts of a job printed, in their order.
    /// `attempt`: the only attempt to return; nil for all.
    func logs(of id: JobID, attempt: AttemptID?) async throws -> [AttemptLog]
    /// Returns the given workers that are still kept.
    func knownWorkers(_ ids: [WorkerID]) async throws -> [WorkerID: CoordinatorStore.KnownWorker]
}

extension CoordinatorStore: CoordinatorStorage {}
