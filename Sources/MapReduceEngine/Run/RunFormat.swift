package import MapReduceModel

/// The format of a run file; `Documentation/Formats.md` describes it with a worked example.
///
///     | magic, version | block … | block … | … | index: one entry for each partition | trailer |
///
/// If a segment is cut into ranges, its blocks are followed by one more block that lists them.
///
/// All integers are little-endian.
package enum RunFormat {
    /// The first and the last four bytes of a run.
    package static let magic: UInt32 = 0x4e55_524d  // "MRUN"
    package static let version: UInt32 = 2
    /// Magic and version.
    package static let headerByteCount = 8
    /// Raw length, stored length, codec, checksum: four bytes each.
    package static let blockHeaderByteCount = 16
    /// Offset, byte count, record count, and hash sum, eight bytes each; checksum and the byte
    /// count of the list of blocks with its header, four bytes each.
    package static let indexEntryByteCount = 40
    /// Partition count, checksum of the index, version, magic: four bytes each.
    package static let trailerByteCount = 16
    /// The codec of a block of pairs, which is stored uncompressed.
    package static let codecNone: UInt32 = 0
    /// The codec of a list of blocks.
    package static let codecBlockList: UInt32 = 1

    /// The first bytes of a run.
    static var header: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: headerByteCount)
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            base.storeLittle(magic, at: 0)
            base.storeLittle(version, at: 4)
        }
        return bytes
    }

    /// Returns the checksum of the index, which the trailer contains.
    static func checksum(ofTail tail: [UInt8]) -> UInt32 {
        tail.withUnsafeBytes { $0.little32(at: $0.count - trailerByteCount + 4) }
    }

    /// Returns the last bytes of a run: its index and the trailer.
    static func tail(_ index: [SegmentIndex]) -> [UInt8] {
        let indexByteCount = index.count * indexEntryByteCount
        var bytes = [UInt8](repeating: 0, count: indexByteCount + trailerByteCount)
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            for (number, segment) in index.enumerated() {
                let entry = base + number * indexEntryByteCount
                entry.storeLittle(UInt64(segment.offset), at: 0)
                entry.storeLittle(UInt64(segment.byteCount), at: 8)
                entry.storeLittle(UInt64(segment.pairs.count), at: 16)
                entry.storeLittle(segment.pairs.hashSum, at: 24)
                entry.storeLittle(segment.checksum, at: 32)
                entry.storeLittle(UInt32(segment.listByteCount), at: 36)
            }
            let trailer = base + indexByteCount
            trailer.storeLittle(UInt32(index.count), at: 0)
            trailer.storeLittle(
                Checksum.of(UnsafeRawBufferPointer(rebasing: buffer[..<indexByteCount])),
                at: 4
            )
            trailer.storeLittle(version, at: 8)
            trailer.storeLittle(magic, at: 12)
        }
        return bytes
    }
}

/// The location of one partition's segment in a run.
package struct SegmentIndex: Hashable, Sendable {
    package var offset = 0
    package var byteCount = 0
    package var pairs = PairChecksum()
    /// The CRC-32 of its block headers, in order; each header contains the CRC-32 of its block.
    package var checksum: UInt32 = 0
    /// The bytes of the list of its blocks, at its end, with the list's header; 0 if there is none.
    package var listByteCount = 0

    /// The bytes of its blocks of pairs.
    package var pairsByteCount: Int { byteCount - listByteCount }
}
