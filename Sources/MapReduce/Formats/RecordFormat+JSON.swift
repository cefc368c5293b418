internal import MapReduceEngine
internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Formats for lines of JSON.
extension RecordFormat where Record == JSONRecord {
    /// Lines of JSON objects, of which only the fields that a closure reads are decoded: the fast
    /// way.
    ///
    /// Lines that contain only whitespace are skipped.
    public static var json: RecordFormat {
        RecordFormat(.jsonLines) { context, body in
            let fields = JSONFields(context)
            let record = JSONRecord(fields)
            try context.forEachLine { line in
                guard !line.isBlank else { return }
                try fields.set(line)
                try body(record)
            }
        }
    }
}

extension RecordFormat where Record: Decodable & SendableMetatype {
    /// Returns a format for lines of JSON, each decoded into a type; takes microseconds per line.
    ///
    /// Lines that contain only whitespace are skipped.
    public static func json(_ type: Record.Type) -> RecordFormat {
        RecordFormat(.jsonLines) { context, body in
            let decoder = JSONDecoder()
            try context.forEachLine { line in
                guard !line.isBlank else { return }
                let record: Record
                do {
                    // The decoder looks only at what the type reads.
                    try JSONScanner.check(line)
                    record = try decoder.decode(type, from: Data(line))
                } catch let problem as JSONError {
                    throw context.recordError(problem.message, in: line, at: problem.offset)
                } catch {
                    throw context.recordError(
                        "the line is no \(type): \(error)",
                        in: line,
                        at: 0
                    )
                }
                try body(record)
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are only whitespace.
    fileprivate var isBlank: Bool {
        guard let first else { return true }
        if first == 0x7B { return false }
        return allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}
