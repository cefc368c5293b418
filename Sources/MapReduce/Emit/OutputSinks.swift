public import MapReduceEngine

/// Writes pairs as lines of the job's output.
@usableFromInline
final class TextSink<Key: RecordKey, Value: RecordValue>: PairSink, OutputSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let part: PartWriter
    @exclusivity(unchecked) @usableFromInline var text = TextWriter()

    @inlinable
    init(context: TaskContext, exit: StageExit) throws {
        self.context = context
        part = try context.partWriter(exit)
        context.add(self, exit)
    }

    @inlinable
    func add(_ key: Key, _ value: Value) {
        text.beginLine()
        key.write(to: &text)
        addLine(value)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        text.beginLine()
        write(Key.self, key)
        addLine(value)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        text.beginLine()
        write(Key.self, key)
        write(Value.self, value)
        endLine()
    }

    /// Writes the columns of a value that is encoded.
    @inlinable
    func write<Written: RecordValue>(_ type: Written.Type, _ encoded: UnsafeRawBufferPointer) {
        if type == String.self || type == Bytes.self {
            text.write(utf8: Span(_unsafeElements: encoded.assumingMemoryBound(to: UInt8.self)))
        } else {
            do {
                try Written(record: encoded).write(to: &text)
            } catch {
                context.fail(error)
            }
        }
    }

    @inlinable
    func addLine(_ value: Value) {
        value.write(to: &text)
        endLine()
    }

    @inlinable
    func endLine() {
        text.endLine()
        if let failure = text.writer.failure { context.fail(failure) }
        guard context.failure == nil else { return }
        do {
            try part.add(text.bytes)
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func finish() throws {
        try context.checkFailure()
        try context.finishPart(part)
    }
}

/// Writes pairs in the order of emission to a file from which `collect` decodes them.
@usableFromInline
final class PairFileSink<Key: RecordKey, Value: RecordValue>: PairSink, OutputSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let run: RunWriter
    @exclusivity(unchecked) @usableFromInline var keyBytes = ByteWriter()
    @exclusivity(unchecked) @usableFromInline var valueBytes = ByteWriter()

    @inlinable
    init(context: TaskContext, exit: StageExit) throws {
        self.context = context
        run = try context.partRunWriter(exit)
        context.add(self, exit)
    }

    @inlinable
    func add(_ key: Key, _ value: Value) {
        keyBytes.hold(key, for: context)
        add(encodedKey: keyBytes.bytes, value)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        valueBytes.hold(value, for: context)
        add(encodedKey: key, encodedValue: valueBytes.bytes)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
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
