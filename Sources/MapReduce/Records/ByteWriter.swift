/// A writer that collects the bytes of encoded records.
///
/// Appending costs a copy; memory grows by doubling.
public struct ByteWriter: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    @usableFromInline var count = 0
    /// The reason why a value could not be encoded.
    @usableFromInline var failure: (any Error)?

    /// Creates an empty writer.
    @inlinable
    public init() {
        capacity = 64
        base = .allocate(byteCount: 64, alignment: 16)
    }

    @inlinable
    deinit { base.deallocate() }

    /// The number of bytes written so far.
    @inlinable
    public var byteCount: Int { count }

    /// Notes that the value being encoded cannot be stored, which fails the attempt after the
    /// current record.
    public mutating func fail(_ error: any Error) { failure = error }

    /// The bytes written so far; valid until the next write.
    @inlinable
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    @inlinable
    mutating func removeAll() { count = 0 }

    /// Makes room for bytes and counts them as written; the caller fills them.
    @inlinable
    @inline(__always)
    mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if byteCount > capacity - count { grow(by: byteCount) }
        let start = base + count
        count += byteCount
        return start
    }

    @usableFromInline
    mutating func grow(by byteCount: Int) {
        let larger = max(capacity * 2, count + byteCount)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        memory.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = memory
        capacity = larger
    }

    /// Appends one byte.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        reserve(1).storeBytes(of: byte, as: UInt8.self)
    }

    /// Appends bytes as they are.
    @inlinable
    public mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { append($0) }
    }

    @inlinable
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }

    /// Appends an integer in big-endian byte order.
    @inlinable
    public mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        let target = reserve(Integer.bitWidth / 8)
        let ordered = value.bigEndian
        target.storeBytes(of: ordered, as: Integer.self)
    }

    /// Appends bytes so that the reader finds their end and their order is kept: byte 0 becomes 0
    /// 1, and 0 0 ends them.
    @inlinable
    public mutating func append(delimited bytes: Span<UInt8>) {
        for index in bytes.indices {
            append(bytes[index])
            if bytes[index] == 0 { append(1) }
        }
        append(0)
        append(0)
    }

    /// Replaces every byte from an offset on with its complement, which reverses the order.
    @inlinable
    mutating func complement(from start: Int) {
        for offset in start..<count {
            let byte = base.load(fromByteOffset: offset, as: UInt8.self)
            base.storeBytes(of: ~byte, toByteOffset: offset, as: UInt8.self)
        }
    }
}
