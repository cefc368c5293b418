internal import MapReduceEngine
internal import MapReduceModel

extension RecordFormat where Record == Row {
    /// Rows of comma-separated fields, whose first row names the columns (RFC 4180).
    ///
    /// A field in quotes may have separators, line ends and doubled quotes in it. LF or CRLF ends a
    /// row. Lines without a byte are no rows. A row has a field for each column.
    public static var csv: RecordFormat { .csv() }

    /// Rows of separated fields (RFC 4180).
    ///
    /// - Parameters:
    ///   - header: whether the first row of each file names the columns; without, columns have
    ///     numbers only, and rows may differ in how many fields they have.
    ///   - separator: an ASCII character.
    ///   - quote: an ASCII character; with nil, quotes are text, and a line is a row.
    /// - Returns: the format, for `records`.
    public static func csv(
        header: Bool = true,
        separator: Unicode.Scalar = ",",
        quote: Unicode.Scalar? = "\""
    ) -> RecordFormat {
        precondition(
            separator.isASCII && quote?.isASCII ?? true,
            "fields are separated and quoted by ASCII characters"
        )
        return rows(
            RowSyntax(
                separator: UInt8(truncatingIfNeeded: separator.value),
                quote: quote.map { UInt8(truncatingIfNeeded: $0.value) },
                hasEscapes: false,
                hasHeader: header
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

    private static func rows(_ syntax: RowSyntax) -> RecordFormat {
        RecordFormat(.rows(syntax)) { context, body in
            let cells = RowCells(context, syntax)
            try context.forEachPiece { piece in
                try cells.begin(piece, syntax, context)
                if piece.isPartOfGzip {
                    let rows = try context.open {
                        try MemberRowReader(piece, syntax: syntax)
                    }
                    try context.readRows(rows, of: piece, syntax, cells, body)
                } else {
                    let rows = try context.open { try RowReader(piece, syntax: syntax) }
                    try context.readRows(rows, of: piece, syntax, cells, body)
                }
            }
        }
    }
}

extension RowCells {
    /// Goes on to a piece of a file, whose header is at the start of the file.
    fileprivate func begin(
        _ piece: FilePiece,
        _ syntax: RowSyntax,
        _ context: TaskContext
    ) throws {
        guard syntax.hasHeader else { return }
        let rows = try context.open {
            var start = piece
            start.offset = 0
            if piece.isPlain { start.byteCount = min(1, piece.signature.byteCount) }
            if piece.isPartOfGzip { start.byteCount = piece.signature.byteCount }
            return try RowReader(start, syntax: syntax)
        }
        let header = try context.open { try rows.next() }
        if header != nil, let problem = rows.problem {
            throw EngineError(
                .badInput,
                "the header of \(piece.path) is malformed at byte "
                    + "\(rows.recordOffset + problem.offset): "
                    + "its quotes do not match"
            )
        }
        try setHeader(
            header,
            header == nil ? UnsafeBufferPointer(start: nil, count: 0) : rows.fields
        )
    }
}

extension TaskContext {
    fileprivate func readRows<Rows: RowSource>(
        _ rows: Rows,
        of piece: FilePiece,
        _ syntax: RowSyntax,
        _ cells: RowCells,
        _ body: (borrowing Row) throws -> Void
    ) throws {
        // The header is the first row of the first piece.
        if syntax.hasHeader, piece.offset == 0 { _ = try rows.next() }
        let row = Row(cells)
        try read(rows, of: piece) { bytes in
            try cells.set(bytes, rows)
            try body(row)
        }
    }
}
