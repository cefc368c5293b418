/// A value that can be stored in runs and printed to the output.
///
/// Build your own type from values that already conform:
///
///     struct Visit: RecordValue {
///         var user: String
///         var seconds: Int
///         func encode(into writer: inout ByteWriter) {
///             user.encode(into: &writer)
///             seconds.encode(into: &writer)
///         }
///         init(decoding reader: inout ByteReader) throws {
///             user = try String(decoding: &reader)
///             seconds = try Int(decoding: &reader)
///         }
///     }
public protocol RecordValue: Sendable {
    /// Appends the value so that `init(decoding:)` finds its end, whatever follows.
    func encode(into writer: inout ByteWriter)

    /// Reads back what `encode(into:)` wrote, and not a byte more.
    /// - Throws: If the bytes are not a valid value.
    init(decoding reader: inout ByteReader) throws

    /// Appends the value as the last of its record, where the end of the record is the end of the
    /// value. A string is then its bare UTF-8 bytes. The default is `encode(into:)`.
    func encodeLast(into writer: inout ByteWriter)

    /// Reads back what `encodeLast(into:)` wrote.
    /// - Throws: If the bytes are not a valid value.
    init(decodingLast reader: inout ByteReader) throws

    /// Writes the value to the output, as columns of a line. The default is one column with the
    /// value's description.
    func write(to text: inout TextWriter)

    /// The number of columns that `write(to:)` writes for every value; nil, the default, if it
    /// depends on the value. With it, even a part without records has column names.
    static var columnCount: Int? { get }
}

/// A value whose encoding compares, byte by byte, as the value itself does.
///
/// Two keys are equal if and only if their encodings are.
public protocol RecordKey: RecordValue {
    /// Whether `sorted(by:)` accepts keys of this type; do not declare it.
    associatedtype SortRole = SortOrder
}

/// The role of keys that pairs can be sorted by.
public enum SortOrder {}

/// The role of `Bool`: a closure that returns one compares two things, and does not provide a key
/// to sort by.
public enum SortComparison {}

/// A string or bytes, which an emitter also takes as borrowed bytes.
///
/// `String` and `Bytes` are the only conforming types.
public protocol ByteString: RecordKey {}

extension RecordValue {
    /// Appends the value as `encode(into:)` does.
    @inlinable
    public func encodeLast(into writer: inout ByteWriter) { encode(into: &writer) }

    /// Reads the value as `init(decoding:)` does.
    @inlinable
    public init(decodingLast reader: inout ByteReader) throws { try self.init(decoding: &reader) }

    /// Writes the value's description as one column.
    public func write(to text: inout TextWriter) { text.write("\(self)") }

    /// Nil: unknown.
    @inlinable public static var columnCount: Int? { nil }

    /// Decodes a whole record.
    /// - Throws: If the bytes are not exactly one valid value.
    @inlinable
    init(record bytes: UnsafeRawBufferPointer) throws {
        var reader = ByteReader(bytes)
        try self.init(decodingLast: &reader)
        guard reader.remainingByteCount == 0 else {
            throw InvalidEncodingError(
                "\(reader.remainingByteCount) bytes are left behind a \(Self.self)"
            )
        }
    }
}
