package import MapReduceModel

/// Reads the lines that begin in a piece of a file.
///
/// A line ends with LF, CRLF, or the end of the file. Neither the terminator nor a byte order mark
/// at the start of the file is part of a line. A piece that does not start at 0 skips to the first
/// line that begins in it, and its last line is read to the end even if that is after the piece.
/// So every line belongs to exactly one piece of a file, wherever the cuts are.
///
/// A compressed file is read whole; `MemberLineReader` reads part of one.
package final class LineReader: RecordReader {
    private let input: InputFile
    /// Lines that begin here or later belong to another piece.
    private let end: Int
    // One task's thread owns a reader: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var window: InputWindow
    @exclusivity(unchecked) private var mark = ByteOrderMark()

    /// Where the last returned line begins, in bytes of the uncompressed text.
    @exclusivity(unchecked) package private(set) var recordOffset: Int

    package init(_ piece: FilePiece) throws {
        let pieceEnd = try piece.checkedEnd()
        // Starts one byte earlier, to see whether a line begins exactly at the offset.
        let start = piece.isPlain ? max(piece.offset - 1, 0) : 0
        end = piece.isPlain ? pieceEnd : .max
        input = try InputFile(piece)
        window = InputWindow(
            try input.text(from: start),
            path: piece.path,
            offset: start,
            usualByteCount: piece.isPlain ? piece.byteCount + 4096 : .max
        )
        recordOffset = start
        if start < piece.offset, piece.isPlain {
            try window.skipLine { $0 >= pieceEnd }
        } else if start == 0 {
            mark = try ByteOrderMark(atStartOf: &window)
        }
    }

    package func next() throws -> UnsafeRawBufferPointer? {
        guard window.position < end, let line = try window.readLine(start: &recordOffset),
            let line = mark.removed(from: line, isWholeText: window.position == line.count)
        else {
            try input.checkUnchanged()
            return nil
        }
        return line
    }
}
