/// Two values, which are adjacent columns in the output.
///
/// As a key, it orders by the first, then by the second.
public struct Pair<First: RecordValue, Second: RecordValue>: RecordValue {
    /// The first value.
    public var first: First
    /// The second value.
    public var second: Second

    /// Creates a pair of two values.
    @inlinable
    public init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    /// Appends both.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        first.encode(into: &writer)
        second.encode(into: &writer)
    }

    /// Reads both.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        first = try First(decoding: &reader)
        second = try Second(decoding: &reader)
    }

    /// Appends both, the second as the last of its record.
    @inlinable
    public func encodeLast(into writer: inout ByteWriter) {
        first.encode(into: &writer)
        second.encodeLast(into: &writer)
    }

    /// Reads both to the end of the record.
    @inlinable
    public init(decodingLast reader: inout ByteReader) throws {
        first = try First(decoding: &reader)
        second = try Second(decodingLast: &reader)
    }

    /// Writes the columns of the first, then those of the second.
    @inlinable
    public func write(to text: inout TextWriter) {
        text.beginGroup()
        first.write(to: &text)
        second.write(to: &text)
        text.endGroup()
    }

    /// The sum of both column counts, if both are known.
    @inlinable public static var columnCount: Int? {
        guard let first = First.columnCount, let second = Second.columnCount else { return nil }
        return first + second
    }
}

extension Pair: RecordKey where First: RecordKey, Second: RecordKey {}
extension Pair: Equatable where First: Equatable, Second: Equatable {}
extension Pair: Hashable where First: Hashable, Second: Hashable {}

/// A key in reversed order: the largest comes first.
public struct Descending<Key: RecordKey>: RecordKey {
    /// The key itself.
    public var key: Key

    /// Reverses the order of a key.
    @inlinable
    public init(_ key: Key) { self.key = key }

    /// Appends the complement of the key's bytes.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        let start = writer.byteCount
        key.encode(into: &writer)
        writer.complement(from: start)
    }

    /// Reads the key.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        reader.mask = ~reader.mask
        key = try Key(decoding: &reader)
        reader.mask = ~reader.mask
    }

    /// Writes the key.
    @inlinable
    public func write(to text: inout TextWriter) { key.write(to: &text) }

    /// The key's column count.
    @inlinable public static var columnCount: Int? { Key.columnCount }
}

extension Descending: Equatable where Key: Equatable {}
extension Descending: Hashable where Key: Hashable {}

/// An empty value, which takes no bytes and no column.
public struct Unit: RecordKey, Hashable {
    /// Creates the only value of the type.
    public init() {}

    /// Appends nothing.
    @inlinable
    public func encode(into writer: inout ByteWriter) {}

    /// Reads nothing.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {}

    /// Writes nothing.
    @inlinable
    public func write(to text: inout TextWriter) {}

    /// Always zero.
    @inlinable public static var columnCount: Int? { 0 }
}

/// An optional value; nil comes before every value.
extension Optional: RecordValue where Wrapped: RecordValue {
    /// Appends 0 for nil; 1 and the value otherwise.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        writer.append(self == nil ? 0 : 1)
        self?.encode(into: &writer)
    }

    /// Reads nil or the value.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        switch try reader.readByte() {
        case 0: self = nil
        case 1: self = try Wrapped(decoding: &reader)
        case let byte: throw InvalidEncodingError("\(byte) does not begin an optional value")
        }
    }

    /// Writes the value, or `\N` in a column of its own.
    @inlinable
    public func write(to text: inout TextWriter) {
        if let value = self { value.write(to: &text) } else { text.writeNull() }
    }

    /// One if the value has one column, because nil takes one; otherwise unknown.
    @inlinable public static var columnCount: Int? { Wrapped.columnCount == 1 ? 1 : nil }
}

extension Optional: RecordKey where Wrapped: RecordKey {}

/// An array of values; arrays order lexicographically.
extension Array: RecordValue where Element: RecordValue {
    /// Appends 1 and the element for each element, then 0.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        for element in self {
            writer.append(1)
            element.encode(into: &writer)
        }
        writer.append(0)
    }

    /// Reads the elements.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        self.init()
        while true {
            switch try reader.readByte() {
            case 0: return
            case 1: append(try Element(decoding: &reader))
            case let byte: throw InvalidEncodingError("\(byte) is not in an array")
            }
        }
    }

    /// Writes a JSON array as one column.
    @inlinable
    public func write(to text: inout TextWriter) {
        text.beginList()
        for element in self { element.write(to: &text) }
        text.endList()
    }

    /// Always one.
    @inlinable public static var columnCount: Int? { 1 }
}

extension Array: RecordKey where Element: RecordKey {}
