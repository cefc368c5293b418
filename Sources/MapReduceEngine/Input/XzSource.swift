#if Xz
internal import CLzma

/// The text of an xz file of one or more streams.
///
/// liblzma verifies lengths, checksums, and the padding between streams.
final class XzSource: ByteSource {
    private let stored: any ByteSource
    private let path: String
    private let input: UnsafeMutableRawBufferPointer
    private var stream = lzma_stream()
    private var hasEnded = false

    init(_ stored: any ByteSource, path: String) throws {
        self.stored = stored
        self.path = path
        input = .allocate(byteCount: EngineLimits.compressedReadByteCount, alignment: 16)
        let code = lzma_stream_decoder(
            &stream,
            UInt64(EngineLimits.maxXzMemoryByteCount),
            clzma_decoder_flags
        )
        guard code == LZMA_OK else {
            throw EngineError(.outOfResources, "no memory to decompress \(path)")
        }
    }

    deinit {
        lzma_end(&stream)
        input.deallocate()
    }

    var storedByteCount: Int { stored.storedByteCount - stream.avail_in }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = target.count
        while stream.avail_out == target.count, target.count > 0, !hasEnded {
            let hasMore = try refill()
            switch lzma_code(&stream, hasMore ? LZMA_RUN : LZMA_FINISH) {
            case LZMA_OK: break
            case LZMA_STREAM_END: hasEnded = true
            case let code: throw failure(code)
            }
        }
        return target.count - stream.avail_out
    }

    /// - Returns: whether there are bytes that liblzma has not consumed.
    private func refill() throws -> Bool {
        guard stream.avail_in == 0 else { return true }
        let count = try stored.read(into: input)
        stream.next_in = UnsafePointer(input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = count
        return count > 0
    }

    private func failure(_ code: lzma_ret) -> EngineError {
        switch code {
        case LZMA_MEM_ERROR: EngineError(.outOfResources, "no memory to decompress \(path)")
        case LZMA_MEMLIMIT_ERROR:
            EngineError(
                .badInput,
                "the xz file \(path) needs \(lzma_memusage(&stream) >> 20) MiB of memory to be "
                    + "read, at byte \(storedByteCount), and may have "
                    + "\(EngineLimits.maxXzMemoryByteCount >> 20) MiB; decompress it with unxz "
                    + "first, or compress it with xz -9 or less"
            )
        case LZMA_OPTIONS_ERROR, LZMA_UNSUPPORTED_CHECK:
            EngineError(
                .badInput,
                "the xz file \(path) has a filter or a check that liblzma does not know, at byte "
                    + "\(storedByteCount); decompress it with unxz first"
            )
        case LZMA_BUF_ERROR: damaged("it ends in the middle of a stream; the file is truncated")
        case LZMA_FORMAT_ERROR: damaged("a stream does not begin there")
        default: damaged("its blocks and their checksums do not match")
        }
    }

    private func damaged(_ reason: String) -> EngineError {
        EngineError(
            .badInput,
            "the xz file \(path) is damaged at byte \(storedByteCount): \(reason); check it with "
                + "xz -t"
        )
    }
}
#endif
