internal import AsyncHTTPClient
internal import Logging
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import NIOCore

/// Gets the segments that tasks read: directly from the file if the run is on this machine,
/// otherwise over HTTP, even while the stage that writes them still runs.
///
/// A fetched segment is a run with one partition, and gets its name only after verification.
actor SegmentFetcher {
    let client: ClusterClient
    private let coordinator: String
    let store: JobStore
    private let host: String
    private let readsFilesOfHost: Bool
    let metrics: WorkerMetrics
    let logger: Logger
    private var tables: [StageKey: OutputTable] = [:]
    /// The current or last known addresses of workers.
    private var addresses: [WorkerID: WorkerAddress] = [:]
    /// The running fetches, by file path.
    private var fetches: [String: Fetch] = [:]

    private struct Fetch {
        let job: JobID
        let task: Task<Void, any Error>
    }

    /// A stage of a job.
    struct StageKey: Hashable {
        let job: JobID
        let stage: Int
    }

    init(
        client: ClusterClient,
        coordinator: String,
        store: JobStore,
        host: String,
        readsFilesOfHost: Bool,
        metrics: WorkerMetrics,
        logger: Logger
    ) {
        self.client = client
        self.coordinator = coordinator
        self.store = store
        self.host = host
        self.readsFilesOfHost = readsFilesOfHost
        self.metrics = metrics
        self.logger = logger
    }

    /// An error that a segment was not available, with the attempt that is to blame, if any.
    struct FetchError: Error, CustomStringConvertible {
        let source: AttemptID?
        /// Whether its worker did not answer.
        var isSilent = false
        let description: String
    }

    /// Clears the logs of outputs: another coordinator may list them in a different order.
    func forgetOutputs() { tables = [:] }

    /// Ends the fetches of a job: when this returns, nothing writes to its directory any more.
    ///
    /// The tasks that request segments of the job are canceled beforehand.
    func forget(_ job: JobID) async {
        for key in tables.keys where key.job == job { tables[key] = nil }
        let tasks = fetches.values.filter { $0.job == job }.map(\.task)
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
    }

    // MARK: The input of an attempt

    /// Gets all segments that an attempt reads, for each of its stage's sources in the order of the
    /// tasks that wrote them.
    ///
    /// - Throws: `FetchError` that names the attempt whose run could not be fetched or verified.
    func segments(of assignment: Assignment) async throws -> [[FetchedSegment]] {
        let task = assignment.attempt.task
        guard let files = store[task.job] else {
            throw FetchError(source: nil, description: "\(task.job) is over")
        }
        return try await segments(of: task, assignment.sources, files)
    }

    /// Does the same for any task, from the known outputs of each source.
    func segments(
        of task: TaskID,
        _ sources: [ShuffleInput],
        _ files: JobFiles
    ) async throws -> [[FetchedSegment]] {
        let plan = files.launch.plan
        let partitions = plan.partitionsRead(byTask: task.index, ofStage: task.stage)
        var located: [[LocatedSegment]] = []
        for (position, (source, partition)) in zip(sources, partitions).enumerated() {
            let part = plan.part(ofSource: position, ofStage: task.stage)
            located.append(try await segments(partition, of: source, part, files))
        }
        for side in plan.rangeSides(ofStage: task.stage) {
            let cut = try await cut(
                located[side.sources].flatMap { $0 },
                into: side.rangeCount,
                at: task.index,
                files
            )
            // A task reads the sources of a side as one, in their order.
            var rest = cut[...]
            for position in side.sources {
                let count = located[position].count
                located[position] = Array(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
        }
        return located.map { $0.map(\.fetched) }
    }

    private func segments(
        _ partition: Int,
        of source: ShuffleInput,
        _ part: SegmentDocument.Part,
        _ files: JobFiles
    ) async throws -> [LocatedSegment] {
        let key = StageKey(job: files.id, stage: source.stage)
        while tables[key]?.entries.count ?? 0 < source.outputLogLength {
            _ = try await readLog(key, wait: 0)
        }
        let entries = tables[key]?.sources(source.outputLogLength) ?? []
        return try await entries.concurrentMap(atMost: WorkerLimits.fetchConcurrency) { entry in
            try await self.segment(partition, of: entry, part, key, files)
        }
    }

    /// Returns the known outputs of a stage.
    func known(_ stage: Int, of job: JobID) -> ShuffleInput {
        let key = StageKey(job: job, stage: stage)
        return ShuffleInput(stage: stage, outputLogLength: tables[key]?.entries.count ?? 0)
    }

    /// Reads more of the log of a stage's outputs.
    ///
    /// - Returns: Whether all tasks of the stage are done.
    private func readLog(_ key: StageKey, wait: Int) async throws -> Bool {
        let after = tables[key]?.entries.count ?? 0
        let outputs: StageOutputs = try await client.get(
            "\(coordinator)/v1/jobs/\(key.job.number)/stages/\(key.stage)/outputs"
                + "?after=\(after)&wait=\(wait)"
        )
        for address in outputs.workers { addresses[address.worker] = address }
        // Another reader may have been faster.
        if tables[key]?.entries.count ?? 0 == after {
            tables[key, default: OutputTable()].add(outputs)
        }
        return outputs.isDone
    }

    // MARK: Prefetching

    /// Gets the input of these tasks of a stage as it appears, until all of it is there.
    ///
    /// This only saves time: a fetch that fails here is tried again when a task needs it.
    func prepare(_ job: JobID, stage: Int, tasks: [Int]) async {
        guard let files = store[job], files.launch.plan.stages.indices.contains(stage) else {
            return
        }
        let plan = files.launch.plan
        await withDiscardingTaskGroup { group in
            for (index, source) in plan.stages[stage].sources.enumerated() {
                // All tasks read the same partition of a broadcast output.
                let partitions = Set(
                    tasks.map { plan.partitionsRead(byTask: $0, ofStage: stage)[index] }
                ).sorted()
                let part = plan.part(ofSource: index, ofStage: stage)
                group.addTask {
                    await self.prepare(partitions, of: source.stage, part, files)
                }
            }
        }
        if !plan.rangeSides(ofStage: stage).isEmpty {
            await prepareRanges(tasks.map { TaskID(job: job, stage: stage, index: $0) }, files)
        }
    }

    private func prepare(
        _ partitions: [Int],
        of stage: Int,
        _ part: SegmentDocument.Part,
        _ files: JobFiles
    ) async {
        let key = StageKey(job: files.id, stage: stage)
        var done = 0
        var isDone = false
        do {
            while !isDone || done < tables[key]?.entries.count ?? 0 {
                let entries = (tables[key]?.entries ?? []).dropFirst(done)
                for entry in entries {
                    for partition in partitions {
                        _ = try await segment(partition, of: entry, part, key, files)
                    }
                }
                done += entries.count
                try Task.checkCancellation()
                if entries.isEmpty { isDone = try await readLog(key, wait: 5000) }
            }
        } catch {
            logger.debug("preparing ended", metadata: files.id.fields + ["error": "\(error)"])
        }
    }

    // MARK: One segment

    private func segment(
        _ partition: Int,
        of entry: StageOutputs.Entry,
        _ part: SegmentDocument.Part,
        _ key: StageKey,
        _ files: JobFiles
    ) async throws -> LocatedSegment {
        let task = TaskID(job: key.job, stage: key.stage, index: entry.task)
        let source = AttemptID(task: task, number: entry.attempt)
        let address = addresses[entry.worker]
        if isReadable(entry, at: address, source) {
            let segment = Segment(run: entry.path, partition: partition)
            return LocatedSegment(fetched: FetchedSegment(segment: segment, source: source))
        }
        guard let address else {
            throw FetchError(
                source: source,
                description: "\(entry.worker), which has the run of \(source), is gone"
            )
        }
        let origin = SegmentOrigin(source: source, partition: partition, address: address)
        let path = origin.path(part, in: files.fetchedDirectory)
        try await fetchOnce(path, of: key.job) {
            try await self.fetch(origin) {
                try await self.download(part, of: origin, to: path)
            }
        }
        return LocatedSegment(
            fetched: FetchedSegment(segment: Segment(run: path, partition: 0), source: source),
            listed: part == .list ? origin : nil
        )
    }

    /// Returns whether a run can be read from its own file: it belongs to this worker or this
    /// machine.
    private func isReadable(
        _ entry: StageOutputs.Entry,
        at address: WorkerAddress?,
        _ source: AttemptID
    ) -> Bool {
        if store.run(of: source) == entry.path { return true }
        guard readsFilesOfHost, address?.host == host, !entry.path.isEmpty else { return false }
        do {
            return try OpenFile(reading: entry.path).signature().byteCount == entry.byteCount
        } catch {
            // Its owner may be another user, or gone; its server gives the answer.
            return false
        }
    }

    /// Fetches a file unless it exists, with at most one fetch at a time.
    func fetchOnce(
        _ path: String,
        of job: JobID,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        if let fetch = fetches[path] { return try await fetch.task.value }
        if try Files.kind(of: path) != nil { return }
        // The job may have ended, and its directory be gone.
        try Task.checkCancellation()
        // Others may wait for the fetch after the first requester has stopped waiting.
        let task = Task { try await body() }
        fetches[path] = Fetch(job: job, task: task)
        defer { fetches[path] = nil }
        try await task.value
    }

    /// Downloads something of a segment, with retries.
    nonisolated func fetch(
        _ origin: SegmentOrigin,
        _ download: () async throws -> Void
    ) async throws {
        let begin = ContinuousClock.now
        for delay in WorkerLimits.fetchRetryDelays.map(Optional.some) + [nil] {
            do {
                try await download()
                metrics.fetched(in: ContinuousClock.now - begin)
                return
            } catch let error as CancellationError {
                throw error
            } catch let error as EngineError where error.kind == .diskFull {
                metrics.fetchFailed()
                // The writer of the run is not to blame for this worker's disk.
                throw error
            } catch {
                let isSilent = Self.isSilence(error)
                let isOver =
                    if case ClusterClient.CallError.refused(404, _) = error {
                        true
                    } else {
                        isSilent && ContinuousClock.now - begin >= WorkerLimits.fetchPatience
                    }
                guard let delay, !isOver else {
                    metrics.fetchFailed()
                    throw FetchError(
                        source: origin.source,
                        isSilent: isSilent,
                        description: "the segment of \(origin) cannot be fetched from "
                            + "\(origin.address.worker): \(error)"
                    )
                }
                metrics.fetchesAgain()
                logger.debug("fetching again", metadata: origin.fields + ["error": "\(error)"])
                try await Task.sleep(for: delay)
            }
        }
    }

    /// Returns whether an error means that there is no answer, rather than a wrong one.
    private static func isSilence(_ error: any Error) -> Bool {
        if case ClusterClient.CallError.refused = error { return false }
        return !(error is EngineError)
    }

    /// Downloads a segment, resuming where an earlier try ended.
    private nonisolated func download(
        _ part: SegmentDocument.Part,
        of origin: SegmentOrigin,
        to path: String
    ) async throws {
        let partial = path + ".partial"
        let file = try await blocking { UnsafeTransfer(try AppendedFile(partial)) }
        do {
            for try await buffer in try await client.bytes(
                origin.url(part),
                from: file.value.byteCount
            ) {
                metrics.received(buffer.readableBytes)
                try await blocking { try file.value.append(buffer) }
            }
        } catch ClusterClient.CallError.refused(416, _) {
            // An earlier try got all of it, but ended before verification.
        }
        try await blocking {
            do {
                switch part {
                case .whole:
                    try SegmentDocument.verify(run: partial)
                    try Files.rename(partial, to: path)
                case .list:
                    try PartialSegment.makeListing(of: partial, at: path)
                    try Files.remove(partial)
                }
            } catch {
                // A damaged file is of no use to the next try.
                try Files.remove(partial)
                throw error
            }
        }
    }
}
