package import MapReduceModel

/// Reads a file as its only record.
package final class WholeFileReader: RecordReader {
    private let input: InputFile
    @exclusivity(unchecked) private var window: InputWindow
    @exclusivity(unchecked) private var wasRead = false

    package init(_ piece: FilePiece) throws {
        let end = try piece.checkedEnd()
        let limit = EngineLimits.maxWholeFileByteCount
        guard piece.offset == 0, end == piece.signature.byteCount else {
            throw EngineError(.badInput, "\(piece.path) is to be read whole; run the job again")
        }
        guard end <= limit else {
            throw EngineError(
                .badInput,
                "\(piece.path) has \(end) bytes, and a file that is read whole has at most "
                    + "\(limit); read its lines or records instead"
            )
        }
        input = try InputFile(piece)
        window = InputWindow(
            try input.text(),
            path: piece.path,
            offset: 0,
            usualByteCount: piece.isPlain ? 2 * end + 4096 : .max
        )
    }

    package var recordOffset: Int { 0 }

    package func next() throws -> UnsafeRawBufferPointer? {
        guard !wasRead else { return nil }
        wasRead = true
        while !window.isAtEnd { try window.fill(limit: EngineLimits.maxWholeFileByteCount) }
        try input.checkUnchanged()
        return window.bytes
    }
}
