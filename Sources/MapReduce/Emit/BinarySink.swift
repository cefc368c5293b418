public import MapReduceEngine

/// A sink that writes the bytes of keys and values with nothing between them; every record has the
/// length of the first one in its part.
@usableFromInline
final class BinarySink<Key: RecordKey, Value: RecordValue>: SampledSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let part: PartWriter
    @usableFromInline let sampler: Sampler
    @exclusivity(unchecked) @usableFromInline var keyBytes = TextWriter(style: .binary)
    @exclusivity(unchecked) @usableFromInline var valueBytes = TextWriter(style: .binary)
    /// The length of a record in bytes; nil before the first.
    @exclusivity(unchecked) private var recordByteCount: Int?

    @usableFromInline
    init(_ context: TaskContext, _ slot: StageOutputSlot, _ style: PartStyle) throws {
        self.context = context
        part = try context.partWriter(slot, style)
        sampler = context.clock.sampler(.write)
        context.add(self, slot)
    }

    /// Returns whether a type's encoding as the last of its record equals its binary output.
    @inlinable
    @inline(__always)
    static func isBytes<Stored>(_ type: Stored.Type) -> Bool {
        type == Bytes.self || type == String.self || type == Unit.self
    }

    @inlinable
    func store(_ key: Key, _ value: Value) {
        keyBytes.beginLine()
        key.write(to: &keyBytes)
        storeBytes(keyBytes.bytes, value)
    }

    @inlinable
    func store(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        guard Self.isBytes(Key.self) else { return storeDecoded(key, value) }
        storeBytes(key, value)
    }

    @inlinable
    func store(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        if Self.isBytes(Key.self), Self.isBytes(Value.self) { return append(key, value) }
        do {
            store(encodedKey: key, try Value(record: value))
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func storeDecoded(_ key: UnsafeRawBufferPointer, _ value: Value) {
        do {
            store(try Key(record: key), value)
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func storeBytes(_ key: UnsafeRawBufferPointer, _ value: Value) {
        valueBytes.beginLine()
        value.write(to: &valueBytes)
        append(key, valueBytes.bytes)
    }

    /// Appends a record, if it is valid in the format.
    @usableFromInline
    func append(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard context.failure == nil else { return }
        let byteCount = key.count + value.count
        if byteCount != recordByteCount || keyBytes.writer.failure != nil
            || valueBytes.writer.failure != nil
        {
            guard accept(key, byteCount) else { return }
        }
        do {
            try part.add(key, value)
        } catch {
            context.fail(error)
        }
    }

    /// Accepts the first record; any other record that gets here fails the task.
    private func accept(_ key: UnsafeRawBufferPointer, _ byteCount: Int) -> Bool {
        let reason: any Error
        if let failure = keyBytes.writer.failure ?? valueBytes.writer.failure {
            reason = failure
        } else if byteCount == 0 {
            reason = OutputError("the record has no bytes, and --format binary needs some")
        } else if let recordByteCount {
            reason = OutputError(
                "the record has \(byteCount) bytes, and the first one of the part "
                    + "\(recordByteCount); --format binary needs records of one length"
            )
        } else {
            recordByteCount = byteCount
            return true
        }
        context.fail(OutputRecordError(key: RecordQuote.text(of: key), reason: reason))
        return false
    }

    @usableFromInline
    func finish() throws {
        try context.checkFailure()
        try context.finishPart(part)
    }
}
