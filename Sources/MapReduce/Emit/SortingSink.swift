public import MapReduceEngine

/// A sink that collects all pairs and sorts them; they are spilled when its memory is full.
@usableFromInline
final class SortingSink<Key: RecordKey, Value: RecordValue>: EncodingSink {
    /// How the partition of a pair is chosen.
    @usableFromInline
    enum Partitioning: Sendable {
        /// By a hash of the key.
        case byHash(count: Int)
        /// All pairs in one partition.
        case one
        /// The partition that the closure returns.
        case by(@Sendable (UnsafeRawBufferPointer) throws -> Int, count: Int)

        @inlinable var count: Int {
            switch self {
            case .byHash(let count), .by(_, let count): count
            case .one: 1
            }
        }
    }

    @usableFromInline let context: TaskContext
    @usableFromInline let buffer: SortBuffer
    @usableFromInline let output: ShuffleWriter
    @usableFromInline let slot: StageOutputSlot
    @usableFromInline let partitioning: Partitioning
    @usableFromInline let partitionCount: Int
    /// The checksum of the collected pairs.
    @exclusivity(unchecked) @usableFromInline var collected = CollectedSum()
    @usableFromInline let sampler: Sampler
    @exclusivity(unchecked) @usableFromInline var keyBytes = ByteWriter()
    @exclusivity(unchecked) @usableFromInline var valueBytes = ByteWriter()

    /// `limit`: the number of pairs needed from each partition; nil for all.
    @inlinable
    init(
        context: TaskContext,
        slot: StageOutputSlot,
        partition: Partitioning,
        limit: Int? = nil
    ) throws {
        self.context = context
        self.slot = slot
        partitioning = partition
        partitionCount = partition.count
        sampler = context.clock.sampler(.sort)
        buffer = try context.sortBuffer()
        output = context.shuffleWriter(slot, merger: nil, limit: limit)
        context.add(self, slot)
    }

    @inlinable
    @inline(__always)
    func store(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        let partition: Int
        switch partitioning {
        case .byHash(let count): partition = context.collect(key, value, count, &collected)
        case .one: partition = context.collect(key, value, 1, &collected)
        case .by(let choose, let count):
            _ = context.collect(key, value, 1, &collected)
            partition = choice(choose, key, count)
        }
        if buffer.add(key: key, value: value, partition: partition) { return }
        spill()
        guard context.failure == nil else { return }
        if !buffer.add(key: key, value: value, partition: partition) {
            context.fail(context.pairTooLarge(byteCount: key.count + value.count))
        }
    }

    /// Returns the partition that a closure chooses; an invalid one fails the task.
    @inlinable
    func choice(
        _ choose: (UnsafeRawBufferPointer) throws -> Int,
        _ key: UnsafeRawBufferPointer,
        _ count: Int
    ) -> Int {
        do {
            let partition = try choose(key)
            if 0..<count ~= partition { return partition }
            context.fail(context.noSuchPartition(partition, count: count))
        } catch {
            context.fail(error)
        }
        return 0
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

    /// Writes the contents of the buffer, and merges them with what was spilled.
    @inlinable
    func finish() throws {
        try context.checkFailure()
        try context.finishShuffle(slot, output, collected) { try write(to: $0) }
    }
}
