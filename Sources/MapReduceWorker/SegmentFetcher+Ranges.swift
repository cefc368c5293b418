internal import AsyncHTTPClient
internal import Logging
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import NIOCore

/// The input of a task that reads a range of all runs: only the range's blocks of runs that are
/// elsewhere.
///
///     1. the list of blocks of each run      2. cuts      3. the blocks of the range
///
/// The task process has the same lists, as every partial segment has the whole list, and finds the
/// same cuts.
extension SegmentFetcher {
    /// Gets the blocks of one range of segments.
    ///
    /// `located`: the runs that can be read here, and the listings of others.
    /// `count`: the number of ranges.
    /// `index`: the range to read.
    /// - Returns: The segments with the blocks, in the same order.
    func cut(
        _ located: [LocatedSegment],
        into count: Int,
        at index: Int,
        _ files: JobFiles
    ) async throws -> [LocatedSegment] {
        let cuts = try await blocking {
            RangeCuts(try located.map { try Self.list(of: $0.fetched) }, count: count)
        }
        return try await Array(located.enumerated()).concurrentMap(
            atMost: WorkerLimits.fetchConcurrency
        ) { run, located in
            let blocks = cuts.blocks(of: run, range: index)
            // A listing is enough if no block is read.
            guard let origin = located.listed, !blocks.isEmpty else { return located }
            return try await self.fetch(blocks, of: origin, located, files)
        }
    }

    private static func list(of fetched: FetchedSegment) throws -> BlockList {
        let segment = fetched.segment
        do {
            return try BlockList(of: RunReader(path: segment.run), partition: segment.partition)
        } catch let error as EngineError where error.kind == .fetchFailed {
            throw FetchError(
                source: fetched.source,
                description: "the blocks of \(fetched.source) cannot be listed: \(error)"
            )
        }
    }

    private func fetch(
        _ blocks: Range<Int>,
        of origin: SegmentOrigin,
        _ located: LocatedSegment,
        _ files: JobFiles
    ) async throws -> LocatedSegment {
        // Named after its blocks: the same range has other blocks once another run has replaced one
        // of its runs.
        let path =
            "\(files.fetchedDirectory)/\(origin.name)-blocks\(blocks.lowerBound)"
            + "-\(blocks.upperBound).run"
        let listing = located.fetched.segment.run
        try await fetchOnce(path, of: files.id) {
            try await self.fetch(origin) {
                try await self.download(blocks, of: origin, listing, to: path)
            }
        }
        return LocatedSegment(
            fetched: FetchedSegment(
                segment: Segment(run: path, partition: 0),
                source: origin.source
            )
        )
    }

    /// Downloads blocks, resuming where an earlier try ended.
    private nonisolated func download(
        _ blocks: Range<Int>,
        of origin: SegmentOrigin,
        _ listing: String,
        to path: String
    ) async throws {
        // A single task writes, and waits for each write.
        let file = try await blocking {
            UnsafeTransfer(
                try PartialSegmentWriter(
                    partial: path + ".partial",
                    listing: listing,
                    blocks: blocks
                )
            )
        }
        let end = file.value.bytes.upperBound
        if file.value.next < end {
            let url = origin.url(.whole)
            for try await buffer in try await client.bytes(url, from: file.value.next, to: end) {
                metrics.received(buffer.readableBytes)
                try await blocking {
                    try buffer.withUnsafeReadableBytes { try file.value.append($0) }
                }
            }
        }
        try await blocking { try file.value.finish(as: path) }
    }

    /// Gets the blocks of these tasks, once all runs are known.
    ///
    /// This only saves time: a fetch that fails here is tried again when a task needs it.
    func prepareRanges(_ tasks: [TaskID], _ files: JobFiles) async {
        do {
            for task in tasks {
                try Task.checkCancellation()
                let sources = files.launch.plan.stages[task.stage].sources
                _ = try await segments(
                    of: task,
                    sources.map { known($0.stage, of: task.job) },
                    files
                )
            }
        } catch {
            logger.debug("preparing ended", metadata: files.id.fields + ["error": "\(error)"])
        }
    }
}

/// The origin of a segment that cannot be read here.
struct SegmentOrigin: Sendable, CustomStringConvertible {
    let source: AttemptID
    let partition: Int
    let address: WorkerAddress

    /// The base name of its files on this machine.
    var name: String { "\(source)-partition\(partition)" }

    /// Log fields: whose output it is, and where it is fetched from.
    var fields: Logger.Metadata {
        source.fields + [
            "partition": .stringConvertible(partition), "from": "\(address.worker.number)",
        ]
    }

    var description: String { "partition \(partition) of \(source)" }

    /// Returns the path of the fetched file.
    func path(_ part: SegmentDocument.Part, in directory: String) -> String {
        switch part {
        case .whole: "\(directory)/\(name).run"
        case .list: "\(directory)/\(name)-list.run"
        }
    }

    /// Returns the URL where its worker serves it.
    ///
    /// The URL contains the worker's own name, so that another process that now listens there does
    /// not answer in its place.
    func url(_ part: SegmentDocument.Part) -> String {
        let task = source.task
        let segment =
            "\(address.url)/v1/segments/\(task.job.number)/\(task.stage)/\(task.index)"
            + "/\(source.number)/\(partition)"
        switch part {
        case .whole: return segment + "?worker=\(address.incarnation)"
        case .list: return segment + "/list?worker=\(address.incarnation)"
        }
    }
}

/// A segment that a task reads.
struct LocatedSegment: Sendable {
    let fetched: FetchedSegment
    /// The origin of the blocks, if only their list was fetched.
    var listed: SegmentOrigin?
}

extension Plan {
    /// Sources that a stage reads as one side, split into ranges.
    struct RangeSide {
        /// Their positions among the stage's sources.
        let sources: Range<Int>
        let rangeCount: Int
    }

    /// Returns the sides of a stage that are split into ranges.
    func rangeSides(ofStage stage: Int) -> [RangeSide] {
        guard case .shuffles(let sides) = stages[stage].input else { return [] }
        var next = 0
        return sides.compactMap { side in
            let first = next
            next += side.count
            let output = stages[side[0].stage].outputs[side[0].output]
            guard output.isRange else { return nil }
            return RangeSide(sources: first..<next, rangeCount: output.partitionCount)
        }
    }

    /// Returns the part of a source to fetch first: the list of blocks if it is split into ranges.
    func part(ofSource position: Int, ofStage stage: Int) -> SegmentDocument.Part {
        rangeSides(ofStage: stage).contains { $0.sources.contains(position) } ? .list : .whole
    }
}
