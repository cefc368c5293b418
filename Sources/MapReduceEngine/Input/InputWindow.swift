internal import CIntrinsics
internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// The byte order mark that some programs write before a UTF-8 text.
package let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

/// A sliding window over a file's text: the part in memory, which moves from start to end.
///
///     text:    …read and returned… [head … tail] …not yet read…
///     buffer:           [ … head … tail … ]
struct InputWindow: ~Copyable {
    private let source: any ByteSource
    private let path: String
    private(set) var buffer: UnsafeMutableRawBufferPointer
    /// The bytes read but not yet returned: `buffer[head..<tail]`.
    var head = 0
    private(set) var tail = 0
    /// The offset in the text of `buffer[0]`.
    private(set) var offset: Int
    private(set) var isAtEnd = false
    /// Text that follows an offset in messages if the text is not that of the whole file.
    var origin = ""

    /// Room after the last byte, so that 64-byte loads stay within the allocation.
    static let padding = 64

    /// `offset`: the offset in the text of the source's first byte.
    ///
    /// `usualByteCount`: how much is read at once, at most.
    init(_ source: any ByteSource, path: String, offset: Int, usualByteCount: Int) {
        self.source = source
        self.path = path
        self.offset = offset
        let size = min(EngineLimits.readByteCount, usualByteCount)
        buffer = .allocate(byteCount: size + Self.padding, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// The offset in the text where the next record begins.
    var position: Int {
        @inline(__always) get { offset &+ head }
    }

    /// The number of bytes available without reading more.
    var byteCount: Int { tail - head }

    /// The bytes available without reading more.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[head..<tail]) }

    /// Ensures that at least N bytes are available from `head` on, unless the text ends first.
    mutating func load(_ byteCount: Int) throws {
        while tail - head < byteCount, !isAtEnd { try fill(limit: byteCount) }
    }

    /// Moves the remaining bytes to the front and reads more after them.
    ///
    /// `limit`: the maximum number of remaining bytes.
    /// - Throws: `EngineError` of kind `badInput` if there are more.
    mutating func fill(limit: Int = EngineLimits.maxRecordByteCount) throws {
        let left = tail - head
        guard left <= limit else { throw tooLong(limit) }
        if left > (buffer.count - Self.padding) / 2 {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: (buffer.count - Self.padding) * 2 + Self.padding,
                alignment: 64
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[head..<tail]))
            buffer.deallocate()
            buffer = larger
        } else if left > 0, let base = buffer.baseAddress {
            memmove(base, base + head, left)
        }
        offset += head
        head = 0
        tail = left
        let room = UnsafeMutableRawBufferPointer(
            rebasing: buffer[tail..<buffer.count - Self.padding]
        )
        let count = try PhaseClock.measure(.read) { try source.read(into: room) }
        isAtEnd = count == 0
        tail += count
    }

    /// Returns the error for a record at the position that has more bytes than a limit.
    func tooLong(_ limit: Int) -> EngineError {
        EngineError(
            .badInput,
            "\(path) has a record of more than \(limit) bytes at byte \(position)\(origin); "
                + "is it what the job takes it for?"
        )
    }

    /// Returns the next byte; nil at the end of the text.
    mutating func peek() throws -> UInt8? {
        try load(1)
        return head < tail ? buffer[head] : nil
    }

    /// Skips a byte order mark at the start of the text.
    mutating func skipByteOrderMark() throws {
        try load(byteOrderMark.count)
        if bytes.starts(with: byteOrderMark) { head += byteOrderMark.count }
    }

    /// Consumes the next line and returns it; nil at the end of the text.
    ///
    /// A line ends with LF, CRLF, or the end of the text; its terminator is not part of it.
    ///
    /// `start`: set to the offset in the text where the line begins.
    ///
    /// `endsAtCR`: whether a lone CR also ends a line. If the LF of a CRLF is not in the buffer
    /// yet, that LF then becomes an empty line.
    @inline(__always)
    mutating func readLine(
        start: inout Int,
        endsAtCR: Bool = false
    ) throws -> UnsafeRawBufferPointer? {
        var searched = head
        while let base = buffer.baseAddress {
            if let end = endsAtCR ? rowEnd(base, searched) : lineEnd(base, searched) {
                let isCRLF =
                    endsAtCR && end + 1 < tail && buffer[end] == 0x0D && buffer[end + 1] == 0x0A
                return try take(end - head, terminator: isCRLF ? 2 : 1, start: &start)
            }
            if isAtEnd {
                return head < tail ? try take(tail - head, terminator: 0, start: &start) : nil
            }
            let pending = tail - head
            try fill()
            searched = head + pending
        }
        return nil
    }

    /// Skips to the end of a line that began earlier and belongs to the previous piece.
    ///
    /// The line may have any length, because none of it is kept: if it is too long, the reader of
    /// the previous piece reports this, since it knows where the line begins.
    ///
    /// `isEnough`: whether a position is after all wanted lines, so the search may stop.
    mutating func skipLine(endsAtCR: Bool = false, isEnough: (_ position: Int) -> Bool) throws {
        while let base = buffer.baseAddress {
            if let end = endsAtCR ? rowEnd(base, head) : lineEnd(base, head) {
                let isCRLF =
                    endsAtCR && end + 1 < tail && buffer[end] == 0x0D && buffer[end + 1] == 0x0A
                head = end + (isCRLF ? 2 : 1)
                return
            }
            head = tail
            if isAtEnd || isEnough(position) { return }
            try fill()
        }
    }

    /// Returns the index in the buffer of the next LF.
    @inline(__always)
    private func lineEnd(_ base: UnsafeMutableRawPointer, _ start: Int) -> Int? {
        guard start < tail, let found = memchr(base + start, 0x0A, tail - start) else {
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Returns the index in the buffer of the next LF or CR.
    private func rowEnd(_ base: UnsafeMutableRawPointer, _ start: Int) -> Int? {
        var index = start
        while index < tail {
            let mask = intrinsics_matches(base + index, 0x0A, 0x0D, 0x0D)
            if mask != 0 {
                let end = index + mask.trailingZeroBitCount
                return end < tail ? end : nil
            }
            index += 64
        }
        return nil
    }

    @inline(__always)
    private mutating func take(
        _ length: Int,
        terminator: Int,
        start: inout Int
    ) throws -> UnsafeRawBufferPointer {
        // The buffer may have had room for a longer record.
        let limit = EngineLimits.maxRecordByteCount
        guard length <= limit else { throw tooLong(limit) }
        let first = head
        start = offset + first
        head = first + length + terminator
        var count = length
        if terminator == 1, count > 0, buffer[first + count - 1] == 0x0D { count -= 1 }
        return UnsafeRawBufferPointer(rebasing: buffer[first..<first + count])
    }
}
