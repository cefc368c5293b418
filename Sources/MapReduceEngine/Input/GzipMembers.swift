#if canImport(Glibc)
internal import Glibc
#endif

/// Finds the members of a gzip file, starting anywhere within it.
///
/// A member begins where there is a header and the next `EngineLimits.gzipProofByteCount` stored
/// bytes can be decompressed, with the correct length and checksum for every member that ends
/// there. This cannot happen by chance, nor in a gzip file that is stored uncompressed in the text
/// of this one: deflate interrupts stored data at least every 64 KiB. If a place is taken for a
/// member anyway, decompressing it ends in an error, never in a different text.
enum GzipMembers {
    /// Returns whether a file is large and has a second member near its beginning.
    static func areWorthCutting(_ file: OpenFile, size: Int) throws -> Bool {
        guard size >= 2 * EngineLimits.minGzipPieceByteCount else { return false }
        var memberCount = 0
        let source = try GzipSource(PlainSource(file, from: 0, size: size), path: file.path)
        source.memberBegan = { _, _ in memberCount += 1 }
        return try decompresses(source, until: EngineLimits.gzipLookByteCount) {
            memberCount > 1
        }
            && memberCount > 1
    }

    /// Returns the first member that begins in a range of a file; nil if none does.
    ///
    /// A damaged member does not count. The reader of the part before it finds the damage with
    /// `checkMember`.
    static func first(in range: Range<Int>, of file: OpenFile, size: Int) throws -> Int? {
        guard range.lowerBound > 0 else { return range.isEmpty ? nil : 0 }
        let headerByteCount = 10
        let chunk = UnsafeMutableRawBufferPointer.allocate(
            byteCount: EngineLimits.compressedReadByteCount,
            alignment: 16
        )
        defer { chunk.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = try file.read(into: chunk, at: offset)
            let bytes = UnsafeRawBufferPointer(rebasing: chunk[..<count])
            var index = 0
            while let found = header(in: bytes, from: index), offset + found < range.upperBound {
                if try isMember(at: offset + found, of: file, size: size) { return offset + found }
                index = found + 1
            }
            // The last bytes may be the start of a header that continues after them.
            guard count == chunk.count else { return nil }
            offset += count - headerByteCount + 1
        }
        return nil
    }

    /// Checks that a member begins at an offset, by the same criteria as `first`.
    static func checkMember(at offset: Int, of file: OpenFile, size: Int) throws {
        _ = try decompresses(try source(file, from: offset, size: size), until: proof) { false }
    }

    private static let proof = EngineLimits.gzipProofByteCount

    private static func isMember(at offset: Int, of file: OpenFile, size: Int) throws -> Bool {
        do {
            try checkMember(at: offset, of: file, size: size)
            return true
        } catch let error as EngineError where error.kind == .badInput {
            return false
        }
    }

    private static func source(_ file: OpenFile, from offset: Int, size: Int) throws -> GzipSource {
        try GzipSource(
            PlainSource(file, from: offset, size: size),
            path: file.path,
            from: offset
        )
    }

    /// Returns where the next member header may begin: magic, deflate, and no reserved flags.
    private static func header(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while let base = bytes.baseAddress, index < bytes.count - 9,
            let found = memchr(base + index, 0x1f, bytes.count - 9 - index)
        {
            index = UnsafeRawPointer(found) - base
            if bytes[index + 1] == 0x8b, bytes[index + 2] == 8, bytes[index + 3] & 0xe0 == 0 {
                return index
            }
            index += 1
        }
        return nil
    }

    /// Decompresses until N stored bytes have been read, the text ends, or a condition holds.
    /// - Returns: whether the condition held.
    private static func decompresses(
        _ source: GzipSource,
        until storedByteCount: Int,
        or isEnough: () -> Bool
    ) throws -> Bool {
        let text = UnsafeMutableRawBufferPointer.allocate(
            byteCount: EngineLimits.blockByteCount,
            alignment: 16
        )
        defer { text.deallocate() }
        while source.storedByteCount < storedByteCount {
            if isEnough() { return true }
            guard try source.read(into: text) > 0 else { break }
        }
        return isEnough()
    }
}
