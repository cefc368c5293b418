internal import MapReduceEngine
internal import MapReduceModel

extension RecordFormat where Record == Row {
    /// Rows of comma-separated fields, whose first row names the columns (RFC 4180).
    ///
    /// A field in quotes may have separators, line ends and doubled quotes in it. A quote in a
    /// field that does not begin with one is text. LF, CRLF or a lone CR ends a row. Lines without
    /// a byte are not rows. A row has a field for each column.
    public static var csv: RecordFormat { .csv() }

    /// Rows of separated fields (RFC 4180).
    ///
    /// - Parameters:
    ///   - header: whether the first row of each file names the columns; without, columns have
    ///     numbers only, and rows may differ in how many fields they have.
    ///   - separator: an ASCII character; one that is not, or ends lines, is an error when the job
    ///     is planned, and so is such a quote.
    ///   - quote: an ASCII character; with nil, quotes are text, and a line is a row.
    ///   - strict: whether a quote in a field that does not begin with one makes the row malformed,
    ///     as RFC 4180 has it; without, it is text, as most programs read it.
    /// - Returns: the format, for `records`.
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

    /// Lines of fields between tabs, whose first line names the columns.
    ///
    /// Fields are escaped as in the output of a job: `\t`, `\n`, `\r` and `\\`, and `\N` for
    /// nothing.
    public static var tsv: RecordFormat { .tsv() }

    /// Lines of fields between tabs.
    ///
    /// - Parameters:
    ///   - header: whether the first line of each file names the columns. The output of a job has
    ///   none.
    ///   - escapes: whether a backslash is an escape, as in the output of a job.
    /// - Returns: the format, for `records`.
    public static func tsv(header: Bool = true, escapes: Bool = true) -> RecordFormat {
        rows(RowSyntax(separator: 0x09, quote: nil, hasEscapes: escapes, hasHeader: header))
    }

    /// A character's byte; for one that is not ASCII a byte that no syntax can have.
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
    /// Goes on to a piece of a file, whose header is the first row of the file.
    /// - Returns: where the header begins; nil if the file has no row.
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
