#if Bzip2
internal import CBzip2

/// The text of a bzip2 file of one or more streams.
///
/// libbz2 verifies the checksums of blocks and streams.
final class Bzip2Source: ByteSource {
    private let stored: any ByteSource
    private let path: String
    private let input: UnsafeMutableRawBufferPointer
    private var stream = bz_stream()
    private var state = State.betweenStreams

    private enum State {
        /// At the first byte or after a stream: a stream or the end of the file follows.
        case betweenStreams
        case inStream
        case ended
    }

    init(_ stored: any ByteSource, path: String) throws {
        self.stored = stored
        self.path = path
        input = .allocate(byteCount: EngineLimits.compressedReadByteCount, alignment: 16)
    }

    deinit {
        BZ2_bzDecompressEnd(&stream)
        input.deallocate()
    }

    var storedByteCount: Int { stored.storedByteCount - Int(stream.avail_in) }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        let capacity = min(target.count, Int(UInt32.max))
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.avail_out = UInt32(capacity)
        while Int(stream.avail_out) == capacity, capacity > 0 {
            let hasMore = try refill()
            switch state {
            case .ended: return 0
            case .betweenStreams: try begin(hasMore: hasMore)
            case .inStream: try decompressSome(hasMore: hasMore)
            }
        }
        return capacity - Int(stream.avail_out)
    }

    /// - Returns: whether there are bytes that libbz2 has not consumed.
    private func refill() throws -> Bool {
        guard stream.avail_in == 0 else { return true }
        let count = try stored.read(into: input)
        stream.next_in = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.avail_in = UInt32(count)
        return count > 0
    }

    private func begin(hasMore: Bool) throws {
        guard hasMore else {
            state = .ended
            return
        }
        BZ2_bzDecompressEnd(&stream)
        guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw outOfMemory() }
        state = .inStream
    }

    /// `hasMore`: if there are no more stored bytes, what libbz2 still holds is the end of the
    /// text.
    private func decompressSome(hasMore: Bool) throws {
        let room = stream.avail_out
        switch BZ2_bzDecompress(&stream) {
        case BZ_OK:
            if !hasMore, stream.avail_out == room {
                throw damaged("it ends in the middle of a stream; the file is truncated")
            }
        case BZ_STREAM_END: state = .betweenStreams
        case BZ_MEM_ERROR: throw outOfMemory()
        case BZ_DATA_ERROR_MAGIC: throw damaged("a stream does not begin there")
        default: throw damaged("its blocks and their checksums do not match")
        }
    }

    private func outOfMemory() -> EngineError {
        EngineError(.outOfResources, "no memory to decompress \(path)")
    }

    private func damaged(_ reason: String) -> EngineError {
        EngineError(
            .badInput,
            "the bzip2 file \(path) is damaged at byte \(storedByteCount): \(reason); check it "
                + "with bzip2 -t"
        )
    }
}
#endif
