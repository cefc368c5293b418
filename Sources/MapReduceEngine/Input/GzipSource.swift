internal import CZlib

/// The text of a gzip file of one or more members.
///
/// zlib verifies lengths and checksums.
final class GzipSource: ByteSource {
    private let stored: any ByteSource
    private let path: String
    private var stream = z_stream()
    private let input: UnsafeMutableRawBufferPointer
    /// Where in the file the stored bytes begin.
    private let start: Int
    private var textByteCount = 0
    private var state = State.betweenMembers

    private enum State {
        /// At the first byte or after a member: a member or the end of the file follows.
        case betweenMembers
        case inMember
        case ended
    }

    /// The first two bytes of every member.
    static let magic: [UInt8] = [0x1f, 0x8b]
    /// Window of 32 KiB, and gzip framing only.
    private static let windowBits: Int32 = 15 + 16

    /// Called where a member begins, with its offset in the file and the number of text bytes
    /// before its own text.
    var memberBegan: ((_ offset: Int, _ textOffset: Int) -> Void)?

    /// `start`: where in the file the stored bytes begin, which must be the start of a member.
    init(_ stored: any ByteSource, path: String, from start: Int = 0) throws {
        self.stored = stored
        self.start = start
        self.path = path
        input = .allocate(byteCount: EngineLimits.compressedReadByteCount, alignment: 16)
        let code = inflateInit2_(
            &stream,
            Self.windowBits,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard code == Z_OK else {
            throw EngineError(.outOfResources, "zlib cannot start (code \(code)) to read \(path)")
        }
    }

    deinit {
        inflateEnd(&stream)
        input.deallocate()
    }

    var storedByteCount: Int { stored.storedByteCount - Int(stream.avail_in) }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        let capacity = min(target.count, Int(UInt32.max))
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(capacity)
        while Int(stream.avail_out) == capacity, capacity > 0 {
            switch state {
            case .ended: return 0
            case .betweenMembers: try beginMember()
            case .inMember: try inflateSome()
            }
        }
        textByteCount += capacity - Int(stream.avail_out)
        return capacity - Int(stream.avail_out)
    }

    private func refill() throws -> Bool {
        guard stream.avail_in == 0 else { return true }
        let count = try stored.read(into: input)
        stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = UInt32(count)
        return count > 0
    }

    private func beginMember() throws {
        guard try refill(), let next = stream.next_in else {
            state = .ended
            return
        }
        // Some writers pad the file with zeros; anything else must be a member.
        if next.pointee == 0, storedByteCount > 0 {
            while try refill(), let byte = stream.next_in {
                guard byte.pointee == 0 else { throw damaged("it has bytes after its last member") }
                stream.next_in = byte + 1
                stream.avail_in -= 1
            }
            state = .ended
            return
        }
        guard next.pointee == Self.magic[0] else { throw damaged("a member does not begin there") }
        guard inflateReset(&stream) == Z_OK else { throw damaged("zlib cannot go on") }
        state = .inMember
        memberBegan?(start + storedByteCount, textByteCount)
    }

    private func inflateSome() throws {
        guard try refill() else {
            throw damaged("it ends in the middle of a member; the file is truncated")
        }
        switch inflate(&stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: state = .betweenMembers
        case Z_MEM_ERROR:
            throw EngineError(.outOfResources, "no memory to decompress \(path)")
        default:
            throw damaged(stream.msg.map { String(cString: $0) } ?? "it is not in gzip's format")
        }
    }

    private func damaged(_ reason: String) -> EngineError {
        EngineError(
            .badInput,
            "the gzip file \(path) is damaged at byte \(start + storedByteCount): \(reason); "
                + "check it with gzip -t"
        )
    }
}
