public import MapReduceEngine
internal import MapReduceModel

/// What a task leaves behind, wrapped so that the inlinable edge need not know the model.
@usableFromInline
struct TaskResult {
    let file: OutputFile
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

    @usableFromInline
    func finishShuffle(
        _ output: ShuffleWriter,
        emitted: Int,
        fill: (RunWriter) throws -> Void
    ) throws -> TaskResult {
        let file = try output.finish(fill)
        counters.add(emitted, to: BuiltInCounter.pairsEmitted)
        counters.add(output.counters)
        return TaskResult(file: file)
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
    func finishPart(_ part: PartWriter) throws -> TaskResult { written(try part.commit()) }

    @usableFromInline
    func runWriter() throws -> RunWriter {
        try RunWriter(path: partPath + ".run", partitionCount: 1)
    }

    @usableFromInline
    func finishRun(_ run: RunWriter) throws -> TaskResult { written(try run.commit()) }

    private func written(_ file: OutputFile) -> TaskResult {
        counters.add(file.recordCount, to: BuiltInCounter.recordsWritten)
        counters.add(file.byteCount, to: BuiltInCounter.bytesWritten)
        return TaskResult(file: file)
    }

    /// The partition of an encoded key.
    @usableFromInline
    func partition(of key: UnsafeRawBufferPointer, count: Int) -> Int {
        count == 1 ? 0 : KeyHash.partition(ofHash: KeyHash.hash(key), count: count)
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
