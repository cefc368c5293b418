public import MapReduceEngine

/// A sink that merges the values of equal keys in a table, which is spilled when it is full.
@usableFromInline
final class CombiningSink<Key: RecordKey, Value: RecordValue>: PairSink, OutputSink {
    /// Merges a batch of short keys into a table, and notes the words of each key before merging
    /// it.
    @usableFromInline
    typealias MergeBatch =
        @Sendable (
            CombiningTable, UnsafeMutablePointer<CombiningTable.Slot>, Int,
            UnsafeMutablePointer<UInt64>
        ) -> Void

    @usableFromInline let context: TaskContext
    @usableFromInline let batch: PendingBatch?
    @usableFromInline let merge: @Sendable (Value, Value) -> Value
    @usableFromInline let mergeBatch: MergeBatch
    @usableFromInline let combiningTable: CombiningTable
    @usableFromInline let output: ShuffleWriter
    @usableFromInline let slot: StageOutputSlot
    @usableFromInline let partitionCount: Int
    @usableFromInline let sampler: Sampler
    /// The place where short keys are noted; nil if keys are not noted.
    @usableFromInline let shortKey: UnsafeMutablePointer<UInt64>?
    @exclusivity(unchecked) @usableFromInline var keyBytes = ByteWriter()
    @exclusivity(unchecked) @usableFromInline var valueBytes = ByteWriter()
    @exclusivity(unchecked) @usableFromInline var emitted = 0

    @inlinable
    init(
        context: TaskContext,
        slot: StageOutputSlot,
        partitionCount: Int,
        merge: @escaping @Sendable (Value, Value) -> Value,
        mergeBatch: @escaping MergeBatch
    ) throws {
        self.context = context
        self.slot = slot
        self.partitionCount = partitionCount
        self.merge = merge
        self.mergeBatch = mergeBatch
        batch = InlineValue.canHold(Value.self) && context.takesBatches ? PendingBatch() : nil
        sampler = context.clock.sampler(.sort)
        shortKey = context.shortKey
        combiningTable = try context.combiningTable()
        output = context.shuffleWriter(
            slot,
            merger: DecodingMerger(merge, context.owner),
            limit: nil
        )
        context.add(self, slot)
    }

    @inlinable var table: CombiningTable? { combiningTable }

    @inlinable
    func addBatch(count: Int) {
        if sampler.isDue {
            let sample = sampler.begin()
            addBatch(count: count)
            return sampler.end(sample)
        }
        guard let batch, makeRoom(keys: count, arenaBytes: 0) else { return }
        emitted &+= count
        guard let shortKey else {
            return mergeBatch(combiningTable, batch.pairs, count, batch.spareKey)
        }
        context.beginShortMerges()
        mergeBatch(combiningTable, batch.pairs, count, shortKey)
        context.endMerges()
    }

    @inlinable
    func add(_ key: Key, _ value: Value) {
        if sampler.isDue {
            let sample = sampler.begin()
            add(key, value)
            return sampler.end(sample)
        }
        keyBytes.hold(key, for: context)
        collect(keyBytes.bytes, value)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        if sampler.isDue {
            let sample = sampler.begin()
            add(encodedKey: key, value)
            return sampler.end(sample)
        }
        collect(key, value)
    }

    @inlinable
    func collect(_ key: UnsafeRawBufferPointer, _ value: Value) {
        emitted &+= 1
        if InlineValue.canHold(Value.self) {
            guard makeRoom(keys: 1, arenaBytes: key.count) else { return }
            let (slot, isNew) = combiningTable.slot(of: key)
            let old = slot.pointee.value
            slot.pointee.value = InlineValue.bits(
                of: isNew
                    ? value : merged(InlineValue.value(ofBits: old, as: Value.self), value, of: key)
            )
        } else {
            addStored(key, value)
        }
    }

    /// Merges two values of a key, which is noted during the merge.
    @inlinable
    func merged(_ old: Value, _ new: Value, of key: UnsafeRawBufferPointer) -> Value {
        guard shortKey != nil else { return merge(old, new) }
        context.beginMerge(of: key)
        let merged = merge(old, new)
        context.endMerges()
        return merged
    }

