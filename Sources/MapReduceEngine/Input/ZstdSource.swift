#if Zstd
internal import CZstd

/// The text of a zstd file of one or more frames.
///
/// Frames without text are skipped; libzstd verifies lengths and checksums.
final class ZstdSource: ByteSource {
    private let stored: any ByteSource
    private let path: String
    private let context: OpaquePointer
    private let input: UnsafeMutableRawBufferPointer
    /// The part of `input` read from the file, and how much of it libzstd has consumed.
    private var taken: ZSTD_inBuffer
    private var state = State.betweenFrames

    private enum State {
        /// At the first byte or after a frame: a frame or the end of the file follows.
        case betweenFrames
        case inFrame
        case ended
    }

    init(_ stored: any ByteSource, path: String) throws {
        guard let context = ZSTD_createDCtx() else {
            throw EngineError(.outOfResources, "no memory to decompress \(path)")
        }
        self.stored = stored
        self.path = path
        self.context = context
        input = .allocate(byteCount: EngineLimits.compressedReadByteCount, alignment: 16)
        taken = ZSTD_inBuffer(src: input.baseAddress, size: 0, pos: 0)
    }

    deinit {
        ZSTD_freeDCtx(context)
        input.deallocate()
    }

    var storedByteCount: Int { stored.storedByteCount - (taken.size - taken.pos) }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var text = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        while text.pos == 0, text.size > 0 {
            let hasMore = try refill()
            switch state {
            case .ended: return 0
            case .betweenFrames: state = hasMore ? .inFrame : .ended
            case .inFrame: try decompressSome(into: &text, hasMore: hasMore)
            }
        }
        return text.pos
    }

    /// - Returns: whether there are bytes that libzstd has not consumed.
    private func refill() throws -> Bool {
        guard taken.pos == taken.size else { return true }
        taken.size = try stored.read(into: input)
        taken.pos = 0
        return taken.size > 0
    }

    /// `hasMore`: if there are no more stored bytes, what libzstd still holds is the end of the
    /// text.
    private func decompressSome(into text: inout ZSTD_outBuffer, hasMore: Bool) throws {
        let result = ZSTD_decompressStream(context, &text, &taken)
        guard ZSTD_isError(result) == 0 else { throw failure(ZSTD_getErrorCode(result)) }
        if result == 0 {
            state = .betweenFrames
        } else if !hasMore, text.pos == 0 {
            throw damaged("it ends in the middle of a frame; the file is truncated")
        }
    }

    private func failure(_ code: ZSTD_ErrorCode) -> EngineError {
        switch code {
        case ZSTD_error_memory_allocation:
            EngineError(.outOfResources, "no memory to decompress \(path)")
        case ZSTD_error_frameParameter_windowTooLarge:
            EngineError(
                .badInput,
                "the zstd file \(path) needs more than 128 MiB of memory to be read, at byte "
                    + "\(storedByteCount); compress it again with --long=27 or less"
            )
        case ZSTD_error_dictionary_wrong:
            EngineError(
                .badInput,
                "the zstd file \(path) needs a dictionary, at byte \(storedByteCount); decompress "
                    + "it with zstd -d -D first"
            )
        case ZSTD_error_prefix_unknown: damaged("a frame does not begin there")
        default: damaged(String(cString: ZSTD_getErrorString(code)))
        }
    }

    private func damaged(_ reason: String) -> EngineError {
        EngineError(
            .badInput,
            "the zstd file \(path) is damaged at byte \(storedByteCount): \(reason); check it with "
                + "zstd -t"
        )
    }
}
#endif
