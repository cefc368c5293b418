internal import MapReduceEngine

/// A line of JSON, lent to a closure, of which the fields that are asked for are read: no tree is
/// made.
///
///     emit(try record.bytes("user"), try record.int("bytes"))
///
/// A field within an object is named by a path, `"request.bytes"`. In a path `\.` is a dot of a
/// name, and `\\` a backslash: the Swift literal `#"page\.id"#` names the field `page.id`. Where an
/// object has a name twice, the last one counts. A field is *absent* if it is not there or is
/// `null`.
///
/// The line is an object in UTF-8, and all of it is checked by RFC 8259, also what is not read.
/// Brackets are at most 512 deep. Where an escape stands for half of a character, or a number does
/// not fit, only reading it is an error.
public struct JSONRecord: ~Copyable {
    private let fields: JSONFields

    init(_ fields: JSONFields) { self.fields = fields }

    /// The bytes of a string; no String is made.
    @_lifetime(borrow self)
    public func bytes(_ path: String) throws -> Span<UInt8> {
        let bytes = try fields.text(path)
        let span = Span<UInt8>(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
        return _overrideLifetime(span, borrowing: self)
    }

    /// A string.
    public func string(_ path: String) throws -> String { try fields.string(path) }

    /// A number that is whole, as `12` and `1.2e1` are.
    public func int(_ path: String) throws -> Int { try fields.int(path) }

    /// A number.
    public func double(_ path: String) throws -> Double { try fields.double(path) }

    /// `true` or `false`.
    public func bool(_ path: String) throws -> Bool { try fields.bool(path) }

    /// Whether a field is not there or is `null`.
    public func isAbsent(_ path: String) throws -> Bool { try fields.value(path) == nil }

    /// A string; nil if it is absent.
    public func stringIfPresent(_ path: String) throws -> String? {
        try isAbsent(path) ? nil : fields.string(path)
    }

    /// A number that is whole; nil if it is absent.
    public func intIfPresent(_ path: String) throws -> Int? {
        try isAbsent(path) ? nil : fields.int(path)
    }

    /// A number; nil if it is absent.
    public func doubleIfPresent(_ path: String) throws -> Double? {
        try isAbsent(path) ? nil : fields.double(path)
    }

    /// `true` or `false`; nil if it is absent.
    public func boolIfPresent(_ path: String) throws -> Bool? {
        try isAbsent(path) ? nil : fields.bool(path)
    }
}
