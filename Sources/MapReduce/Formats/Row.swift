internal import MapReduceEngine

/// A row of a CSV or TSV file, lent to a closure.
///
///     emit(try row.int("id"), try row.string("name"))
///
/// A column is named as the header of the file does, or by its number from 0. A field that is not
/// what is asked for is an error with its place. What is not asked for is not looked at.
///
/// A field is *absent* if it has no byte and no quotes, or is `\N` where that is an escape.
public struct Row: ~Copyable {
    let cells: RowCells

    init(_ cells: RowCells) { self.cells = cells }

    /// How many fields the row has.
    public var count: Int { cells.count }

    /// The names of the columns, as the header of the file has them; empty if there is none.
    public var columnNames: [String] { cells.names }

    /// The bytes of a field, without its quotes; no String is made.
    @_lifetime(borrow self)
    public func bytes(_ column: some ColumnName) throws -> Span<UInt8> {
        let bytes = try cells.bytes(at: column.index(in: self))
        let span = Span<UInt8>(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
        return _overrideLifetime(span, borrowing: self)
    }

    /// A field as a string.
    public func string(_ column: some ColumnName) throws -> String {
        try cells.string(at: column.index(in: self))
    }

    /// A field as a whole number.
    public func int(_ column: some ColumnName) throws -> Int {
        try cells.int(at: column.index(in: self))
    }

    /// A field as a number.
    public func double(_ column: some ColumnName) throws -> Double {
        try cells.double(at: column.index(in: self))
    }

    /// A field that is `true` or `false`, in any case, or `1` or `0`.
    public func bool(_ column: some ColumnName) throws -> Bool {
        try cells.bool(at: column.index(in: self))
    }

    /// Whether a field is absent.
    public func isAbsent(_ column: some ColumnName) throws -> Bool {
        try cells.isAbsent(at: column.index(in: self))
    }

    /// A field as a string; nil if it is absent.
    public func stringIfPresent(_ column: some ColumnName) throws -> String? {
        let index = try column.index(in: self)
        return try cells.isAbsent(at: index) ? nil : cells.string(at: index)
    }

    /// A field as a whole number; nil if it is absent.
    public func intIfPresent(_ column: some ColumnName) throws -> Int? {
        let index = try column.index(in: self)
        return try cells.isAbsent(at: index) ? nil : cells.int(at: index)
    }

    /// A field as a number; nil if it is absent.
    public func doubleIfPresent(_ column: some ColumnName) throws -> Double? {
        let index = try column.index(in: self)
        return try cells.isAbsent(at: index) ? nil : cells.double(at: index)
    }

    /// A field that is true or false; nil if it is absent.
    public func boolIfPresent(_ column: some ColumnName) throws -> Bool? {
        let index = try column.index(in: self)
        return try cells.isAbsent(at: index) ? nil : cells.bool(at: index)
    }
}

/// What names a column: a string, as the header of the file has it, or its number from 0.
public protocol ColumnName {
    /// The number of the column.
    /// - Throws: when the file has no such column.
    func index(in row: borrowing Row) throws -> Int
}

extension String: ColumnName {
    /// The number of the column of this name.
    /// - Throws: when the header does not have it, or has it twice: that ends the job.
    public func index(in row: borrowing Row) throws -> Int { try row.cells.index(of: self) }
}

extension Int: ColumnName {
    /// The number itself.
    public func index(in row: borrowing Row) throws -> Int { self }
}
