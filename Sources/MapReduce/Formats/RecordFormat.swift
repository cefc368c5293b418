internal import MapReduceEngine
internal import MapReduceModel

/// The format of an input's records: `.csv`, `.tsv`, `.json`, `.fixed(byteCount:)`, `.wholeFiles`.
public struct RecordFormat<Record: ~Copyable & ~Escapable>: Sendable {
    @usableFromInline
    typealias Drive =
        @Sendable (
            TaskContext, (_ record: borrowing Record) throws -> Void
        ) throws -> Void

    let input: InputFormat
    /// The problem with the format, which is an error where the format is used; nil if it is valid.
    let problem: String?
    @usableFromInline let drive: Drive

    /// `drive`: calls a closure with each record of a task.
    init(_ input: InputFormat, drive: @escaping Drive) {
        problem = input.problem(maxRecordByteCount: EngineLimits.maxRecordByteCount)
        self.input = input
        self.drive = drive
    }
}

extension Input {
    /// Returns the records of the files, in a format.
    ///
    ///     input.records(.csv).map { row, emit in emit(try row.int("id"), try row.string("name")) }
    public func records<Record: ~Copyable & ~Escapable>(
        _ format: RecordFormat<Record>
    ) -> Records<Record> {
        Records(name: name, format: format)
    }
}

extension RecordFormat where Record == Span<UInt8> {
    /// Returns a format for records of one length, one directly after another, that closures borrow
    /// as bytes.
    ///
    /// A shorter last record fails the attempt.
    ///
    /// - Parameter byteCount: The length of a record, from 1 byte to 64 MiB; any other value is an
    ///   error when the job is planned.
    /// - Returns: The format, for `records`.
    public static func fixed(byteCount: Int) -> RecordFormat {
        RecordFormat(.fixed(byteCount: byteCount)) { context, body in
            try context.forEachPiece { piece in
                let reader = try context.open {
                    try FixedReader(piece, recordByteCount: byteCount)
                }
                try context.read(reader, of: piece) { record in
                    guard record.count == byteCount else {
                        throw context.recordError(
                            "the last record has \(record.count) bytes, and not \(byteCount)",
                            in: record,
                            at: nil
                        )
                    }
                    try body(Span(_unsafeElements: record.assumingMemoryBound(to: UInt8.self)))
                }
            }
        }
    }

    /// Each file is one record that closures borrow as bytes; `emit.split.path` is its path.
    ///
    /// A file may have at most 256 MiB; an empty file is also a record.
    public static var wholeFiles: RecordFormat {
        RecordFormat(.wholeFiles) { context, body in
            try context.forEachPiece { piece in
                let reader = try context.open { try WholeFileReader(piece) }
                try context.read(reader, of: piece) { record in
                    try body(Span(_unsafeElements: record.assumingMemoryBound(to: UInt8.self)))
                }
            }
        }
    }
}
