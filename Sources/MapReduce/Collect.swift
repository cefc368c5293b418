/// Running a job in the process and comparing the pairs that it produces, for tests.
extension Job {
    /// Runs the job on the given lines, on threads of this process, and returns the pairs that it
    /// produces: for tests.
    ///
    ///     let counts = try WordCount().collect(lines: ["the cat", "the dog"])
    ///     #expect(counts == ["cat": 1, "dog": 1, "the": 2])
    ///
    /// Pairs come part by part, each part in its order; here there is one part. Create a job that
    /// has options with `try MyJob.parse(["--count", "3"])`: one created with `MyJob()` has no
    /// option values to read.
    ///
    /// `MapReduceTesting` runs jobs on several inputs, and under settings that reveal mistakes.
    ///
    /// - Parameters:
    ///   - lines: The lines of the input.
    ///   - files: The contents of the side files that the job requests, by name.
    /// - Returns: The pairs of the job's output.
    /// - Throws: `JobError` if the job fails.
    public func collect<Key, Value>(
        lines: [String],
        files: [String: String] = [:]
    ) throws -> CollectedPairs<Key, Value> where Output == Pairs<Key, Value> {
        let file = GivenFile(name: "lines", bytes: lines.flatMap { Array($0.utf8) + [0x0A] })
        return try CheckRunner.with(
            name: "\(Self.self)",
            inputs: ["": [file]],
            sideFiles: files.mapValues { Array($0.utf8) },
            pipeline: pipeline
        ) { runner in
            try CollectedPairs(runner.run(TestConditions()), output: "")
        }
    }
}

/// The pairs that a job produced, in order.
///
/// Can be compared with a dictionary literal, whose order counts and which may contain a key more
/// than once.
public struct CollectedPairs<Key: RecordKey, Value: RecordValue>: RandomAccessCollection,
    ExpressibleByDictionaryLiteral, Sendable
{
    private let pairs: [(key: Key, value: Value)]
    /// The job's own counters by name; comparisons of pairs ignore them.
    public let counters: [String: Int]

    /// Decodes the pairs of one output.
    /// - Throws: `JobError` if there is no such output or its pairs have other types.
    package init(_ result: CheckResult, output: String) throws {
        guard let found = result.outputs[output] else {
            let names = result.outputs.keys.sorted().joined(separator: ", ")
            throw JobError(.usage, "there is no output \"\(output)\"; there are: \(names)")
        }
        let types = found.types
        guard types.key == Key.self, types.value == Value.self else {
            throw JobError(
                .usage,
                "the output has pairs of \(types.key) and \(types.value), not of \(Key.self) and "
                    + "\(Value.self)"
            )
        }
        pairs = try found.pairs.map { (try Key(record: $0.key), try Value(record: $0.value)) }
        counters = result.counters
    }

    /// Creates the pairs in the given order.
    public init(dictionaryLiteral elements: (Key, Value)...) {
        pairs = elements.map { (key: $0.0, value: $0.1) }
        counters = [:]
    }

    /// The index of the first pair.
    public var startIndex: Int { pairs.startIndex }
    /// The index after the last pair.
    public var endIndex: Int { pairs.endIndex }
    /// The pair at an index.
    public subscript(index: Int) -> (key: Key, value: Value) { pairs[index] }
}

extension CollectedPairs: Equatable where Key: Equatable, Value: Equatable {
    /// Returns whether both have equal pairs in the same order.
    public static func == (a: CollectedPairs, b: CollectedPairs) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    }
}

extension CollectedPairs: CustomStringConvertible {
    /// The pairs as a dictionary literal.
    public var description: String {
        isEmpty ? "[:]" : "[" + map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "]"
    }
}
