public import MapReduceEngine

/// A sink that writes pairs in the order of emission to a file from which `collect` decodes them.
@usableFromInline
final class PairFileSink<Key: RecordKey, Value: RecordValue>: EncodingSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let run: RunWriter
    @usableFromInline let sampler: Sampler
    @exclusivity(unchecked) @usableFromInline var keyBytes = ByteWriter()
    @exclusivity(unchecked) @usableFromInline var valueBytes = ByteWriter()

    @inlinable
    init(_ context: TaskContext, _ slot: StageOutputSlot) throws {
        self.context = context
        run = try context.partRunWriter(slot)
        sampler = context.clock.sampler(.write)
        context.add(self, slot)
    }

    @inlinable
    func store(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        guard context.failure == nil else { return }
        do {
            try run.add(partition: 0, key: key, value: value)
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func finish() throws {
        try context.checkFailure()
        try context.finishPart(run)
    }
}
