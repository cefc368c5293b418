internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel

extension Job {
    /// Runs the job on these lines, on threads of this process, and returns what it produces: for
    /// tests.
    ///
    ///     let counts = try WordCount().collect(lines: ["the cat", "the dog"])
    ///     #expect(counts == ["cat": 1, "dog": 1, "the": 2])
    ///
    /// Pairs come part by part, each in its order; there is one part. A job with options is made
    /// with `try MyJob.parse(["--count", "3"])`, as one made with `MyJob()` has none to read.
    /// - Throws: `JobError` when the job fails.
    public func collect<Key, Value>(
        lines: [String]
    ) throws -> CollectedPairs<Key, Value> where Output == Pairs<Key, Value> {
        var settings = RunSettings(workerCount: 1, reducerCount: 1)
        settings.limits.memoryByteCount = 16 << 20
        settings.inProcess = true
        settings.maxAttempts = 1
        let scratch = try ScratchDirectory(below: RunDirectories.temporaryBase)
        do {
            let pairs: CollectedPairs<Key, Value> = try run(
                lines,
                settings: settings,
                scratch: scratch.path
            )
            try scratch.remove()
            return pairs
        } catch let error as JobFailed {
            // Its thread goes on, and may still write there.
            throw error.error()
        } catch {
            try scratch.remove()
            throw error
        }
    }

    private func run<Key, Value>(
        _ lines: [String],
        settings: RunSettings,
        scratch: String
    ) throws -> CollectedPairs<Key, Value> {
        let path = scratch + "/lines"
        try Files.write(lines.map { $0 + "\n" }.joined(), toNew: path)
        let file = try InputFiles.inspect(path)
        let program = try program(
            name: "\(Self.self)",
            settings: settings,
            outputStyle: OutputStyle(.run)
        )
        let splits = try program.plan.stages.map { stage -> [Split] in
            guard case .files(_, let format) = stage.input else { return [] }
            return try SplitPlanner.splits(
                of: [file],
                format: format,
                splitByteCount: settings.splitByteCount,
                slotCount: 1
            )
        }
        let runner = try LocalRunner(
            program: program,
            settings: settings,
            directories: RunDirectories(output: nil, scratch: scratch),
            signals: nil,
            display: SilentDisplay()
        )
        let job = try runner.run(
            JobSubmission(
                id: JobID(1),
                plan: program.plan,
                splits: splits,
                maxAttempts: settings.maxAttempts
            )
        )
        try job.checkSucceeded()
        var pairs: [(key: Key, value: Value)] = []
        for part in job.publishedOutputs.flatMap(\.parts) {
            let cursor = try SegmentCursor(run: RunReader(path: part.path), partition: 0)
            while try cursor.next() {
                pairs.append((try Key(record: cursor.key), try Value(record: cursor.value)))
            }
        }
        return CollectedPairs(pairs)
    }
}

/// The pairs that a job produced, in their order.
///
/// Compares with a dictionary literal, whose order counts, and which may have a key more than once.
public struct CollectedPairs<Key: RecordKey, Value: RecordValue>: RandomAccessCollection,
    ExpressibleByDictionaryLiteral, Sendable
{
    private let pairs: [(key: Key, value: Value)]

    init(_ pairs: [(key: Key, value: Value)]) { self.pairs = pairs }

    /// Pairs in this order.
    public init(dictionaryLiteral elements: (Key, Value)...) {
        pairs = elements.map { (key: $0.0, value: $0.1) }
    }

    /// The index of the first pair.
    public var startIndex: Int { pairs.startIndex }
    /// The index behind the last pair.
    public var endIndex: Int { pairs.endIndex }
    /// The pair at an index.
    public subscript(index: Int) -> (key: Key, value: Value) { pairs[index] }
}

extension CollectedPairs: Equatable where Key: Equatable, Value: Equatable {
    /// Whether both have equal pairs in the same order.
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
