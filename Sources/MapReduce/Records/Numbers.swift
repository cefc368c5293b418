/// Encodings of numbers and Booleans; integers are big-endian with the sign bit inverted, so that
/// bytes compare as numbers do.
extension RecordValue where Self: FixedWidthInteger {
    /// The bit that makes negative numbers come before positive ones.
    @inlinable
    static var signBit: Self { Self.isSigned ? 1 &<< (Self.bitWidth - 1) : 0 }

    /// Appends the integer in its own width, in big-endian byte order.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        writer.append(bigEndian: self ^ Self.signBit)
    }

    /// Reads the integer.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        self = try reader.read(bigEndian: Self.self) ^ Self.signBit
    }

    /// Writes the integer in decimal.
    @inlinable
    public func write(to text: inout TextWriter) { text.write(self) }

    /// Always one.
    @inlinable public static var columnCount: Int? { 1 }
}

extension Int: RecordKey {}
extension Int8: RecordKey {}
extension Int16: RecordKey {}
extension Int32: RecordKey {}
extension Int64: RecordKey {}
extension UInt: RecordKey {}
extension UInt8: RecordKey {}
extension UInt16: RecordKey {}
extension UInt32: RecordKey {}
extension UInt64: RecordKey {}

/// A double; doubles order as IEEE 754's totalOrder does: -0.0 before 0.0, and a NaN beyond the
/// infinities.
extension Double: RecordKey {
    /// Appends eight bytes that compare as the numbers do.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        let bits = bitPattern
        writer.append(bigEndian: bits >> 63 == 1 ? ~bits : bits | 1 << 63)
    }

    /// Reads the number.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        let bits = try reader.read(bigEndian: UInt64.self)
        self.init(bitPattern: bits >> 63 == 1 ? bits & ~(1 << 63) : ~bits)
    }

    /// Writes the shortest decimal that reads back as the same number.
    public func write(to text: inout TextWriter) { text.write(decimal: self) }

    /// Always one.
    @inlinable public static var columnCount: Int? { 1 }
}

/// A float, encoded like a Double of half the width.
extension Float: RecordKey {
    /// Appends four bytes that compare as the numbers do.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        let bits = bitPattern
        writer.append(bigEndian: bits >> 31 == 1 ? ~bits : bits | 1 << 31)
    }

    /// Reads the number.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        let bits = try reader.read(bigEndian: UInt32.self)
        self.init(bitPattern: bits >> 31 == 1 ? bits & ~(1 << 31) : ~bits)
    }

    /// Writes the shortest decimal that reads back as the same number.
    public func write(to text: inout TextWriter) { text.write(decimal: self) }

    /// Always one.
    @inlinable public static var columnCount: Int? { 1 }
}

extension Bool: RecordKey {
    /// The role of a comparison, by which pairs cannot be sorted.
    public typealias SortRole = SortComparison

    /// Appends 0 or 1.
    @inlinable
    public func encode(into writer: inout ByteWriter) { writer.append(self ? 1 : 0) }

    /// Reads the value.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        switch try reader.readByte() {
        case 0: self = false
        case 1: self = true
        case let byte: throw InvalidEncodingError("\(byte) is not a Bool")
        }
    }

    /// Writes `true` or `false`; in binary, a byte 1 or 0.
    public func write(to text: inout TextWriter) {
        if text.style == .binary {
            text.writer.append(self ? 1 : 0)
        } else {
            text.write(bare: self ? "true" : "false")
        }
    }

    /// Always one.
    @inlinable public static var columnCount: Int? { 1 }
}