    /// Adds a value that is stored in the table's arena.
    @inlinable
    func addStored(_ key: UnsafeRawBufferPointer, _ value: Value) {
        valueBytes.hold(value, for: context)
        guard makeRoom(keys: 1, arenaBytes: key.count + valueBytes.byteCount + 8) else { return }
        let (slot, isNew) = combiningTable.slot(of: key)
        if !isNew {
            do {
                let old = try Value(record: combiningTable.stored(slot.pointee.value))
                valueBytes.hold(merged(old, value, of: key), for: context)
            } catch {
                context.fail(error)
                return
            }
            if combiningTable.replace(slot.pointee.value, with: valueBytes.bytes) { return }
            guard combiningTable.hasRoom(arenaBytes: valueBytes.byteCount + 8) else {
                // The old value is spilled, and this one starts a new entry.
                spill()
                if context.failure == nil { addStored(key, value) }
                return
            }
        }
        slot.pointee.value = combiningTable.store(valueBytes.bytes)
    }

    /// Makes room in the table, by spilling if necessary; returns false if the task has failed.
    @inlinable
    func makeRoom(keys: Int, arenaBytes: Int) -> Bool {
        guard context.failure == nil else { return false }
        do {
            if try combiningTable.makeRoom(keys: keys, arenaBytes: arenaBytes) { return true }
            spill()
            try context.checkFailure()
            if try combiningTable.makeRoom(keys: keys, arenaBytes: arenaBytes) { return true }
            try combiningTable.shrink()
            if try combiningTable.makeRoom(keys: keys, arenaBytes: arenaBytes) { return true }
            throw context.pairTooLarge(byteCount: arenaBytes)
        } catch {
            context.fail(error)
            return false
        }
    }

    @inlinable
    func spill() {
        do {
            try output.spill { try write(to: $0) }
            combiningTable.removeAll()
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func write(to run: RunWriter) throws {
        try combiningTable.forEachSorted(partitionCount: partitionCount) { partition, key, value in
            if InlineValue.canHold(Value.self) {
                valueBytes.hold(InlineValue.value(ofBits: value, as: Value.self), for: context)
                try run.add(partition: partition, key: key, value: valueBytes.bytes)
            } else {
                try run.add(partition: partition, key: key, value: combiningTable.stored(value))
            }
        }
    }

    /// Writes the contents of the table, and merges them with what was spilled.
    @inlinable
    func finish() throws {
        try context.checkFailure()
        try context.finishShuffle(slot, output, combined: emitted) { try write(to: $0) }
        try context.checkFailure()
    }
}

/// A merger that decodes encoded values to merge them, for runs that are merged on disk.
@usableFromInline
final class DecodingMerger<Value: RecordValue>: ValueMerger {
    @usableFromInline let merge: @Sendable (Value, Value) -> Value
    @usableFromInline let owner: ExecutionOwner
    @exclusivity(unchecked) @usableFromInline var encoded = ByteWriter()
    @exclusivity(unchecked) @usableFromInline var merged: Value?

    @inlinable
    init(_ merge: @escaping @Sendable (Value, Value) -> Value, _ owner: ExecutionOwner) {
        self.merge = merge
        self.owner = owner
    }

    @inlinable
    func start(_ value: UnsafeRawBufferPointer) throws {
        merged = nil
        encoded.removeAll()
        encoded.append(value)
    }

    @inlinable
    func add(_ value: UnsafeRawBufferPointer) throws {
        let old = try merged ?? Value(record: encoded.bytes)
        let new = try Value(record: value)
        merged = owner.closure { merge(old, new) }
    }

    @inlinable
    func finish() throws -> UnsafeRawBufferPointer {
        if let merged {
            encoded.removeAll()
            merged.encodeLast(into: &encoded)
            if let failure = encoded.failure { throw failure }
        }
        return encoded.bytes
    }
}
