internal import MapReduceModel

/// A finished run whose index has been verified.
package final class RunReader {
    package let path: String
    package let segments: [SegmentIndex]
    let file: OpenFile

    /// Opens a run and reads its index.
    /// - Throws: `EngineError` of kind `fetchFailed` if the file does not exist or is not a run, or
    ///   if its index does not match its checksum.
    package init(path: String) throws {
        self.path = path
        do {
            file = try OpenFile(reading: path)
        } catch let error as EngineError {
            throw EngineError(.fetchFailed, error.message, run: path)
        }
        let (index, end) = try Self.readIndex(file)
        for segment in index {
            guard segment.offset <= end, segment.byteCount <= end - segment.offset else {
                throw Self.corrupt(path, at: end, "a segment is outside the file")
            }
        }
        segments = index
    }

    /// Reads and verifies the index at the end of a file.
    /// - Returns: the index and where it begins; does not check that its segments lie before that.
    static func readIndex(_ file: OpenFile) throws -> (segments: [SegmentIndex], offset: Int) {
        let size = try file.signature().byteCount
        let trailerCount = RunFormat.trailerByteCount
        guard size >= RunFormat.headerByteCount + trailerCount else {
            throw corrupt(file.path, at: 0, "it is too short")
        }
        let header = try read(file, at: 0, byteCount: RunFormat.headerByteCount)
        defer { header.deallocate() }
        guard header.little32(at: 0) == RunFormat.magic,
            header.little32(at: 4) == RunFormat.version
        else { throw corrupt(file.path, at: 0, "it does not begin as a run of this version") }
        let trailer = try read(file, at: size - trailerCount, byteCount: trailerCount)
        defer { trailer.deallocate() }
        guard trailer.little32(at: 12) == RunFormat.magic else {
            throw corrupt(file.path, at: size - 4, "it does not end in the magic number")
        }
        guard trailer.little32(at: 8) == RunFormat.version else {
            throw corrupt(
                file.path,
                at: size - 8,
                "its version is \(trailer.little32(at: 8)), and this is for \(RunFormat.version)"
            )
        }
        let count = Int(trailer.little32(at: 0))
        let indexCount = count * RunFormat.indexEntryByteCount
        let start = size - trailerCount - indexCount
        guard count >= 1, start >= RunFormat.headerByteCount else {
            throw corrupt(file.path, at: size - trailerCount, "\(count) partitions cannot be")
        }
        let index = try read(file, at: start, byteCount: indexCount)
        defer { index.deallocate() }
        guard Checksum.of(index) == trailer.little32(at: 4) else {
            throw corrupt(file.path, at: start, "its index does not match its checksum")
        }
        let segments = try (0..<count).map { number in
            let entry = number * RunFormat.indexEntryByteCount
            guard let offset = Int(exactly: index.little64(at: entry)),
                let byteCount = Int(exactly: index.little64(at: entry + 8)),
                let pairCount = Int(exactly: index.little64(at: entry + 16)),
                Int(index.little32(at: entry + 36)) <= byteCount
            else { throw corrupt(file.path, at: start + entry, "a segment cannot be so large") }
            return SegmentIndex(
                offset: offset,
                byteCount: byteCount,
                pairs: PairChecksum(
                    count: pairCount,
                    hashSum: index.little64(at: entry + 24)
                ),
                checksum: index.little32(at: entry + 32),
                listByteCount: Int(index.little32(at: entry + 36))
            )
        }
        return (segments, start)
    }

    private static func read(
        _ file: OpenFile,
        at offset: Int,
        byteCount: Int
    ) throws -> UnsafeRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        do {
            guard try file.read(into: buffer, at: offset) == byteCount else {
                throw corrupt(file.path, at: offset, "it ends too soon")
            }
        } catch {
            buffer.deallocate()
            throw error
        }
        return UnsafeRawBufferPointer(buffer)
    }

    static func corrupt(_ path: String, at offset: Int, _ reason: String) -> EngineError {
        EngineError(
            .fetchFailed,
            "the run \(path) is damaged at byte \(offset): \(reason)",
            run: path
        )
    }
}
