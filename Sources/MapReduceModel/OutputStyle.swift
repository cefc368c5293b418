/// How the records of an output are written.
package enum OutputFormat: String, Hashable, Codable, CaseIterable, Sendable {
    /// Columns separated by tabs, in which characters that would break a line are escaped.
    case tsv
    /// Columns according to RFC 4180, after a line with their names.
    case csv
    /// One JSON object per line.
    case json
    /// Columns separated by tabs, unescaped.
    case lines
    /// The bytes of keys and values with nothing between them, in records of equal length.
    case binary
    /// Encoded pairs, in a run of one partition.
    case run

    /// The extension of the names of parts, without that of a compression.
    package var fileExtension: String {
        switch self {
        case .tsv, .csv, .run: rawValue
        case .json: "jsonl"
        case .lines: "txt"
        case .binary: "bin"
        }
    }
}

/// How the bytes of an output are compressed before they are stored.
package enum OutputCompression: String, Hashable, Codable, CaseIterable, Sendable {
    case none
    /// Members of gzip, each at most 64 KiB, that contain their length (BGZF).
    case gzip

    /// The extension after that of the format.
    package var suffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        }
    }
}

/// The format and compression of the parts of an output.
package struct OutputStyle: Hashable, Codable, Sendable {
    package var format: OutputFormat
    package var compression: OutputCompression

    package init(_ format: OutputFormat = .tsv, _ compression: OutputCompression = .none) {
        self.format = format
        self.compression = compression
    }

    /// The full extension of the names of parts.
    package var fileExtension: String { format.fileExtension + compression.suffix }

    /// All valid styles: a run is not compressed, because its readers seek in it.
    package static let all = OutputFormat.allCases.flatMap { format in
        OutputCompression.allCases.map { OutputStyle(format, $0) }
    }.filter { $0.format != .run || $0.compression == .none }
}
