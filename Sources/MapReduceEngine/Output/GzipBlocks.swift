internal import CZlib

/// Compresses bytes into gzip members that record their length (BGZF): every gzip tool can read
/// them in sequence, and a tool that knows the format can begin at any of them.
///
///     1f 8b 08 04 00000000 00 ff  0600 42430200 BSIZE  deflated bytes  CRC-32  length
///     └ gzip, with extra field ┘  └ member's size - 1 ┘
///
/// They contain no time and no name, so equal bytes give equal members. The format is that of the
/// SAM specification, section 4.1.
package final class GzipBlocks {
    private var stream = z_stream()
    private let member: UnsafeMutableRawBufferPointer

    /// The maximum number of bytes in a member: even if they cannot be compressed, which adds up to
    /// 25 bytes (`deflateBound`), the member has at most 64 KiB, header included.
    package static let maxByteCount = 0xFF00

    /// The number of bytes before the deflated ones, and after them.
    private static let headerByteCount = 18
    private static let trailerByteCount = 8

    /// The empty member that ends a file.
    package static let end: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x04, 0, 0, 0, 0, 0, 0xFF, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1B, 0, 0x03, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
    ]

    /// Returns the length of the member at the start of these bytes, which this type must have
    /// made.
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

    /// Returns a member with these bytes, at least one and at most `maxByteCount`; valid until the
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

    /// - Returns: the number of compressed bytes.
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
