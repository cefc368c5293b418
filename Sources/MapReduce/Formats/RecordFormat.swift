internal import MapReduceEngine
internal import MapReduceModel

/// What the records of an input are: `.csv`, `.tsv`, `.json`, `.fixed(byteCount:)`, `.wholeFiles`.
public struct RecordFormat<Record: ~Copyable & ~Escapable>: Sendable {
    @usableFromInline
    typealias Drive =
        @Sendable (
            TaskContext, (_ record: borrowing Record) throws -> Void
        ) throws -> Void

    let input: InputFormat
    /// What is wrong with the format, which is an error where it is used; nil if nothing is.
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
    /// The records of the files, in a format.
    ///
    ///     input.records(.csv).map { row, emit in emit(try row.int("id"), try row.string("name")) }
    public func records<Record: ~Copyable & ~Escapable>(
        _ format: RecordFormat<Record>
    ) -> Records<Record> {
        Records(name: name, format: format)
    }
}

extension RecordFormat where Record == Span<UInt8> {
    /// Records of one length, one after another, lent as bytes.
    ///
    /// A last record that is shorter fails the attempt.
    ///
    /// `byteCount`: from 1 to 64 MiB; anything else is an error when the job is planned.
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

    /// Each file is one record, lent as bytes; `emit.split.path` tells its path.
    ///
    /// A file has at most 256 MiB; an empty one is a record too.
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
