public import MapReduce

/// Running jobs with one output; `collect(lines:)` is in `MapReduce`.
extension Job {
    /// Runs the job on the given inputs, on threads of this process, and returns the pairs that it
    /// produces.
    ///
    ///     let spent = try Spending().collect(inputs: [
    ///         "users": ["1 ada", "2 bob"],
    ///         "orders": ["1 20", "2 70", "1 5"],
    ///     ])
    ///     #expect(spent == ["ada": 25, "bob": 70])
    ///
    /// Each stage has one task, so the pairs come in one part.
    /// - Throws: `JobError` if the job fails.
    public func collect<Key, Value>(
        inputs: TestInputs
    ) throws -> CollectedPairs<Key, Value> where Output == Pairs<Key, Value> {
        try CollectedPairs(withRunner(inputs) { try $0.run(TestConditions()) }, output: "")
    }

    /// Runs the job under settings that do not affect a correct job, and returns the pairs that it
    /// produces.
    ///
    ///     #expect(try WordCount().check(lines: ["the cat", "the dog"])
    ///         == ["cat": 1, "dog": 1, "the": 2])
    ///
    /// It runs with several tasks, reducers and spills, and each `combine` merges values in many
    /// ways; see `CheckOptions`. The returned pairs come from a run of one task, as with `collect`.
    /// - Throws: `CheckError` if two runs differ or one of them fails; `JobError` if the plainest
    ///   run does.
    @discardableResult
    public func check<Key, Value>(
        lines: [String],
        under options: CheckOptions = CheckOptions()
    ) throws -> CollectedPairs<Key, Value> where Output == Pairs<Key, Value> {
        try check(inputs: .lines(lines), under: options)
    }

    /// Runs the job on the given inputs under settings that do not affect a correct job, and
    /// returns what it produces.
    /// - Throws: `CheckError` if two runs differ or one of them fails; `JobError` if the plainest
    ///   run does.
    @discardableResult
    public func check<Key, Value>(
        inputs: TestInputs,
        under options: CheckOptions = CheckOptions()
    ) throws -> CollectedPairs<Key, Value> where Output == Pairs<Key, Value> {
        try CollectedPairs(withRunner(inputs) { try Check(options).run($0) }, output: "")
    }
}

/// Running jobs with named outputs.
extension Job where Output == Outputs {
    /// Runs the job on the given lines, and returns what it produces.
    ///
    ///     let outputs = try Sorting().collect(lines: ["3 a", "x"])
    ///     let numbers: CollectedPairs<Int, String> = try outputs["numbers"]
    /// - Throws: `JobError` if the job fails.
    public func collect(lines: [String]) throws -> CollectedOutputs {
        try collect(inputs: .lines(lines))
    }

    /// Runs the job on the given inputs, and returns what it produces.
    /// - Throws: `JobError` if the job fails.
    public func collect(inputs: TestInputs) throws -> CollectedOutputs {
        CollectedOutputs(result: try withRunner(inputs) { try $0.run(TestConditions()) })
    }

    /// Runs the job on the given lines under settings that do not affect a correct job, and returns
    /// what it produces.
    /// - Throws: `CheckError` if two runs differ or one of them fails; `JobError` if the plainest
    ///   run does.
    @discardableResult
    public func check(
        lines: [String],
        under options: CheckOptions = CheckOptions()
    ) throws -> CollectedOutputs {
        try check(inputs: .lines(lines), under: options)
    }

    /// Runs the job on the given inputs under settings that do not affect a correct job, and
    /// returns what it produces.
    /// - Throws: `CheckError` if two runs differ or one of them fails; `JobError` if the plainest
    ///   run does.
    @discardableResult
    public func check(
        inputs: TestInputs,
        under options: CheckOptions = CheckOptions()
    ) throws -> CollectedOutputs {
        CollectedOutputs(result: try withRunner(inputs) { try Check(options).run($0) })
    }
}

extension Job {
    fileprivate func withRunner<Result>(
        _ inputs: TestInputs,
        _ body: (CheckRunner) throws -> Result
    ) throws -> Result {
        try CheckRunner.with(
            name: "\(Self.self)",
            inputs: inputs.files,
            sideFiles: inputs.sideFiles,
            pipeline: pipeline,
            body
        )
    }
}

/// The outputs of a job with named outputs.
public struct CollectedOutputs: Sendable {
    let result: CheckResult

    /// The names of the outputs, sorted.
    public var names: [String] { result.outputs.keys.sorted() }

    /// The job's own counters by name.
    public var counters: [String: Int] { result.counters }

    /// The pairs of an output, with the requested types.
    ///
    ///     let counts: CollectedPairs<String, Int> = try outputs["counts"]
    /// - Throws: `JobError` if there is no such output or its pairs have other types.
    public subscript<Key, Value>(name: String) -> CollectedPairs<Key, Value> {
        get throws { try CollectedPairs(result, output: name) }
    }
}
