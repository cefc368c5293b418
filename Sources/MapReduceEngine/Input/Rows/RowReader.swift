package import MapReduceModel

/// Reads the rows that begin in a piece of a file of rows, with their fields.
///
/// Lines without a byte are no rows. A mark of the byte order at the start of the file is passed
/// over.
package final class RowReader: RecordReader {
    private let input: InputFile
    /// Rows that begin here or later belong to another piece.
    private let end: Int
    @exclusivity(unchecked) private var window: InputWindow
    @exclusivity(unchecked) private var scanner: RowScanner
    @exclusivity(unchecked) package private(set) var recordOffset = 0

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// `reach`: how far to look for evidence of what is quoted, before quotes are counted.
    package convenience init(
        _ piece: FilePiece,
        syntax: RowSyntax,
        reach: Int = EngineLimits.maxRecordByteCount
    ) throws {
        try self.init(piece, syntax: syntax, beginsWithRow: false, reach: reach)
    }

    /// `beginsWithRow`: whether it is known that a row begins where the piece does.
    init(
        _ piece: FilePiece,
        syntax: RowSyntax,
        beginsWithRow: Bool,
        reach: Int = EngineLimits.maxRecordByteCount
    ) throws {
        let pieceEnd = try piece.checkedEnd()
        end = piece.isPlain ? pieceEnd : .max
        scanner = RowScanner(syntax)
        input = try InputFile(piece)
        var start = piece.isPlain ? piece.offset : 0
        var entry = RowScanner.Entry?.none
        if start < EngineLimits.nearStartByteCount, !beginsWithRow {
            start = 0
        } else if start > 0, !beginsWithRow, let quote = syntax.quote {
            let finding = try QuoteState.find(
                at: start,
                of: input,
                path: piece.path,
                syntax: syntax,
                quote: quote,
                reach: reach
            )
            start = finding.offset
            if finding.isInside {
                entry = .withinQuotes
            } else if finding.previous != 0x0A {
                entry = finding.previous == syntax.separator ? .atField : .withinField
            }
        } else if start > 0, !beginsWithRow {
            // One byte earlier, to see whether a row begins exactly there.
            start -= 1
            entry = .withinField
        }
        window = InputWindow(
            try input.text(from: start),
            path: piece.path,
            offset: start,
            usualByteCount: piece.isPlain
                ? piece.byteCount + 2 * EngineLimits.nearStartByteCount : .max
        )
        if start == 0 { try skipByteOrderMark() }
        if let entry { _ = try row(entry) }
        if start == 0, piece.isPlain, piece.offset > 0 { try skipRows(before: piece.offset) }
    }

    /// The fields of the last row returned.
    package var fields: UnsafeBufferPointer<RowField> {
        UnsafeBufferPointer(rebasing: scanner.fields[..<scanner.fieldCount])
    }

    /// What is wrong with the last row returned.
    package var problem: RowProblem? { scanner.problem }

    package func next() throws -> UnsafeRawBufferPointer? {
        while window.position < end, let row = try row(.atField) {
            if row.count > 0 { return row }
        }
        try input.checkUnchanged()
        return nil
    }

    /// The row that begins next, or what is left of one, with no bytes if it is an empty line; nil
    /// at the end of the text.
    private func row(_ entry: RowScanner.Entry) throws -> UnsafeRawBufferPointer? {
        while true {
            let bytes = window.bytes
            if bytes.count > 0, let count = scanner.scan(bytes, isAll: window.isAtEnd, entry: entry)
            {
                recordOffset = window.position
                window.head += count
                return UnsafeRawBufferPointer(rebasing: bytes[..<scanner.rowByteCount])
            }
            guard !window.isAtEnd else { return nil }
            try window.fill()
        }
    }

    private func skipByteOrderMark() throws {
        try window.load(Self.byteOrderMark.count)
        if window.bytes.starts(with: Self.byteOrderMark) { window.head += Self.byteOrderMark.count }
    }

    private func skipRows(before offset: Int) throws {
        while window.position < offset, try row(.atField) != nil {}
    }
}
