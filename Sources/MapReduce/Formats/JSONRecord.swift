internal import MapReduceEngine

/// A line of JSON that a closure borrows; only the fields that the closure reads are decoded, and
/// no tree is built.
///
///     emit(try record.bytes("user"), try record.int("bytes"))
///
/// A path such as `"request.bytes"` names a field within an object. In a path, `\.` is a dot in a
/// name and `\\` a backslash: the Swift literal `#"page\.id"#` names the field `page.id`. If an
/// object has a name twice, the last one counts. A field is *absent* if it is missing or `null`.
///
/// The line must be an object in UTF-8. All of it is checked against RFC 8259, even the parts that
/// are not read. Brackets may be at most 512 deep. An escape that stands for half of a character,
/// or a number that does not fit, is an error only when it is read.
public struct JSONRecord: ~Copyable {
    private let fields: JSONFields

    init(_ fields: JSONFields) { self.fields = fields }

    /// Returns the bytes of a string, without creating a String.
    @_lifetime(borrow self)
    public func bytes(_ path: String) throws -> Span<UInt8> {
        let bytes = try fields.text(path)
        let span = Span<UInt8>(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
        return _overrideLifetime(span, borrowing: self)
    }

    /// Returns a string.
    public func string(_ path: String) throws -> String { try fields.string(path) }

    /// Returns a whole number, such as `12` or `1.2e1`.
    public func int(_ path: String) throws -> Int { try fields.int(path) }

    /// Returns a number.
    public func double(_ path: String) throws -> Double { try fields.double(path) }

    /// `true` or `false`.
    public func bool(_ path: String) throws -> Bool { try fields.bool(path) }

    /// Returns whether a field is missing or `null`.
    public func isAbsent(_ path: String) throws -> Bool { try fields.value(path) == nil }

    /// Returns a string; nil if it is absent.
    public func stringIfPresent(_ path: String) throws -> String? {
        try isAbsent(path) ? nil : fields.string(path)
    }

    /// Returns a whole number; nil if it is absent.
    public func intIfPresent(_ path: String) throws -> Int? {
        try isAbsent(path) ? nil : fields.int(path)
    }

    /// Returns a number; nil if it is absent.
    public func doubleIfPresent(_ path: String) throws -> Double? {
        try isAbsent(path) ? nil : fields.double(path)
    }

    /// Returns `true` or `false`; nil if it is absent.
    public func boolIfPresent(_ path: String) throws -> Bool? {
        try isAbsent(path) ? nil : fields.bool(path)
    }
}
