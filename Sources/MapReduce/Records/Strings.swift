/// A string; strings order and compare by their UTF-8 bytes, not by canonical equivalence: "é" in
/// one scalar and in two are different keys.
extension String: ByteString {
    /// Appends the UTF-8 bytes with an end that the reader finds.
    @inlinable
    public func encode(into writer: inout ByteWriter) {
        var copy = self
        copy.withUTF8 { writer.append(delimited: Span(_unsafeElements: $0)) }
    }

    /// Reads the string.
    @inlinable
    public init(decoding reader: inout ByteReader) throws {
        try self.init(validating: reader.readDelimited())
    }

    /// Appends the bare UTF-8 bytes.
    @inlinable
    public func encodeLast(into writer: inout ByteWriter) {
        var copy = self
        copy.withUTF8 { writer.append(UnsafeRawBufferPointer($0)) }
    }

    /// Reads the string to the end of the record.
    @inlinable
    public init(decodingLast reader: inout ByteReader) throws {
        guard reader.mask == 0 else {
            try self.init(validating: reader.readRest())
            return
        }
        let bytes = try reader.take(reader.remainingByteCount)
        try self.init(validating: bytes)
    }

    /// Creates a string from UTF-8 bytes.
    /// - Throws: If they are not valid; the message says where.
    @inlinable
    init(validating bytes: some Collection<UInt8>) throws {
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw InvalidEncodingError(invalidUTF8(Array(bytes)))
        }
        self = string
    }

    /// Writes the string as one column.
    @inlinable
    public func write(to text: inout TextWriter) { text.write(self) }

    /// Always one.
    @inlinable public static var columnCount: Int? { 1 }
}

/// Returns a message that says where bytes stop being valid UTF-8.
@usableFromInline
func invalidUTF8(_ bytes: [UInt8]) -> String {
    var decoder = UTF8()
    var iterator = CountingIterator(base: bytes.makeIterator())
    while true {
        let before = iterator.count
        switch decoder.decode(&iterator) {
        case .scalarValue: continue
        case .emptyInput, .error:
            return "the text is not valid UTF-8 near byte \(min(before, bytes.count - 1)) of "
                + "\(bytes.count); read it as bytes (lines) or convert the file with iconv"
        }
    }
}

private struct CountingIterator: IteratorProtocol {
    var base: Array<UInt8>.Iterator
    var count = 0

    mutating func next() -> UInt8? {
        let byte = base.next()
        if byte != nil { count += 1 }
        return byte
    }
}

/// Bytes that need not be text.
public struct Bytes: ByteString, Hashable {
    /// The bytes themselves.
    public var elements: [UInt8]

    /// Wraps bytes.
    public init(_ elements: [UInt8]) { self.elements = elements }

    /// Copies borrowed bytes, such as a line.
    public init(_ span: Span<UInt8>) {
        elements = span.withUnsafeBufferPointer { Array($0) }
    }

    /// Appends the bytes with an end that the reader finds.
    public func encode(into writer: inout ByteWriter) { writer.append(delimited: elements.span) }

    /// Reads the bytes.
    public init(decoding reader: inout ByteReader) throws {
        elements = try reader.readDelimited()
    }

    /// Appends the bare bytes.
    public func encodeLast(into writer: inout ByteWriter) { writer.append(elements.span) }

    /// Reads the bytes to the end of the record.
    public init(decodingLast reader: inout ByteReader) throws { elements = reader.readRest() }

    /// Writes the bytes as one column, unchanged apart from the format's escapes.
    public func write(to text: inout TextWriter) { text.write(utf8: elements.span) }

    /// Always one.
    @inlinable public static var columnCount: Int? { 1 }
}
