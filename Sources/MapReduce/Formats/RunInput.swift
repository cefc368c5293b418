internal import MapReduceEngine
internal import MapReduceModel

/// Reading the runs of an earlier job as input.
extension Input {
    /// Returns the pairs of run files that an earlier job wrote with the same types.
    ///
    /// Nothing is parsed, but every block is verified.
    public func pairs<Key: RecordKey, Value: RecordValue>(
        _ key: Key.Type,
        _ value: Value.Type
    ) -> Pairs<Key, Value> {
        let name = self.name
        return Pairs(
            PairsNode { planner, _, makeSink in
                [
                    planner.addStage(readingFilesOf: name, .runs) { context in
                        let sink = try makeSink(context)
                        try context.forEachPair { key, value in
                            sink.add(encodedKey: key, encodedValue: value)
                        } check: { key, value in
                            _ = try Key(record: key)
                            _ = try Value(record: value)
                        }
                        try sink.flush()
                    }
                ]
            }
        )
    }
}

extension TaskContext {
    /// Calls the body with each pair of the runs in the task's split, and throws the error that it
    /// left in `failure`.
    ///
    /// `check`: called with the first pair of each run.
    func forEachPair(
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void,
        check: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try forEachPiece { piece in
            let reader = try open { try PairReader(piece) }
            var isFirst = true
            try read(reader, of: piece) { key in
                do {
                    if isFirst { try check(key, reader.value) }
                    isFirst = false
                    try body(key, reader.value)
                } catch let error as InvalidEncodingError {
                    throw recordError(
                        "the pair has other types than the job reads: \(error)",
                        in: key,
                        at: nil
                    )
                }
            }
        }
    }
}
