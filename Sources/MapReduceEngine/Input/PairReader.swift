package import MapReduceModel

/// Reads all pairs of a run file that is a job's input; a record is the pair's key.
package final class PairReader: RecordReader {
    private let input: InputFile
    private let path: String
    private let run: RunReader
    @exclusivity(unchecked) private var cursor: SegmentCursor
    @exclusivity(unchecked) private var partition = 0

    package init(_ piece: FilePiece) throws {
        path = piece.path
        guard piece.isPlain, piece.offset == 0, piece.byteCount == piece.signature.byteCount else {
            throw EngineError(
                .badInput,
                "\(piece.path) is no run file that can be read whole; is it compressed?"
            )
        }
        input = try InputFile(piece)
        (run, cursor) = try Self.blamingInput(path) {
            let run = try RunReader(path: piece.path)
            return (run, try SegmentCursor(run: run, partition: 0, phase: .read))
        }
    }

    /// The value of the last returned pair, valid as long as its key.
    package var value: UnsafeRawBufferPointer { cursor.value }

    /// The index of the pair in its file, from 0.
    @exclusivity(unchecked) package private(set) var recordOffset = -1

    package func next() throws -> UnsafeRawBufferPointer? {
        while true {
            if try Self.blamingInput(path, { try cursor.next() }) {
                recordOffset &+= 1
                return cursor.key
            }
            guard partition + 1 < run.segments.count else {
                try input.checkUnchanged()
                return nil
            }
            partition += 1
            cursor = try SegmentCursor(run: run, partition: partition, phase: .read)
        }
    }

    /// Reports a failed read as bad input: a run that is an input cannot be recomputed.
    private static func blamingInput<Result>(
        _ path: String,
        _ body: () throws -> Result
    ) throws
        -> Result
    {
        do {
            return try body()
        } catch let error as EngineError where error.kind == .fetchFailed {
            throw EngineError(
                .badInput,
                "\(error.message); is \(path) the output of a job that writes runs?"
            )
        }
    }
}
