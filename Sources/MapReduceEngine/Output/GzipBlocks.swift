internal import CZlib

/// Compresses bytes to members of gzip that tell their length (BGZF): every tool for gzip reads
/// them one after another, and one that knows how can begin at any of them.
///
///     1f 8b 08 04 00000000 00 ff  0600 42430200 BSIZE  deflated bytes  CRC-32  length
///     └ gzip, with extra field ┘  └ member's size - 1 ┘
///
/// There is no time and no name in them: equal bytes give equal members. The format is that of the
/// SAM specification, section 4.1.
package final class GzipBlocks {
    private var stream = z_stream()
    private let member: UnsafeMutableRawBufferPointer

    /// Bytes that one member holds at most: even if they cannot be compressed, which adds up to 25
    /// (`deflateBound`), the member has no more than 64 KiB, header and all.
    package static let maxByteCount = 0xFF00

    /// Bytes before the deflated ones, and behind them.
    private static let headerByteCount = 18
    private static let trailerByteCount = 8

    /// The member without bytes that ends a file.
    package static let end: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x04, 0, 0, 0, 0, 0, 0xFF, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1B, 0, 0x03, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
    ]

    /// The length of the member that these bytes begin with, which this type has made.
    package static func memberByteCount(of bytes: UnsafeRawBufferPointer) -> Int {
        Int(bytes.loadUnaligned(fromByteOffset: 16, as: UInt16.self).littleEndian) + 1
    }

    package init() throws {
        member = .allocate(byteCount: 1 << 16, alignment: 16)
        let code = deflateInit2_(
            &stream,
            EngineLimits.gzipLevel,
            Z_DEFLATED,
            -15,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard code == Z_OK else {
            member.deallocate()
            throw EngineError(.outOfResources, "zlib cannot start (code \(code)) to compress")
        }
    }

    deinit {
        deflateEnd(&stream)
        member.deallocate()
    }

    /// The member that holds these bytes, at least one and at most `maxByteCount`; valid until the
    /// next call.
    package func compress(_ bytes: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        precondition(1...Self.maxByteCount ~= bytes.count, "a member has a limit")
        let deflated = UnsafeMutableRawBufferPointer(
            rebasing: member[Self.headerByteCount..<member.count - Self.trailerByteCount]
        )
        let count = try deflate(bytes, into: deflated)
        let size = Self.headerByteCount + count + Self.trailerByteCount
        member.copyBytes(from: Self.end[..<Self.headerByteCount])
        member.storeLittle(UInt16(size - 1), at: 16)
        member.storeLittle(Checksum.of(bytes), at: size - 8)
        member.storeLittle(UInt32(bytes.count), at: size - 4)
        return UnsafeRawBufferPointer(rebasing: member[..<size])
    }

    /// - Returns: how many bytes they became.
    private func deflate(
        _ bytes: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        let failed = EngineError(.outOfResources, "zlib cannot go on to compress")
        guard deflateReset(&stream) == Z_OK else { throw failed }
        stream.next_in = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        stream.avail_in = UInt32(bytes.count)
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(target.count)
        guard CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END else { throw failed }
        return target.count - Int(stream.avail_out)
    }
}
