/// Unsigned integers in groups of seven bits, low groups first; the top bit of a byte means that
/// another byte follows.
///
/// At most nine bytes, for values below 2^63.
package enum Varint {
    /// The maximum number of bytes in a value.
    package static let maxByteCount = 9

    /// Writes a nonnegative value; the target must have room for `maxByteCount` bytes.
    /// - Returns: the number of bytes written.
    @inline(__always)
    package static func write(_ value: Int, to target: UnsafeMutableRawPointer) -> Int {
        var rest = UInt64(truncatingIfNeeded: value)
        var count = 0
        while rest >= 0x80 {
            target.storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80,
                toByteOffset: count,
                as: UInt8.self
            )
            rest &>>= 7
            count += 1
        }
        target.storeBytes(
            of: UInt8(truncatingIfNeeded: rest),
            toByteOffset: count,
            as: UInt8.self
        )
        return count + 1
    }

    /// Reads the value at an offset and moves the offset past it.
    /// - Returns: nil if the bytes end too soon or the value is too large.
    @inline(__always)
    package static func read(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> Int? {
        guard offset < bytes.count else { return nil }
        let first = bytes[offset]
        if first < 0x80 {
            offset += 1
            return Int(first)
        }
        return readLong(bytes, at: &offset)
    }

    private static func readLong(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> Int? {
        var value: UInt64 = 0
        for index in 0..<maxByteCount {
            guard offset + index < bytes.count else { return nil }
            let byte = bytes[offset + index]
            value |= UInt64(byte & 0x7f) &<< UInt64(7 * index)
            if byte < 0x80 {
                offset += index + 1
                return Int(value)
            }
        }
        return nil
    }
}
