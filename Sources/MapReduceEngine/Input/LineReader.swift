package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Reads the lines that begin in a piece of a file.
///
/// A line ends in LF or CRLF, or with the file; what ends it is not part of it. A piece that does
/// not start at 0 skips to the first line that begins in it, and the last line is read to its end
/// even where that lies behind the piece. So every line belongs to exactly one of the pieces into
/// which a file is cut, wherever the cuts are.

package final class LineReader {
    private let input: InputFile
    private let path: String
    /// Lines that begin here or later belong to another piece.
    private let end: Int
    // One task's thread owns a reader: checks of exclusive access would only cost time.
    @exclusivity(unchecked) private var buffer: UnsafeMutableRawBufferPointer
    /// What was read and not returned: `buffer[head..<tail]`.
    @exclusivity(unchecked) private var head = 0
    @exclusivity(unchecked) private var tail = 0
    /// The offset in the text of `buffer[0]`.
    @exclusivity(unchecked) private var bufferOffset: Int
    @exclusivity(unchecked) private var isAtEnd = false

    /// Where the last line returned begins, in bytes of the uncompressed text.
    @exclusivity(unchecked) package private(set) var lineOffset: Int

    /// Room behind the last byte, so that loads of 16 bytes stay in the allocation.
    private static let padding = 64

    package init(_ piece: FilePiece) throws {
        path = piece.path
        let (pieceEnd, overflow) = piece.offset.addingReportingOverflow(piece.byteCount)
        guard piece.offset >= 0, piece.byteCount >= 0, !overflow,
            piece.compression == .gzip || pieceEnd <= piece.signature.byteCount
        else {
            throw EngineError(
                .badInput,
                "\(path) has no \(piece.byteCount) bytes at byte \(piece.offset); run the job again"
            )
        }
        let start: Int
        switch piece.compression {
        case .none:
            // One byte earlier, to see whether a line begins exactly at the offset.
            start = max(piece.offset - 1, 0)
            end = pieceEnd
        case .gzip:
            start = 0
            end = .max
        }
        input = try InputFile(piece, from: start)
        let size =
            piece.compression == .gzip
            ? EngineLimits.readByteCount : min(EngineLimits.readByteCount, piece.byteCount + 4096)
        buffer = .allocate(byteCount: size + Self.padding, alignment: 64)
        bufferOffset = start
        lineOffset = start
        if piece.offset > 0, piece.compression == .none { _ = try readLine() }
    }

    deinit { buffer.deallocate() }

    /// The next line, valid until the following call; nil at the end of the piece.
    /// - Throws: `EngineError` when the file cannot be read, is damaged, has changed, or has a line
    ///   that is longer than `EngineLimits.maxRecordByteCount`.

    package func next() throws -> UnsafeRawBufferPointer? {
        guard bufferOffset + head < end, let line = try readLine() else {
            try input.checkUnchanged()
            return nil
        }
        return line
    }

    @inline(__always)
    private func readLine() throws -> UnsafeRawBufferPointer? {
        var searched = head
        while let base = buffer.baseAddress {
            if searched < tail, let found = memchr(base + searched, 0x0A, tail - searched) {
                let length = UnsafeRawPointer(found) - UnsafeRawPointer(base + head)
                return take(length, terminator: 1)
            }
            if isAtEnd { return head < tail ? take(tail - head, terminator: 0) : nil }
            let pending = tail - head
            try fill()
            searched = head + pending
        }
        return nil
    }

    @inline(__always)
    private func take(_ length: Int, terminator: Int) -> UnsafeRawBufferPointer {
        let start = head
        lineOffset = bufferOffset + start
        head = start + length + terminator
        var count = length
        if terminator > 0, count > 0, buffer[start + count - 1] == 0x0D { count -= 1 }
        return UnsafeRawBufferPointer(rebasing: buffer[start..<start + count])
    }

    /// Moves what is left to the front and reads more behind it.
    private func fill() throws {
        let left = tail - head
        guard left <= EngineLimits.maxRecordByteCount else {
            throw EngineError(
                .badInput,
                "\(path) has a line of more than \(EngineLimits.maxRecordByteCount) bytes at byte "
                    + "\(bufferOffset + head); is it a text file?",
                location: nil
            )
        }
        if left > (buffer.count - Self.padding) / 2 {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: (buffer.count - Self.padding) * 2 + Self.padding,
                alignment: 64
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[head..<tail]))
            buffer.deallocate()
            buffer = larger
        } else if left > 0, let base = buffer.baseAddress {
            memmove(base, base + head, left)
        }
        bufferOffset += head
        head = 0
        tail = left
        let room = UnsafeMutableRawBufferPointer(
            rebasing: buffer[tail..<buffer.count - Self.padding]
        )
        let count = try input.source.read(into: room)
        isAtEnd = count == 0
        tail += count
    }
}
