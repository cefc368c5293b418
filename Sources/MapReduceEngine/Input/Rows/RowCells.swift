package import MapReduceModel

/// The fields of a task's current row, and the columns of its file.
///
/// It belongs to the single thread that runs the task.
@usableFromInline
package final class RowCells {
    private let errors: any RecordErrors
    private let syntax: RowSyntax
    // One task's thread owns it: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var row = UnsafeRawBufferPointer(start: nil, count: 0)
    @exclusivity(unchecked) private var fields = UnsafeBufferPointer<RowField>(start: nil, count: 0)
    /// Decoded fields, whose bytes differ from those in the file; kept until the next row.
    @exclusivity(unchecked) private var decoded: [UnsafeMutableRawBufferPointer] = []

    @exclusivity(unchecked) package private(set) var names: [String] = []
    /// The columns requested so far in this file, in the order in which a closure requests them,
    /// and the index of the one it is likely to request next.
    @exclusivity(unchecked) @usableFromInline var asked: [(name: String, index: Int)] = []
    @exclusivity(unchecked) @usableFromInline var next = 0

    /// `errors`: creates errors that contain the row's place.
    package init(_ errors: any RecordErrors, _ syntax: RowSyntax) {
        self.errors = errors
        self.syntax = syntax
    }

    deinit { for field in decoded { field.deallocate() } }

    package var count: Int { fields.count }

    /// Moves to a row, with what its reader knows about it.
    /// - Throws: if the row is malformed or does not have one field per column.
    package func set(
        _ row: UnsafeRawBufferPointer,
        _ fields: UnsafeBufferPointer<RowField>,
        _ problem: RowProblem?
    ) throws {
        self.row = row
        self.fields = fields
        next = 0
        if !decoded.isEmpty { forget() }
        if let problem { throw error(problem) }
        if syntax.hasHeader, fields.count != names.count { throw wrongCount() }
    }

    /// Moves to a file, whose columns these fields name; nil if the file is empty.
    package func setHeader(
        _ row: UnsafeRawBufferPointer?,
        _ fields: UnsafeBufferPointer<RowField>
    ) throws {
        asked = []
        forget()
        self.row = row ?? UnsafeRawBufferPointer(start: nil, count: 0)
        self.fields = fields
        names = try fields.indices.map { String(decoding: try bytes(at: $0), as: UTF8.self) }
    }

    private func forget() {
        for field in decoded { field.deallocate() }
        decoded = []
    }

    // MARK: Columns

    /// Returns the index of a column; closures request the same columns of each row in the same
    /// order.
    @inlinable
    package func index(of name: String) throws -> Int {
        if next < asked.count, asked[next].name == name {
            let index = asked[next].index
            next &+= 1
            return index
        }
        return try search(name)
    }

    @usableFromInline
    func search(_ name: String) throws -> Int {
        if let found = asked.firstIndex(where: { $0.name == name }) {
            next = found + 1
            return asked[found].index
        }
        guard let index = names.firstIndex(of: name) else {
            let known = names.map { "\"\($0)\"" }.joined(separator: ", ")
            throw EngineError(
                .badInput,
                "\(errors.path) has no column \"\(name)\""
                    + (syntax.hasHeader
                        ? "; its header names \(known)"
                        : ", as it is read without a header; use numbers")
            )
        }
        guard !names[(index + 1)...].contains(name) else {
            throw EngineError(
                .badInput,
                "the header of \(errors.path) names \"\(name)\" twice; use the number of "
                    + "the column"
            )
        }
        asked.append((name, index))
        next = asked.count
        return index
    }

    // MARK: Fields

    private func field(at index: Int) throws -> RowField {
        guard fields.indices.contains(index) else {
            throw error(
                "the row has \(fields.count) fields, and number \(index) is asked for",
                row.count
            )
        }
        return fields[index]
    }

    private func stored(_ field: RowField) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: row[Int(field.start)..<Int(field.end)])
    }

    package func isAbsent(at index: Int) throws -> Bool {
        let field = try field(at: index)
        if field.isQuoted { return false }
        let bytes = stored(field)
        return bytes.isEmpty
            || syntax.hasEscapes && bytes.count == 2 && bytes[0] == 0x5C && bytes[1] == 0x4E
    }

    /// Returns the field's bytes without quotes and escapes, valid until the next row.
    package func bytes(at index: Int) throws -> UnsafeRawBufferPointer {
        let field = try field(at: index)
        let bytes = stored(field)
        if field.hasDoubledQuotes { return undouble(bytes) }
        if syntax.hasEscapes, bytes.contains(0x5C) { return try unescape(bytes, at: field) }
        return bytes
    }

    package func string(at index: Int) throws -> String {
        let bytes = try bytes(at: index)
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw error("\(described(index)) is not valid UTF-8", Int(try field(at: index).start))
        }
        return string
    }

    package func int(at index: Int) throws -> Int {
        let bytes = try bytes(at: index)
        guard let value = NumberText.int(bytes) else {
            throw mismatch(index, bytes, "is no whole number that fits 64 bits")
        }
        return value
    }

    package func double(at index: Int) throws -> Double {
        let bytes = try bytes(at: index)
        guard let value = NumberText.double(bytes) else {
            throw mismatch(index, bytes, "is no number")
        }
        return value
    }

    package func bool(at index: Int) throws -> Bool {
        let bytes = try bytes(at: index)
        switch bytes.count {
        case 1 where bytes[0] == 0x30: return false
        case 1 where bytes[0] == 0x31: return true
        case 4 where bytes.map({ $0 | 0x20 }) == Array("true".utf8): return true
        case 5 where bytes.map({ $0 | 0x20 }) == Array("false".utf8): return false
        default: throw mismatch(index, bytes, "is neither true nor false")
        }
    }

    /// Keeps decoded bytes until the next row.
    private func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyBytes(from: bytes)
        decoded.append(copy)
        return UnsafeRawBufferPointer(copy)
    }

    private func undouble(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            result.append(bytes[index])
            index += bytes[index] == syntax.quote ? 2 : 1
        }
        return keep(result)
    }

    private func unescape(
        _ bytes: UnsafeRawBufferPointer,
        at field: RowField
    ) throws -> UnsafeRawBufferPointer {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            var byte = bytes[index]
            if byte == 0x5C {
                switch index + 1 < bytes.count ? bytes[index + 1] : 0 {
                case 0x74: byte = 0x09
                case 0x6E: byte = 0x0A
                case 0x72: byte = 0x0D
                case 0x5C: byte = 0x5C
                case 0x4E where bytes.count == 2:
                    throw error("the field is \\N, which stands for nothing", Int(field.start))
                default:
                    throw error(
                        "a backslash is followed by none of t, n, r and \\; read the file without "
                            + "escapes if it has none",
                        Int(field.start) + index
                    )
                }
                index += 1
            }
            result.append(byte)
            index += 1
        }
        return keep(result)
    }

    // MARK: Errors

    private func described(_ index: Int) -> String {
        names.indices.contains(index) ? "the field \"\(names[index])\"" : "field \(index)"
    }

    private func mismatch(
        _ index: Int,
        _ bytes: UnsafeRawBufferPointer,
        _ reason: String
    ) -> any Error {
        error(
            "\(described(index)) \(reason): \(RecordQuote.text(of: bytes))",
            Int(fields[index].start)
        )
    }

    private func wrongCount() -> any Error {
        let place =
            fields.count > names.count ? Int(fields[names.count].start) : row.count
        return error(
            "the row has \(fields.count) fields, and the header \(names.count)",
            place
        )
    }

    private func error(_ problem: RowProblem) -> any Error {
        switch problem.kind {
        case .quoteNotClosed: error("the quote is not closed", problem.offset)
        case .textBehindQuote:
            error(
                "a separator or a line end must follow the quote that ends a field",
                problem.offset
            )
        case .quoteInField:
            error(
                "a quote is in a field that does not begin with one; quote the field, and double "
                    + "the quote",
                problem.offset
            )
        }
    }

    private func error(_ message: String, _ index: Int) -> any Error {
        errors.error(message, in: row, at: index)
    }
}
