/// The bytes of a run file; `Documentation/Formats.md` describes them with a worked example.
///
///     | magic, version | block … | block … | … | index: one entry for each partition | trailer |
///
/// All integers are little-endian.
package enum RunFormat {
    /// The first and the last four bytes of a run.
    package static let magic: UInt32 = 0x4e55_524d  // "MRUN"
    package static let version: UInt32 = 1
    /// Magic and version.
    package static let headerByteCount = 8
    /// Raw length, stored length, codec, checksum: four bytes each.
    package static let blockHeaderByteCount = 16
    /// Offset, byte count and record count of eight bytes each; checksum and zeros of four.
    package static let indexEntryByteCount = 32
    /// Partition count, checksum of the index, version, magic: four bytes each.
    package static let trailerByteCount = 16
    /// The only codec of version 1: a block is stored as it is.
    package static let codecNone: UInt32 = 0
}

/// Where the segment of one partition is in a run.
package struct SegmentIndex: Hashable, Sendable {
    package var offset = 0
    package var byteCount = 0
    package var recordCount = 0
    /// CRC-32 of the headers of its blocks, one after another; each holds that of its block.
    package var checksum: UInt32 = 0
}

extension UnsafeMutableRawPointer {
    func storeLittle(_ value: UInt32, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
    }

    func storeLittle(_ value: Int, at offset: Int) {
        storeBytes(of: UInt64(value).littleEndian, toByteOffset: offset, as: UInt64.self)
    }
}

extension UnsafeRawBufferPointer {
    func little32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The eight bytes at an offset; nil when they do not fit an `Int`.
    func little64(at offset: Int) -> Int? {
        Int(exactly: UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
}
