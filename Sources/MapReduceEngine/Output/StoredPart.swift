package import MapReduceModel

/// A part of a finished output, read from end to end for comparison with its manifest.
package struct StoredPart {
    private let path: String
    private let style: OutputStyle
    /// The number of stored bytes.
    package private(set) var byteCount = 0
    /// The CRC-32 of the stored bytes.
    package var checksum: UInt32 { sum.value }
    private var sum = Checksum()
    private var counter: RecordCounter

    /// Reads all bytes.
    ///
    /// `name`: the part's name, which determines its format; a file with any other name is read as
    /// lines.
    package init(path: String, name: PartName?) throws {
        self.path = path
        style = name?.style ?? OutputStyle(.lines)
        counter = RecordCounter(style.format)
        let source = try Self.source(path)
        let isText = style.compression == .none
        try Self.read(source) { bytes in
            byteCount += bytes.count
            sum.add(bytes)
            if isText { counter.add(bytes) }
        }
    }

    /// Returns the problem if the part does not have the expected number of records; nil if it
    /// does.
    package func problem(withRecordCount expected: Int) throws -> String? {
        do {
            switch style.format {
            case .run: return Self.problem(try pairCount(), expected, "pairs")
            case .binary:
                let count = try contentCounter().byteCount
                let isWhole = expected == 0 ? count == 0 : count % expected == 0 && count > 0
                return isWhole ? nil : "has \(count) bytes, which are not \(expected) records"
            case .csv: return Self.problem(try contentCounter().recordCount, expected, "rows")
            case .tsv, .json, .lines:
                return Self.problem(try contentCounter().recordCount, expected, "lines")
            }
        } catch let error as EngineError {
            return "cannot be read: \(error)"
        }
    }

    private static func problem(_ count: Int, _ expected: Int, _ records: String) -> String? {
        count == expected ? nil : "has \(count) \(records), and not \(expected)"
    }

    /// Counts the contents of the part after decompression.
    private func contentCounter() throws -> RecordCounter {
        switch style.compression {
        case .none: return counter
        case .gzip:
            var counter = RecordCounter(style.format)
            let source = try GzipSource(try Self.source(path), path: path)
            try Self.read(source) { counter.add($0) }
            return counter
        }
    }

    private func pairCount() throws -> Int {
        let run = try RunReader(path: path)
        var count = 0
        for partition in run.segments.indices {
            let cursor = try SegmentCursor(run: run, partition: partition)
            while try cursor.next() { count += 1 }
        }
        return count
    }

    private static func source(_ path: String) throws -> PlainSource {
        let file = try OpenFile(reading: path)
        return PlainSource(file, from: 0, size: try file.signature().byteCount)
    }

    private static func read(
        _ source: any ByteSource,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: EngineLimits.readByteCount,
            alignment: 16
        )
        defer { buffer.deallocate() }
        while true {
            let count = try source.read(into: buffer)
            if count == 0 { return }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

/// Counts the records of a text that arrives in pieces.
private struct RecordCounter {
    private let isCSV: Bool
    private(set) var byteCount = 0
    private var lineCount = 0
    private var isQuoted = false

    init(_ format: OutputFormat) { isCSV = format == .csv }

    /// The number of records, without the column names of CSV.
    var recordCount: Int { isCSV ? max(lineCount - 1, 0) : lineCount }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        byteCount += bytes.count
        for byte in bytes {
            // A quotation mark within quotes is doubled, which changes nothing.
            if isCSV, byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: "\n"), !isQuoted { lineCount += 1 }
        }
    }
}
