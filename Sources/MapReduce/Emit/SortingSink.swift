public import MapReduceEngine

/// Collects all pairs and sorts them; when its memory is full they are spilled.
@usableFromInline
final class SortingSink<Key: RecordKey, Value: RecordValue>: PairSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let buffer: SortBuffer
    @usableFromInline let output: ShuffleWriter
    @usableFromInline let partitionCount: Int
    @exclusivity(unchecked) @usableFromInline var keyBytes = ByteWriter()
    @exclusivity(unchecked) @usableFromInline var valueBytes = ByteWriter()

    /// `limit`: how many pairs of each partition are wanted; nil wants all.
    @inlinable
    init(context: TaskContext, partitionCount: Int, limit: Int?) throws {
        self.context = context
        self.partitionCount = partitionCount
        buffer = try context.sortBuffer()
        output = context.shuffleWriter(
            partitionCount: partitionCount,
            merger: nil,
            limit: limit
        )
    }

    @inlinable
    func add(_ key: Key, _ value: Value) {
        keyBytes.hold(key, for: context)
        add(encodedKey: keyBytes.bytes, value)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        valueBytes.hold(value, for: context)
        let partition = context.collect(key, valueBytes.bytes, partitionCount: partitionCount)
        if buffer.add(key: key, value: valueBytes.bytes, partition: partition) { return }
        spill()
        guard context.failure == nil else { return }
        if !buffer.add(key: key, value: valueBytes.bytes, partition: partition) {
            context.fail(context.pairTooLarge(byteCount: key.count + valueBytes.byteCount))
        }
    }

    @inlinable
    func spill() {
        guard context.failure == nil else { return }
        do {
            try output.spill { try write(to: $0) }
            buffer.removeAll()
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func write(to run: RunWriter) throws {
        try buffer.forEachSorted(partitionCount: partitionCount) { partition, key, value in
            try run.add(partition: partition, key: key, value: value)
        }
    }

    /// Writes what is in the buffer, and merges it with what was spilled.
    @inlinable
    func finish() throws -> TaskResult {
        try context.checkFailure()
        return try context.finishShuffle(output) { try write(to: $0) }
    }
}
