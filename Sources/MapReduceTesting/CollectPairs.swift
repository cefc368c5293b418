public import MapReduce

/// Runs verbs on the given pairs, without a job or files, and returns the pairs that they produce.
///
///     let sums = try collect(pairs: [("a", 1), ("b", 2), ("a", 3)]) { $0.combine(+) }
///     #expect(sums == ["a": 4, "b": 2])
///
/// `pipeline`: describes the computation, as a job's `pipeline(_:)` does.
/// - Throws: `JobError` if it fails.
public func collect<Key, Value, NextKey, NextValue>(
    pairs: [(Key, Value)],
    through pipeline: (Pairs<Key, Value>) throws -> Pairs<NextKey, NextValue>,
    file: StaticString = #fileID,
    line: UInt = #line
) throws -> CollectedPairs<NextKey, NextValue> {
    let describe: (Input) throws -> any Dataset = { input in
        try pipeline(input.pairs(0, pairs, file, line))
    }
    return try withRunner([pairs.count], describe) {
        try CollectedPairs($0.run(TestConditions()), output: "")
    }
}

/// Runs verbs on two datasets, such as joins, and returns the pairs that they produce.
///
///     let joined = try collect(pairs: [(1, "ada")], with: [(1, 20), (1, 5)]) { names, cents in
///         names.join(cents) { _, name, cents, emit in emit(name, cents) }
///     }
/// - Throws: `JobError` if it fails.
public func collect<Key, Value, OtherKey, OtherValue, NextKey, NextValue>(
    pairs: [(Key, Value)],
    with others: [(OtherKey, OtherValue)],
    through pipeline: (Pairs<Key, Value>, Pairs<OtherKey, OtherValue>) throws ->
        Pairs<NextKey, NextValue>,
    file: StaticString = #fileID,
    line: UInt = #line
) throws -> CollectedPairs<NextKey, NextValue> {
    let describe: (Input) throws -> any Dataset = { input in
        try pipeline(input.pairs(0, pairs, file, line), input.pairs(1, others, file, line))
    }
    return try withRunner([pairs.count, others.count], describe) {
        try CollectedPairs($0.run(TestConditions()), output: "")
    }
}

/// Runs verbs on the given pairs under settings that do not affect a correct pipeline, and returns
/// the pairs that they produce.
///
///     try check(pairs: [("a", 1), ("a", 2), ("a", 3)]) { $0.combine(-) }     // throws
/// - Throws: `CheckError` if two runs differ or one of them fails; `JobError` if the plainest run
///   does.
@discardableResult
public func check<Key, Value, NextKey, NextValue>(
    pairs: [(Key, Value)],
    under options: CheckOptions = CheckOptions(),
    through pipeline: (Pairs<Key, Value>) throws -> Pairs<NextKey, NextValue>,
    file: StaticString = #fileID,
    line: UInt = #line
) throws -> CollectedPairs<NextKey, NextValue> {
    let describe: (Input) throws -> any Dataset = { input in
        try pipeline(input.pairs(0, pairs, file, line))
    }
    return try withRunner([pairs.count], describe) {
        try CollectedPairs(Check(options).run($0), output: "")
    }
}

/// Runs verbs on two datasets under settings that do not affect a correct pipeline, and returns the
/// pairs that they produce.
/// - Throws: `CheckError` if two runs differ or one of them fails; `JobError` if the plainest run
///   does.
@discardableResult
public func check<Key, Value, OtherKey, OtherValue, NextKey, NextValue>(
    pairs: [(Key, Value)],
    with others: [(OtherKey, OtherValue)],
    under options: CheckOptions = CheckOptions(),
    through pipeline: (Pairs<Key, Value>, Pairs<OtherKey, OtherValue>) throws ->
        Pairs<NextKey, NextValue>,
    file: StaticString = #fileID,
    line: UInt = #line
) throws -> CollectedPairs<NextKey, NextValue> {
    let describe: (Input) throws -> any Dataset = { input in
        try pipeline(input.pairs(0, pairs, file, line), input.pairs(1, others, file, line))
    }
    return try withRunner([pairs.count, others.count], describe) {
        try CollectedPairs(Check(options).run($0), output: "")
    }
}

/// Passes the body a runner whose inputs have a line for each pair, with its index.
private func withRunner<Result>(
    _ counts: [Int],
    _ pipeline: (Input) throws -> any Dataset,
    _ body: (CheckRunner) throws -> Result
) throws -> Result {
    let inputs = counts.enumerated().map { number, count in
        let lines = (0..<count).map { "\($0)\n" }.joined()
        return ("pairs\(number)", [GivenFile(name: "lines", bytes: Array(lines.utf8))])
    }
    return try withoutActuallyEscaping(pipeline) { pipeline in
        try CheckRunner.with(
            name: "pipeline",
            inputs: Dictionary(uniqueKeysWithValues: inputs),
            pipeline: pipeline,
            body
        )
    }
}

extension Input {
    /// Returns the pairs whose indexes are the lines of an input.
    fileprivate func pairs<Key: RecordKey, Value: RecordValue>(
        _ number: Int,
        _ pairs: [(Key, Value)],
        _ file: StaticString,
        _ line: UInt
    ) -> Pairs<Key, Value> {
        self["pairs\(number)"].lines.map(
            { line, emit in
                guard let index = Int(line), pairs.indices.contains(index) else {
                    throw CheckError("a line of a test's own input was changed")
                }
                emit(pairs[index].0, pairs[index].1)
            },
            file: file,
            line: line
        )
    }
}
