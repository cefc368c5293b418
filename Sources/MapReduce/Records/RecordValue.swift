/// A value that can be stored in runs and printed to the output.
///
/// A type of your own is made of values that conform already:
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
    /// - Throws: when the bytes are no such value.
    init(decoding reader: inout ByteReader) throws

    /// Appends the value as the last of its record, where the end of the record is its end. A
    /// string is then its bare UTF-8 bytes. The default is `encode(into:)`.
    func encodeLast(into writer: inout ByteWriter)

    /// Reads back what `encodeLast(into:)` wrote.
    /// - Throws: when the bytes are no such value.
    init(decodingLast reader: inout ByteReader) throws

    /// Writes the value to the output, as columns of a line. The default is one column with
    /// the value's description.
    func write(to text: inout TextWriter)

    /// How many columns `write(to:)` makes of every value; nil, the default, when that is known
    /// only of a value. With it, even a part without records has the names of its columns.
    static var columnCount: Int? { get }
}

/// A value whose encoding compares, byte by byte, as the value itself does; two keys are equal if
/// and only if their encodings are.
public protocol RecordKey: RecordValue {
    /// Whether `sorted(by:)` sorts by keys of this type; leave it out.
    associatedtype SortRole = SortOrder
}

/// The role of keys by which pairs are sorted.
public enum SortOrder {}

/// The role of `Bool`: a closure that gives one compares two things, and does not say what one is
/// sorted by.
public enum SortComparison {}

/// A string or bytes: what an emitter takes as borrowed bytes, too.
///
/// `String` and `Bytes` are the only ones.
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

    /// Not known.
    @inlinable public static var columnCount: Int? { nil }

    /// Decodes a whole record.
    /// - Throws: when the bytes are no such value, or more than one.
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
