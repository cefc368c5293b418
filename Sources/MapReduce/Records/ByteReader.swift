/// A reader of an encoded record, from its first byte to its last.
public struct ByteReader: ~Copyable {
    @usableFromInline let bytes: UnsafeRawBufferPointer
    @usableFromInline var offset = 0
    /// The byte that every byte is XORed with: 0xFF within a `Descending`.
    @usableFromInline var mask: UInt8 = 0

    /// Creates a reader of bytes that outlive it.
    @inlinable
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The number of unread bytes.
    @inlinable
    public var remainingByteCount: Int { bytes.count - offset }

    @inlinable
    @inline(__always)
    mutating func take(_ byteCount: Int) throws -> UnsafeRawBufferPointer {
        guard byteCount <= remainingByteCount else {
            throw InvalidEncodingError(
                "\(byteCount) bytes are expected, and \(remainingByteCount) left"
            )
        }
        let start = offset
        offset += byteCount
        return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    }

    /// Reads one byte.
    /// - Throws: If none is left.
    @inlinable
    public mutating func readByte() throws -> UInt8 { try take(1)[0] ^ mask }

    /// Reads an integer that was written in big-endian byte order.
    /// - Throws: If too few bytes are left.
    @inlinable
    public mutating func read<Integer: FixedWidthInteger>(
        bigEndian: Integer.Type
    ) throws -> Integer {
        var value: Integer = 0
        let source = try take(Integer.bitWidth / 8)
        withUnsafeMutableBytes(of: &value) { $0.copyMemory(from: source) }
        value = Integer(bigEndian: value)
        return mask == 0 ? value : ~value
    }

    /// Reads all remaining bytes.
    @inlinable
    public mutating func readRest() -> [UInt8] {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        offset = bytes.count
        return mask == 0 ? Array(rest) : rest.map { $0 ^ mask }
    }

    /// Reads bytes that `ByteWriter.append(delimited:)` wrote.
    /// - Throws: If their end is missing.
    @inlinable
    public mutating func readDelimited() throws -> [UInt8] {
        var result: [UInt8] = []
        while true {
            let byte = try readByte()
            if byte == 0 {
                switch try readByte() {
                case 0: return result
                case 1: break
                case let next: throw InvalidEncodingError("\(next) cannot follow a 0")
                }
            }
            result.append(byte)
        }
    }
}

/// An error for encoded bytes that do not match a type, or text that is not valid UTF-8.
@usableFromInline
struct InvalidEncodingError: Error, CustomStringConvertible {
    @usableFromInline let description: String

    @usableFromInline
    init(_ description: String) { self.description = description }
}
