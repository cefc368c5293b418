internal import MapReduceModel

/// A stream of an input file's uncompressed bytes.
protocol ByteSource: AnyObject {
    /// Reads at least one byte, unless the target is empty.
    /// - Returns: the number of bytes read; 0 at the end.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int

    /// The number of bytes of the file, as stored, read so far.
    var storedByteCount: Int { get }
}

/// The bytes of a file as stored, from an offset to the end.
final class PlainSource: ByteSource {
    private let file: OpenFile
    private let start: Int
    private var offset: Int
    private let size: Int

    /// `size`: the file's size; fewer bytes are an error, and bytes beyond it are not read.
    init(_ file: OpenFile, from offset: Int, size: Int) {
        self.file = file
        start = offset
        self.offset = offset
        self.size = size
    }

    var storedByteCount: Int { offset - start }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = min(target.count, size - offset)
        guard wanted > 0 else { return 0 }
        let count = try file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: target[..<wanted]),
            at: offset
        )
        guard count == wanted else {
            throw EngineError(
                .badInput,
                "\(file.path) has \(offset + count) bytes and not \(size), as it had when the job "
                    + "was planned: it shrank, or its size is not that of what it holds; run the "
                    + "job again when nothing writes to the file, or copy it to another one"
            )
        }
        offset += count
        return count
    }
}

/// An input file of a split, opened and checked against its state when the job was planned.
final class InputFile {
    let file: OpenFile
    private let piece: FilePiece

    init(_ piece: FilePiece) throws {
        self.piece = piece
        file = try OpenFile(reading: piece.path)
        try checkUnchanged()
    }

    /// Returns the file's text; for an uncompressed file, from an offset on.
    func text(from offset: Int = 0) throws -> any ByteSource {
        switch piece.compression {
        case .none: stored(from: offset)
        case .gzip, .gzipMembers: try GzipSource(stored(from: 0), path: piece.path)
        case .zstd: try Zstandard.text(of: stored(from: 0), path: piece.path)
        case .bzip2: try Bzip2.text(of: stored(from: 0), path: piece.path)
        case .xz: try Xz.text(of: stored(from: 0), path: piece.path)
        }
    }

    /// Returns the file's bytes as stored, from an offset on.
    func stored(from offset: Int) -> PlainSource {
        PlainSource(file, from: offset, size: piece.signature.byteCount)
    }

    /// Compares the file with its signature.
    /// - Throws: `EngineError` of kind `badInput` if the file has changed, or does not end where it
    ///   should.
    func checkUnchanged() throws {
        guard try file.signature() == piece.signature else {
            throw EngineError(
                .badInput,
                "\(piece.path) changed while the job ran; run the job again when nothing writes to "
                    + "the file"
            )
        }
        guard try file.holds(piece.signature) else {
            throw EngineError(
                .badInput,
                "\(piece.path) does not hold the \(piece.signature.byteCount) bytes that its size "
                    + "says; copy it to another file, and read that"
            )
        }
    }
}
