package import MapReduceModel

/// The bytes of a run file; `Documentation/Formats.md` describes them with a worked example.
///
///     | magic, version | block … | block … | … | index: one entry for each partition | trailer |
///
/// Behind the blocks of a segment that is cut into ranges comes one more, which lists them.
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
    /// Offset, byte count, record count and hash sum of eight bytes each; checksum, and byte count
    /// of the list of blocks with its header, of four.
    package static let indexEntryByteCount = 40
    /// Partition count, checksum of the index, version, magic: four bytes each.
    package static let trailerByteCount = 16
    /// The codec of a block of pairs, which is stored as it is.
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

    /// The checksum of the index, which the trailer holds.
    static func checksum(ofTail tail: [UInt8]) -> UInt32 {
        tail.withUnsafeBytes { $0.little32(at: $0.count - trailerByteCount + 4) }
    }

    /// The last bytes of a run: its index and the trailer.
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

/// Where the segment of one partition is in a run.
package struct SegmentIndex: Hashable, Sendable {
    package var offset = 0
    package var byteCount = 0
    package var pairs = PairChecksum()
    /// CRC-32 of the headers of its blocks, one after another; each holds that of its block.
    package var checksum: UInt32 = 0
    /// Bytes of the list of its blocks, at its end, with its header; 0 where there is none.
    package var listByteCount = 0

    /// Bytes of its blocks of pairs.
    package var pairsByteCount: Int { byteCount - listByteCount }
}
