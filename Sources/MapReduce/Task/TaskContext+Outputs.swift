public import MapReduceEngine
internal import MapReduceModel

/// A checksum of the pairs that a sink has collected, wrapped so that the inlinable edge does not
/// depend on the model.
@usableFromInline
struct CollectedSum {
    var pairs = PairChecksum()

    @usableFromInline
    init() {}
}

/// Writing of a task's outputs.
extension TaskContext {
    /// Registers the sink that writes one of the stage's outputs.
    @usableFromInline
    func add(_ sink: any OutputSink, _ slot: StageOutputSlot) { sinks[index(of: slot)] = sink }

    func index(of slot: StageOutputSlot) -> Int { job.stages.output(slot, ofStage: stage.id) }

    /// Writes the rest of all outputs, in order.
    func finishOutputs() throws -> TaskOutput {
        try checkFailure()
        for index in stage.outputs.indices { try sinks[index]?.finish() }
        let run = try run?.commit()
        return TaskOutput(
            run: run?.file,
            parts: parts,
            counters: allCounters,
            written: stage.writesRun ? written : [],
            read: received,
            heaviestKey: heaviestKey,
            badRecords: skippedRecords,
            partitionByteCounts: spec.tellsPartitions ? run?.partitionByteCounts ?? [] : []
        )
    }

    // MARK: Shuffles

    /// The memory of each of the stage's shuffles, which share the memory of a task.
    private var memoryByteCount: Int {
        let count = stage.outputs.count { !$0.isPart }
        return max(limits.memoryByteCount / max(count, 1), EngineLimits.minMemoryByteCount)
    }

    /// Whether pairs may wait in batches, which requires that there may be many.
    @usableFromInline var takesBatches: Bool { limits.maxPairCount == .max }

    @usableFromInline
    func combiningTable() throws -> CombiningTable {
        try clock.measure(.sort) {
            try memory.combiningTable(
                memoryByteCount: memoryByteCount,
                maxKeyCount: limits.maxPairCount
            )
        }
    }

    @usableFromInline
    func sortBuffer() throws -> SortBuffer {
        try clock.measure(.sort) {
            try memory.sortBuffer(
                memoryByteCount: memoryByteCount,
                maxPairCount: limits.maxPairCount
            )
        }
    }

    @usableFromInline
    func shuffleWriter(
        _ slot: StageOutputSlot,
        merger: (any ValueMerger)?,
        limit: Int?
    ) -> ShuffleWriter {
        let index = index(of: slot)
        let output = stage.outputs[index]
        return ShuffleWriter(
            directory: spec.directory,
            name: "output\(index)",
            partitionCount: output.runPartitionCount,
            mergeWidth: limits.mergeWidth,
            merger: merger,
            output: RunWriter.Output(
                firstPartition: stage.firstPartition(ofOutput: index),
                limit: limit,
                listsBlocks: output.isRange
            )
        )
    }

    /// Counts a pair that is collected for a shuffle.
    /// - Returns: The partition of its key.
    @usableFromInline
    func collect(
        _ key: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        _ partitionCount: Int,
        _ sum: inout CollectedSum
    ) -> Int {
        let hash = KeyHash.hash(key)
        sum.pairs.add(hash: KeyHash.hash(ofValue: value, keyHash: hash))
        return KeyHash.partition(ofHash: hash, count: partitionCount)
    }

    /// Writes the rest of the collected pairs, all of which are then in the run.
    @usableFromInline
    func finishShuffle(
        _ slot: StageOutputSlot,
        _ output: ShuffleWriter,
        _ collected: CollectedSum,
        fill: (RunWriter) throws -> Void
    ) throws {
        try finish(slot, output, collected.pairs, emitted: collected.pairs.count, fill)
    }

    /// Writes the rest of the pairs whose values were merged; `emitted` is the number of pairs that
    /// were emitted.
    @usableFromInline
    func finishShuffle(
        _ slot: StageOutputSlot,
        _ output: ShuffleWriter,
        combined emitted: Int,
        fill: (RunWriter) throws -> Void
    ) throws {
        try finish(slot, output, nil, emitted: emitted, fill)
    }

    private func finish(
        _ slot: StageOutputSlot,
        _ output: ShuffleWriter,
        _ collected: PairChecksum?,
        emitted: Int,
        _ fill: (RunWriter) throws -> Void
    ) throws {
        let run =
            try self.run
            ?? RunWriter(
                path: spec.directory + "/output.run",
                partitionCount: stage.runPartitionCount
            )
        self.run = run
        written[index(of: slot)] = try output.finish(collected: collected, into: run, fill)
        counters.add(emitted, to: BuiltInCounter.pairsEmitted)
        counters.add(output.counters)
    }

    // MARK: Parts

    /// Returns the path of the attempt's part of an output.
    private func partPath(_ slot: StageOutputSlot, _ style: OutputStyle) throws -> String {
        guard case .files(let name) = stage.outputs[index(of: slot)] else {
            preconditionFailure("a part is written for an output of the job")
        }
        if !name.isEmpty { try Files.createDirectory("\(spec.partDirectory)/\(name)") }
        let part = PartName(
            output: name.isEmpty ? nil : name,
            index: spec.attempt.task.index,
            style: style
        )
        return "\(spec.partDirectory)/\(part)"
    }

    @usableFromInline
    func partWriter(_ slot: StageOutputSlot, _ style: PartStyle) throws -> PartWriter {
        try PartWriter(
            path: partPath(slot, style.whole),
            compression: style.whole.compression
        )
    }

    @usableFromInline
    func partRunWriter(_ slot: StageOutputSlot) throws -> RunWriter {
        try RunWriter(
            path: partPath(slot, OutputStyle(.run)),
            partitionCount: 1,
            isPart: true
        )
    }

    @usableFromInline
    func finishPart(_ part: PartWriter) throws { add(part: try part.commit()) }

    @usableFromInline
    func finishPart(_ run: RunWriter) throws { add(part: try run.commit().file) }

    private func add(part file: OutputFile) {
        counters.add(file.recordCount, to: BuiltInCounter.recordsWritten)
        counters.add(file.byteCount, to: BuiltInCounter.bytesWritten)
        parts.append(file)
    }

    // MARK: Errors

    @usableFromInline
    func noSuchPartition(_ partition: Int, count: Int) -> any Error {
        EngineError(
            .threw,
            "partitioned(into:by:) gave the partition \(partition), and there are \(count), "
                + "numbered from 0"
        )
    }

    @usableFromInline
    func pairTooLarge(byteCount: Int) -> any Error {
        EngineError(
            // Another attempt would have the same memory and the same pair.
            .badInput,
            "a pair of \(byteCount) bytes does not fit the memory of a task, which is "
                + "\(limits.memoryByteCount) bytes; give it more with --memory"
        )
    }
}
