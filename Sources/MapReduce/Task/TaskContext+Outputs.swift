public import MapReduceEngine
internal import MapReduceModel

/// What a task leaves behind, wrapped so that the inlinable edge need not know the model.
@usableFromInline
struct TaskResult {
    let file: OutputFile
    /// The pairs of a run; nil for a part.
    let written: PairChecksum?
}

extension TaskContext {
    @usableFromInline
    func combiningTable() throws -> CombiningTable {
        try memory.combiningTable(memoryByteCount: limits.memoryByteCount)
    }

    @usableFromInline
    func sortBuffer() throws -> SortBuffer {
        try memory.sortBuffer(memoryByteCount: limits.memoryByteCount)
    }

    @usableFromInline
    func shuffleWriter(
        partitionCount: Int,
        merger: (any ValueMerger)?,
        limit: Int?
    ) -> ShuffleWriter {
        ShuffleWriter(
            directory: spec.directory,
            partitionCount: partitionCount,
            mergeWidth: limits.mergeWidth,
            merger: merger,
            limit: limit
        )
    }

    /// Counts a pair that is collected for a shuffle.
    /// - Returns: the partition of its key.
    @usableFromInline
    func collect(
        _ key: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        partitionCount: Int
    ) -> Int {
        let hash = KeyHash.hash(key)
        collected.add(hash: KeyHash.hash(ofValue: value, keyHash: hash))
        return KeyHash.partition(ofHash: hash, count: partitionCount)
    }

    /// Writes what is left of the collected pairs, all of which are in the run then.
    @usableFromInline
    func finishShuffle(
        _ output: ShuffleWriter,
        fill: (RunWriter) throws -> Void
    ) throws -> TaskResult {
        let run = try output.finish(collected: collected, fill)
        return finish(run, of: output, emitted: collected.count)
    }

    /// Writes what is left of pairs whose values were merged; `emitted`: how many there were.
    @usableFromInline
    func finishShuffle(
        _ output: ShuffleWriter,
        combined emitted: Int,
        fill: (RunWriter) throws -> Void
    ) throws -> TaskResult {
        let run = try output.finish(collected: nil, fill)
        return finish(run, of: output, emitted: emitted)
    }

    private func finish(
        _ run: FinishedRun,
        of output: ShuffleWriter,
        emitted: Int
    ) -> TaskResult {
        counters.add(emitted, to: BuiltInCounter.pairsEmitted)
        counters.add(output.counters)
        return TaskResult(file: run.file, written: run.pairs)
    }

    /// The name of the attempt's part in the output directory.
    private var partPath: String {
        let digits = String(spec.attempt.task.index)
        return spec.directory + "/part-" + String(repeating: "0", count: max(5 - digits.count, 0))
            + digits
    }

    @usableFromInline
    func partWriter() throws -> PartWriter { try PartWriter(path: partPath + ".tsv") }

    @usableFromInline
    func finishPart(_ part: PartWriter) throws -> TaskResult { finish(try part.commit()) }

    @usableFromInline
    func runWriter() throws -> RunWriter {
        try RunWriter(path: partPath + ".run", partitionCount: 1)
    }

    @usableFromInline
    func finishRun(_ run: RunWriter) throws -> TaskResult { finish(try run.commit().file) }

    private func finish(_ file: OutputFile) -> TaskResult {
        counters.add(file.recordCount, to: BuiltInCounter.recordsWritten)
        counters.add(file.byteCount, to: BuiltInCounter.bytesWritten)
        return TaskResult(file: file, written: nil)
    }

    @usableFromInline
    func pairTooLarge(byteCount: Int) -> any Error {
        EngineError(
            .outOfResources,
            "a pair of \(byteCount) bytes does not fit the memory of a task, which is "
                + "\(limits.memoryByteCount) bytes; give it more with --memory"
        )
    }
}
