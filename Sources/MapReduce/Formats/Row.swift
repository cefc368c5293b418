internal import MapReduceEngine

/// A row of a CSV or TSV file that a closure borrows.
///
///     emit(try row.int("id"), try row.string("name"))
///
/// A column is named by the file's header, or by its number from 0. A field that cannot be read as
/// the requested type is an error with its place. Fields that are not requested are not checked.
///
/// A field is *absent* if it is empty and unquoted, or is `\N` where that is an escape.
public struct Row: ~Copyable {
    let cells: RowCells

    init(_ cells: RowCells) { self.cells = cells }

    /// The number of fields in the row.
    public var count: Int { cells.count }

    /// The names of the columns, as in the file's header; empty if there is none.
    public var columnNames: [String] { cells.names }

    /// Returns the bytes of a field, without its quotes and without creating a String.
    @_lifetime(borrow self)
    public func bytes(_ column: some ColumnName) throws -> Span<UInt8> {
        let bytes = try cells.bytes(at: column.index(in: self))
        let span = Span<UInt8>(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
        return _overrideLifetime(span, borrowing: self)
    }

    /// Returns a field as a string.
    public func string(_ column: some ColumnName) throws -> String {
        try cells.string(at: column.index(in: self))
    }

    /// Returns a field as a whole number.
    public func int(_ column: some ColumnName) throws -> Int {
        try cells.int(at: column.index(in: self))
    }

    /// Returns a field as a number.
    public func double(_ column: some ColumnName) throws -> Double {
        try cells.double(at: column.index(in: self))
    }

    /// Returns a field that is `true` or `false`, in any case, or `1` or `0`.
    public func bool(_ column: some ColumnName) throws -> Bool {
        try cells.bool(at: column.index(in: self))
    }

    /// Returns whether a field is absent.
    public func isAbsent(_ column: some ColumnName) throws -> Bool {
        try cells.isAbsent(at: column.index(in: self))
    }

    /// Returns a field as a string; nil if it is absent.
    public func stringIfPresent(_ column: some ColumnName) throws -> String? {
        let index = try column.index(in: self)
        return try cells.isAbsent(at: index) ? nil : cells.string(at: index)
    }

    /// Returns a field as a whole number; nil if it is absent.
    public func intIfPresent(_ column: some ColumnName) throws -> Int? {
        let index = try column.index(in: self)
        return try cells.isAbsent(at: index) ? nil : cells.int(at: index)
    }

    /// Returns a field as a number; nil if it is absent.
    public func doubleIfPresent(_ column: some ColumnName) throws -> Double? {
        let index = try column.index(in: self)
        return try cells.isAbsent(at: index) ? nil : cells.double(at: index)
    }

    /// Returns a field that is true or false; nil if it is absent.
    public func boolIfPresent(_ column: some ColumnName) throws -> Bool? {
        let index = try column.index(in: self)
        return try cells.isAbsent(at: index) ? nil : cells.bool(at: index)
    }
}

/// A column's name: a string, as in the file's header, or its number from 0.
public protocol ColumnName {
    /// Returns the number of the column.
    /// - Throws: If the file has no such column.
    func index(in row: borrowing Row) throws -> Int
}

extension String: ColumnName {
    /// Returns the number of the column with this name.
    /// - Throws: If the header does not contain it, or contains it twice: that ends the job.
    public func index(in row: borrowing Row) throws -> Int { try row.cells.index(of: self) }
}

extension Int: ColumnName {
    /// Returns the number itself.
    public func index(in row: borrowing Row) throws -> Int { self }
}
