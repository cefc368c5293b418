public import MapReduceEngine

/// A sink that writes pairs as lines of the job's output.
@usableFromInline
final class TextSink<Key: RecordKey, Value: RecordValue>: SampledSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let part: PartWriter
    @usableFromInline let sampler: Sampler
    @exclusivity(unchecked) @usableFromInline var text: TextWriter
    /// Whether the columns have their names, or need none.
    @exclusivity(unchecked) @usableFromInline var isLaidOut: Bool
    private let columns: [String]?

    @usableFromInline
    init(
        _ context: TaskContext,
        _ slot: StageOutputSlot,
        _ style: PartStyle,
        _ textStyle: TextWriter.Style,
        columns: [String]?
    ) throws {
        self.context = context
        self.columns = columns
        part = try context.partWriter(slot, style)
        sampler = context.clock.sampler(.write)
        text = TextWriter(style: textStyle)
        isLaidOut = textStyle != .csv && textStyle != .json
        if !isLaidOut, let keyCount = Key.columnCount, let valueCount = Value.columnCount {
            try layOut(keyCount, valueCount)
        }
        context.add(self, slot)
    }

    @inlinable
    func store(_ key: Key, _ value: Value) {
        if !isLaidOut { measure(key, value) }
        text.beginLine()
        key.write(to: &text)
        addLine(value)
        if text.writer.failure != nil { reject(key) }
    }

    @inlinable
    func store(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        guard isLaidOut else {
            do {
                store(try Key(record: key), value)
            } catch {
                context.fail(error)
            }
            return
        }
        text.beginLine()
        write(Key.self, key)
        addLine(value)
        if text.writer.failure != nil { reject(encodedKey: key) }
    }

    @inlinable
    func store(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        guard isLaidOut else {
            do {
                store(try Key(record: key), try Value(record: value))
            } catch {
                context.fail(error)
            }
            return
        }
        text.beginLine()
        write(Key.self, key)
        text.endKey()
        write(Value.self, value)
        endLine()
        if text.writer.failure != nil { reject(encodedKey: key) }
    }

    /// Writes the columns of an encoded value.
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
    @inline(__always)
    func addLine(_ value: Value) {
        text.endKey()
        value.write(to: &text)
        endLine()
    }

    @inlinable
    func endLine() {
        text.endLine()
        guard text.writer.failure == nil, context.failure == nil else { return }
        do {
            try part.add(text.bytes)
        } catch {
            context.fail(error)
        }
    }

    @usableFromInline
    func finish() throws {
        try context.checkFailure()
        // Without a record from which to count columns, their names may still be known.
        if !isLaidOut, text.lineStyle == .csv, let columns {
            try addHeader(columns)
        }
        try context.finishPart(part)
    }
}

extension TextSink {
    /// Determines the columns of all records from the first one, which is then written again.
    @usableFromInline
    func measure(_ key: Key, _ value: Value) {
        text.beginLine()
        key.write(to: &text)
        let keyCount = text.columnCount
        value.write(to: &text)
        do {
            try layOut(keyCount, text.columnCount - keyCount)
        } catch {
            context.fail(error)
        }
    }

    private func layOut(_ keyCount: Int, _ valueCount: Int) throws {
        let layout = try ColumnLayout(keyCount: keyCount, valueCount: valueCount, names: columns)
        text.layout = layout
        isLaidOut = true
        if text.lineStyle == .csv {
            guard !layout.names.isEmpty else {
                throw OutputError("the output has no column, and CSV must have one")
            }
            try addHeader(layout.names)
        }
    }

    private func addHeader(_ names: [String]) throws {
        try ColumnLayout.header(names).withUnsafeBytes { try part.add(header: $0) }
    }

    /// Fails the task because of a record that could not be written.
    @usableFromInline
    func reject(_ key: Key) {
        var quoted = TextWriter(style: .lines)
        key.write(to: &quoted)
        reject(encodedKey: quoted.bytes)
    }

    @usableFromInline
    func reject(encodedKey key: UnsafeRawBufferPointer) {
        guard let failure = text.writer.failure else { return }
        context.fail(OutputRecordError(key: RecordQuote.text(of: key), reason: failure))
    }
}

/// An error for a record that is invalid in the output's format.
struct OutputRecordError: Error, CustomStringConvertible {
    /// The record's key as text, quoted and shortened.
    let key: String
    let reason: any Error

    var description: String { "key \(key): \(reason)" }
}
