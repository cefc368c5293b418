package import MapReduceModel

/// Reads the rows that begin in a piece of a file of rows, and their fields.
///
/// Empty lines are not rows. A byte order mark at the start of the file is skipped.
package final class RowReader: RecordReader {
    private let input: InputFile
    private let path: String
    /// Rows that begin here or later belong to another piece.
    private let end: Int
    private let header: Int?
    private let maxByteCount: Int
    @exclusivity(unchecked) private var window: InputWindow
    @exclusivity(unchecked) private var scanner: RowScanner
    @exclusivity(unchecked) package private(set) var recordOffset = 0

    /// `header`: where the row with the column names begins, which is not returned; nil for none.
    package convenience init(
        _ piece: FilePiece,
        syntax: RowSyntax,
        header: Int? = nil,
        limits: RowLimits = RowLimits()
    ) throws {
        try self.init(piece, syntax, header, limits, beginsWithRow: false)
    }

    /// `beginsWithRow`: whether a row is known to begin where the piece does.
    init(
        _ piece: FilePiece,
        _ syntax: RowSyntax,
        _ header: Int? = nil,
        _ limits: RowLimits = RowLimits(),
        beginsWithRow: Bool
    ) throws {
        let pieceEnd = try piece.checkedEnd()
        end = piece.isPlain ? pieceEnd : .max
        path = piece.path
        self.header = header
        maxByteCount = limits.maxByteCount
        scanner = RowScanner(syntax)
        input = try InputFile(piece)
        let offset = piece.isPlain ? piece.offset : 0
        var start = offset
        if !beginsWithRow {
            start =
                offset <= byteOrderMark.count
                ? 0
                : try RowCut.firstRow(
                    in: offset..<pieceEnd,
                    of: input,
                    path: piece.path,
                    syntax: syntax,
                    limits: limits
                )
        }
        window = InputWindow(
            try input.text(from: start),
            path: piece.path,
            offset: start,
            usualByteCount: piece.isPlain ? piece.byteCount + 4096 : .max
        )
        if start == 0 {
            try window.skipByteOrderMark()
            while window.position < offset, try row() != nil {}
        }
    }

    /// The fields of the last returned row.
    package var fields: UnsafeBufferPointer<RowField> {
        UnsafeBufferPointer(rebasing: scanner.fields[..<scanner.fieldCount])
    }

    /// The problem with the last returned row, if any.
    package var problem: RowProblem? { scanner.problem }

    package func next() throws -> UnsafeRawBufferPointer? {
        while window.position < end, let row = try row() {
            if row.count > 0, recordOffset != header { return row }
        }
        try input.checkUnchanged()
        return nil
    }

    /// Returns the first row of the piece, or the first one after it in the file.
    package func firstRow() throws -> UnsafeRawBufferPointer? {
        while let row = try row() {
            if row.count > 0 { return row }
        }
        return nil
    }

    /// Returns the next row, without bytes if it is an empty line; nil at the end of the text.
    private func row() throws -> UnsafeRawBufferPointer? {
        while true {
            let bytes = window.bytes
            if bytes.count > 0, let count = scanner.scan(bytes, isAll: window.isAtEnd) {
                // The buffer may have had room for a longer row.
                guard scanner.rowByteCount <= maxByteCount else {
                    throw window.tooLong(maxByteCount)
                }
                recordOffset = window.position
                window.head += count
                return UnsafeRawBufferPointer(rebasing: bytes[..<scanner.rowByteCount])
            }
            guard !window.isAtEnd else { return nil }
            try window.fill(limit: maxByteCount)
        }
    }
}
