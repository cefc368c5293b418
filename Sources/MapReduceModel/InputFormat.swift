/// The kind of records in an input file, which determines where the file may be cut.
package enum InputFormat: Hashable, Codable, Sendable {
    /// Lines, which end in LF or CRLF.
    case lines
    /// Rows of fields: CSV and TSV.
    case rows(RowSyntax)
    /// Lines that are JSON objects.
    case jsonLines
    /// Records of `byteCount` bytes, one after another.
    case fixed(byteCount: Int)
    /// Each file is one record.
    case wholeFiles
    /// Pairs in run files, the output of an earlier job.
    case runs

    /// Where a file of this format may be cut into pieces.
    package var cut: Cut {
        switch self {
        case .lines, .jsonLines: .anywhereInLines
        case .rows(let syntax): syntax.quote == nil ? .anywhereInLines : .anywhere
        case .fixed(let byteCount): .multiples(of: byteCount)
        case .wholeFiles, .runs: .nowhere
        }
    }

    /// Where files may be cut.
    package enum Cut: Hashable, Sendable {
        /// Anywhere, and a record ends where its line does.
        case anywhereInLines
        /// Anywhere; finding where a record begins requires a look at the text before the cut.
        case anywhere
        /// Between records of a fixed size.
        case multiples(of: Int)
        /// Nowhere: one task reads the whole file.
        case nowhere
    }

    /// Whether a record is a line of the file.
    package var isLines: Bool { cut == .anywhereInLines }

    /// Whether a lone CR ends a line too.
    package var endsLinesAtCR: Bool { if case .rows = self { true } else { false } }

    /// Returns why the format is invalid; nil if it is valid.
    ///
    /// `maxRecordByteCount`: the size of the longest record that can be read.
    package func problem(maxRecordByteCount: Int) -> String? {
        switch self {
        case .lines, .jsonLines, .wholeFiles, .runs: nil
        case .fixed(let byteCount):
            1...maxRecordByteCount ~= byteCount
                ? nil : "a record has 1 to \(maxRecordByteCount) bytes, and not \(byteCount)"
        case .rows(let syntax): syntax.problem
        }
    }
}

extension InputFormat: CustomStringConvertible {
    /// The format in a few words, for a plan that people read.
    package var description: String {
        switch self {
        case .lines: "lines"
        case .rows(let syntax): "\(syntax)"
        case .jsonLines: "JSON lines"
        case .fixed(let byteCount): "records of \(byteCount) bytes"
        case .wholeFiles: "whole files"
        case .runs: "pairs of runs"
        }
    }
}

/// How rows of fields are written.
package struct RowSyntax: Hashable, Codable, Sendable {
    /// The byte between two fields.
    package var separator: UInt8
    /// The byte around a field that may contain separators and line ends; nil for none.
    package var quote: UInt8?
    /// Whether `\t`, `\n`, `\r`, `\\` and `\N` are escapes with the meaning that this engine's
    /// output gives them.
    package var hasEscapes: Bool
    /// Whether the first row of each file names the columns.
    package var hasHeader: Bool
    /// Whether a quote inside a field that does not begin with one makes the row malformed.
    package var isStrict: Bool

    package init(
        separator: UInt8,
        quote: UInt8?,
        hasEscapes: Bool,
        hasHeader: Bool,
        isStrict: Bool = false
    ) {
        self.separator = separator
        self.quote = quote
        self.hasEscapes = hasEscapes
        self.hasHeader = hasHeader
        self.isStrict = isStrict
    }

    var problem: String? {
        let bytes = [separator] + (quote.map { [$0] } ?? [])
        guard bytes.allSatisfy({ $0 < 0x80 && $0 != 0x0A && $0 != 0x0D && $0 != 0 }) else {
            return "fields are separated and quoted by ASCII characters that end no line"
        }
        if separator == quote { return "the separator and the quote are two characters" }
        if hasEscapes, bytes.contains(0x5C) { return "a backslash is an escape" }
        return nil
    }
}

extension RowSyntax: CustomStringConvertible {
    package var description: String {
        let isTabs = separator == 0x09
        let name = isTabs && quote == nil ? "TSV" : "CSV"
        var text = name + (hasHeader ? " with a header" : " without a header")
        if separator != 0x2C, !isTabs || quote != nil {
            text += ", separated by \(Self.character(separator))"
        }
        switch quote {
        case nil: if !isTabs { text += ", without quotes" }
        case 0x22: break
        case let quote?: text += ", quoted by \(Self.character(quote))"
        }
        if isStrict { text += ", strict" }
        if hasEscapes != (name == "TSV") { text += hasEscapes ? ", escaped" : ", without escapes" }
        return text
    }

    private static func character(_ byte: UInt8) -> String {
        Unicode.Scalar(byte).escaped(asASCII: true)
    }
}
