internal import MapReduceModel

/// The style of the parts of a job's output, as far as the inlinable edge needs it.
@usableFromInline
struct PartStyle: Sendable {
    let whole: OutputStyle
    @usableFromInline let kind: Kind

    /// How records are written to a part.
    @usableFromInline
    enum Kind: Sendable {
        /// As lines, through a `TextWriter`.
        case text(TextWriter.Style)
        /// As bytes of one length.
        case binary
        /// As encoded pairs.
        case run
    }

    init(_ style: OutputStyle) {
        whole = style
        switch style.format {
        case .tsv: kind = .text(.tsv)
        case .csv: kind = .text(.csv)
        case .json: kind = .text(.json)
        case .lines: kind = .text(.lines)
        case .binary: kind = .binary
        case .run: kind = .run
        }
    }
}

/// The layout of a job's output, which makes the sinks that write a task's pairs to its part.
@usableFromInline
struct OutputLayout<Key: RecordKey, Value: RecordValue>: Sendable {
    @usableFromInline let style: PartStyle
    @usableFromInline let columns: [String]?

    /// `columns`: the names of the columns; nil for the default names.
    /// - Throws: If the names are invalid for these columns.
    @usableFromInline
    init(_ style: PartStyle, columns: [String]?) throws {
        self.style = style
        self.columns = columns
        guard let columns else { return }
        try ColumnLayout.check(columns)
        guard let keyCount = Key.columnCount, let valueCount = Value.columnCount else { return }
        do {
            _ = try ColumnLayout(keyCount: keyCount, valueCount: valueCount, names: columns)
        } catch {
            throw JobError(.usage, "\(error)")
        }
    }

    /// Makes the sink that writes a task's pairs to its part.
    @inlinable
    func makeSink(
        _ context: TaskContext,
        _ slot: StageOutputSlot
    ) throws -> any PairSink<Key, Value> {
        switch style.kind {
        case .text(let text):
            try TextSink<Key, Value>(context, slot, style, text, columns: columns).revocable()
        case .binary: try BinarySink<Key, Value>(context, slot, style).revocable()
        case .run: try PairFileSink<Key, Value>(context, slot).revocable()
        }
    }
}
