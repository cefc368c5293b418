internal import MapReduceEngine
internal import MapReduceModel

/// Formats for rows of CSV and TSV files.
extension RecordFormat where Record == Row {
    /// Rows of comma-separated fields, the first of which names the columns (RFC 4180).
    ///
    /// A quoted field may contain separators, line ends and doubled quotes. A quote in a field that
    /// does not begin with one is text. LF, CRLF or a lone CR ends a row. Empty lines are not rows.
    /// A row must have one field per column.
    public static var csv: RecordFormat { .csv() }

    /// Returns a format for rows of separated fields (RFC 4180).
    ///
    /// - Parameters:
    ///   - header: Whether the first row of each file names the columns. Without it, columns have
    ///     only numbers, and rows may have different numbers of fields.
    ///   - separator: An ASCII character. A separator or quote that is not ASCII, or that ends
    ///     lines, is an error when the job is planned.
    ///   - quote: An ASCII character; with nil, quotes are text and each line is a row.
    ///   - strict: Whether a quote in a field that does not begin with one makes the row malformed,
    ///     as RFC 4180 specifies; if not, it is text, as most programs read it.
    /// - Returns: The format, for `records`.
    public static func csv(
        header: Bool = true,
        separator: Unicode.Scalar = ",",
        quote: Unicode.Scalar? = "\"",
        strict: Bool = false
    ) -> RecordFormat {
        rows(
            RowSyntax(
                separator: byte(separator),
                quote: quote.map(byte),
                hasEscapes: false,
                hasHeader: header,
                isStrict: strict
            )
        )
    }

    /// Lines of tab-separated fields, the first of which names the columns.
    ///
    /// Fields are escaped as in a job's output: `\t`, `\n`, `\r` and `\\`, and `\N` for nil.
    public static var tsv: RecordFormat { .tsv() }

    /// Returns a format for lines of tab-separated fields.
    ///
    /// - Parameters:
    ///   - header: Whether the first line of each file names the columns. A job's output has no
    ///     such line.
    ///   - escapes: Whether a backslash starts an escape, as in a job's output.
    /// - Returns: The format, for `records`.
    public static func tsv(header: Bool = true, escapes: Bool = true) -> RecordFormat {
        rows(RowSyntax(separator: 0x09, quote: nil, hasEscapes: escapes, hasHeader: header))
    }

    /// Returns a character's byte; for one that is not ASCII, a byte that is invalid in every
    /// syntax.
    private static func byte(_ character: Unicode.Scalar) -> UInt8 {
        character.isASCII ? UInt8(truncatingIfNeeded: character.value) : .max
    }

    private static func rows(_ syntax: RowSyntax) -> RecordFormat {
        RecordFormat(.rows(syntax)) { context, body in
            let cells = RowCells(context, syntax)
            let row = Row(cells)
            try context.forEachPiece { piece in
                let header =
                    syntax.hasHeader
                    ? try context.readHeader(of: piece, syntax, into: cells) : nil
                func read<Rows: RowSource>(_ open: () throws -> Rows) throws {
                    let rows = try context.open(open)
                    try context.read(rows, of: piece) { bytes in
                        try cells.set(bytes, rows.fields, rows.problem)
                        try body(row)
                    }
                }
                if piece.isPartOfGzip {
                    try read { try MemberRowReader(piece, syntax: syntax, header: header) }
                } else {
                    try read { try RowReader(piece, syntax: syntax, header: header) }
                }
            }
        }
    }
}

extension TaskContext {
    /// Reads the header of the file that a piece belongs to: the first row of the file.
    /// - Returns: The offset where the header begins; nil if the file has no row.
    fileprivate func readHeader(
        of piece: FilePiece,
        _ syntax: RowSyntax,
        into cells: RowCells
    ) throws -> Int? {
        var start = piece
        start.offset = 0
        start.byteCount = piece.isPlain ? 0 : piece.signature.byteCount
        if piece.isPartOfGzip {
            return try readHeader(of: piece.path, into: cells) {
                let rows = try MemberRowReader(start, syntax: syntax)
                return (rows, try rows.next())
            }
        }
        return try readHeader(of: piece.path, into: cells) {
            let rows = try RowReader(start, syntax: syntax)
            return (rows, try rows.firstRow())
        }
    }

    private func readHeader<Rows: RowSource>(
        of path: String,
        into cells: RowCells,
        _ open: () throws -> (rows: Rows, header: UnsafeRawBufferPointer?)
    ) throws -> Int? {
        let (rows, header) = try self.open(open)
        guard let header else {
            try cells.setHeader(nil, UnsafeBufferPointer(start: nil, count: 0))
            return nil
        }
        if let problem = rows.problem {
            throw EngineError(
                .badInput,
                "the header of \(path) is malformed at byte \(rows.recordOffset + problem.offset): "
                    + "its quotes do not match"
            )
        }
        try cells.setHeader(header, rows.fields)
        return rows.recordOffset
    }
}
