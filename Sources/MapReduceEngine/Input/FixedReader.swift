package import MapReduceModel

/// Reads the fixed-size records that begin in a piece of a file.
///
/// The last record of a file may be shorter: it is returned unchanged, so the caller can report it.
package final class FixedReader: RecordReader {
    private let input: InputFile
    private let end: Int
    private let recordByteCount: Int
    @exclusivity(unchecked) private var window: InputWindow
    @exclusivity(unchecked) package private(set) var recordOffset = 0

    package init(_ piece: FilePiece, recordByteCount: Int) throws {
        guard 1...EngineLimits.maxRecordByteCount ~= recordByteCount else {
            throw EngineError(.badInput, "there are no records of \(recordByteCount) bytes")
        }
        let pieceEnd = try piece.checkedEnd()
        end = piece.isPlain ? pieceEnd : .max
        self.recordByteCount = recordByteCount
        input = try InputFile(piece)
        let rest = piece.offset % recordByteCount
        let start =
            piece.isPlain
            ? min(rest == 0 ? piece.offset : piece.offset + recordByteCount - rest, end) : 0
        window = InputWindow(
            try input.text(from: start),
            path: piece.path,
            offset: start,
            usualByteCount: piece.isPlain ? piece.byteCount + recordByteCount : .max
        )
    }

    package func next() throws -> UnsafeRawBufferPointer? {
        if window.byteCount < recordByteCount, window.position < end {
            try window.load(recordByteCount)
        }
        guard window.position < end, window.byteCount > 0 else {
            try input.checkUnchanged()
            return nil
        }
        recordOffset = window.position
        let count = min(recordByteCount, window.byteCount)
        let start = window.head
        window.head = start + count
        return UnsafeRawBufferPointer(rebasing: window.buffer[start..<start + count])
    }
}
