import MapReduceEngine
import MapReduceModel
import MapReduceProcess
import TestSupport
import Testing

@testable import MapReduce

/// The sinks that write an output, whatever form a pair comes in and whether it is measured or not.
@Suite struct SinkTests {
    /// Counts how often it is read: twice for each call that is measured.
    private final class Clock {
        var readCount: Int64 = 0

        func now() -> Int64 {
            readCount += 1
            return readCount * 1_000
        }
    }

    /// A task whose stage has one output.
    private struct Task {
        let directory: TemporaryDirectory
        let context: TaskContext
        let clock = Clock()
        let slot = StageOutputSlot(number: 0)

        init(_ output: StageOutput, limits: EngineLimits = EngineLimits()) throws {
            directory = try TemporaryDirectory(inMemory: true)
            let stage = StagePlan(
                id: 0,
                input: .files(name: "", format: .lines),
                steps: [],
                outputs: [output]
            )
            let job = CompiledJob(
                plan: Plan(name: "sinks", stages: [stage]),
                stages: PlannedStages(
                    [PlannedStages.Stage(run: { _ in }, keys: nil, readsStrings: false)],
                    consumers: [],
                    outputs: [[0: 0]],
                    broadcasts: [:]
                ),
                outputTypes: [:]
            )
            let task = TaskID(job: JobID(1), stage: 0, index: 0)
            context = TaskContext(
                spec: TaskSpec(
                    attempt: AttemptID(task: task, number: 0),
                    input: .split(Split(pieces: [])),
                    segments: [],
                    directory: directory("")
                ),
                job: job,
                limits: limits,
                testConditions: nil,
                memory: TaskMemory(),
                recorder: try FlightRecorder(),
                clock: PhaseClock(overhead: 0, now: clock.now)
            )
        }

        /// Adds pairs in all forms in turn.
        /// - Returns: how many calls were measured.
        func add(_ count: Int, to sink: any PairSink<String, String>) throws -> Int {
            let before = clock.readCount
            for number in 0..<count {
                let (key, value) = SinkTests.pair(number)
                let (keyBytes, valueBytes) = (Encoding(key).bytes, Encoding(value).bytes)
                keyBytes.withUnsafeBytes { encodedKey in
                    switch number % 3 {
                    case 0: sink.add(key, value)
                    case 1: sink.add(encodedKey: encodedKey, value)
                    default:
                        valueBytes.withUnsafeBytes {
                            sink.add(encodedKey: encodedKey, encodedValue: $0)
                        }
                    }
                }
            }
            let measured = Int(clock.readCount - before) / 2
            try sink.flush()
            return measured
        }

        /// The pairs of a run, in its order.
        func pairs(ofRun path: String?) throws -> [String] {
            var pairs: [String] = []
            let cursor = try SegmentCursor(
                run: RunReader(path: try #require(path)),
                partition: 0
            )
            while try cursor.next() {
                let (key, value) = (Array(cursor.key), Array(cursor.value))
                pairs.append(try "\(String(record: key)) \(String(record: value))")
            }
            return pairs
        }
    }

    private static let count = 5_000

    private static func pair(_ number: Int) -> (key: String, value: String) {
        ("k\(10_000 + number)", "v\(10_000 + number)")
    }

    private var expected: [String] {
        (0..<Self.count).map { Self.pair($0) }.map { "\($0.key) \($0.value)" }
    }

    /// Some are measured and some are not; a test that has only one of both would show nothing.
    private func expectBoth(_ measured: Int) {
        #expect(0 < measured && measured < Self.count, "\(measured) calls were measured")
    }

    @Test(arguments: [Int.max, 100])
    func aShuffleHasEachPairOnce(_ maxPairCount: Int) throws {
        var limits = EngineLimits()
        limits.maxPairCount = maxPairCount
        let task = try Task(.shuffle(partitionCount: 1), limits: limits)
        defer { task.context.end() }
        let sink = try SortingSink<String, String>(
            context: task.context,
            slot: task.slot,
            partition: .one
        )
        expectBoth(try task.add(Self.count, to: sink))
        let output = try task.context.finishOutputs()
        #expect(output.counters[BuiltInCounter.pairsEmitted] == Self.count)
        #expect(try task.pairs(ofRun: output.run?.path) == expected)
    }

    @Test(arguments: [Int.max, 100])
    func aCombinedShuffleHasEachPairOnce(_ maxPairCount: Int) throws {
        var limits = EngineLimits()
        limits.maxPairCount = maxPairCount
        let task = try Task(.combinedShuffle(partitionCount: 1), limits: limits)
        defer { task.context.end() }
        let sink = try CombiningSink<String, String>(
            context: task.context,
            slot: task.slot,
            partitionCount: 1,
            merge: { $0 + $1 },
            mergeBatch: { _, _, _, _ in }
        )
        expectBoth(try task.add(Self.count, to: sink))
        let output = try task.context.finishOutputs()
        #expect(output.counters[BuiltInCounter.pairsEmitted] == Self.count)
        #expect(try task.pairs(ofRun: output.run?.path) == expected)
    }

    @Test func aTextHasEachPairOnce() throws {
        let text = try written(as: OutputStyle(.tsv))
        #expect(
            String(decoding: text, as: UTF8.self)
                == expected.map { $0.replacing(" ", with: "\t") + "\n" }.joined()
        )
    }

    @Test func csvHasItsHeaderAndEachPairOnce() throws {
        let text = try written(as: OutputStyle(.csv), columns: ["word", "sum"])
        #expect(
            String(decoding: text, as: UTF8.self).replacing("\r\n", with: "\n")
                == (["word,sum"] + expected.map { $0.replacing(" ", with: ",") })
                .map { $0 + "\n" }.joined()
        )
    }

    @Test func binaryHasEachPairOnce() throws {
        let bytes = try written(as: OutputStyle(.binary))
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == expected.map { $0.replacing(" ", with: "") }.joined()
        )
    }

    @Test func aFileOfPairsHasEachPairOnce() throws {
        let task = try Task(.files(name: ""))
        defer { task.context.end() }
        let path = try write(task, OutputStyle(.run), nil)
        #expect(try task.pairs(ofRun: path) == expected)
    }

    private func written(as style: OutputStyle, columns: [String]? = nil) throws -> [UInt8] {
        let task = try Task(.files(name: ""))
        defer { task.context.end() }
        return try Files.read(try write(task, style, columns))
    }

    /// Writes all pairs.
    /// - Returns: the path of the part.
    private func write(_ task: Task, _ style: OutputStyle, _ columns: [String]?) throws -> String {
        let layout = try OutputLayout<String, String>(PartStyle(style), columns: columns)
        let sink = try layout.makeSink(task.context, task.slot)
        expectBoth(try task.add(Self.count, to: sink))
        let part = try #require(try task.context.finishOutputs().parts.first)
        #expect(part.recordCount == Self.count)
        return part.path
    }
}
