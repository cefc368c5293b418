/// How the records of an output are written.
package enum OutputFormat: String, Hashable, Codable, CaseIterable, Sendable {
    /// Columns with a tab between them, in which what would break a line is escaped.
    case tsv
    /// Columns as RFC 4180 has them, below a line of their names.
    case csv
    /// An object of JSON a line.
    case json
    /// Columns with a tab between them, as they are.
    case lines
    /// The bytes of keys and values with nothing between them, each record as long as the others.
    case binary
    /// Encoded pairs, in a run of one partition.
    case run

    /// How the names of parts end, but for that of a compression.
    package var fileExtension: String {
        switch self {
        case .tsv, .csv, .run: rawValue
        case .json: "jsonl"
        case .lines: "txt"
        case .binary: "bin"
        }
    }
}

/// What becomes of the bytes of an output before they are stored.
package enum OutputCompression: String, Hashable, Codable, CaseIterable, Sendable {
    case none
    /// Members of gzip, each of at most 64 KiB, that tell their length (BGZF).
    case gzip

    /// What a name ends in behind that of the format.
    package var suffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        }
    }
}

/// What the parts of an output are: their format and their compression.
package struct OutputStyle: Hashable, Codable, Sendable {
    package var format: OutputFormat
    package var compression: OutputCompression

    package init(_ format: OutputFormat = .tsv, _ compression: OutputCompression = .none) {
        self.format = format
        self.compression = compression
    }

    /// How the names of parts end.
    package var fileExtension: String { format.fileExtension + compression.suffix }

    /// Every style that there is: a run is not compressed, as its readers seek in it.
    package static let all = OutputFormat.allCases.flatMap { format in
        OutputCompression.allCases.map { OutputStyle(format, $0) }
    }.filter { $0.format != .run || $0.compression == .none }
}
