import MapReduceEngine
import MapReduceModel
import MapReduceProcess
import TestSupport
import Testing

@testable import MapReduce

/// What attempts say that their time went into: jobs that are bound by one phase, each by a wide
/// margin.
@Suite(.serialized) struct TaskTimesTests {
    /// An attempt that succeeded, with the seconds that passed meanwhile.
    private struct Attempt {
        let output: TaskOutput
        let wall: Double

        var phases: [(name: String, time: Float)] {
            let times = output.times
            return [
                ("read", times.read), ("closure", times.closure), ("sort", times.sort),
                ("spill", times.spill), ("merge", times.merge), ("write", times.write),
                ("commit", times.commit),
            ]
        }

        /// But for the commit: how long a disk takes to sync is up to all who use it.
        var longest: String {
            phases.filter { $0.name != "commit" }.max { $0.time < $1.time }?.name ?? ""
        }

        var sum: Double { phases.reduce(0) { $0 + Double($1.time) } }
    }

    /// Runs the attempts of a job of one or two stages on this thread, one map and one reduce.
    private func run<Key: RecordKey, Value: RecordValue>(
        _ text: String,
        limits: EngineLimits = EngineLimits(),
        style: OutputStyle = OutputStyle(.lines),
        segmentCount: Int = 4,
        tellsPartitions: Bool = false,
        _ pipeline: (Input) -> Pairs<Key, Value>
    ) throws -> [Attempt] {
        let directory = try TemporaryDirectory(inMemory: true)
        let path = try directory.write("input.txt", text)
        let planner = Planner(reducerCount: 2, outputStyle: style)
        try pipeline(Input(files: SideFiles([:]))).plan(
            into: OutputPlanner(planner: planner, name: "")
        )
        let program = try planner.finish(name: "timed")
        let runner = TaskRunner(job: program, limits: limits, recorder: try FlightRecorder())
        var attempts: [Attempt] = []
        for stage in program.plan.stages.indices {
            let piece = try InputFiles.inspect(path).wholePiece
            let run = attempts.last?.output.run?.path
            let spec = TaskSpec(
                attempt: AttemptID(
                    task: TaskID(job: JobID(1), stage: stage, index: 0),
                    number: 0
                ),
                input: stage == 0 ? .split(Split(pieces: [piece])) : .partition(0),
                segments: run.map { run in
                    // Several, so that they are merged.
                    [Array(repeating: Segment(run: run, partition: 0), count: segmentCount)]
                } ?? [],
                directory: directory("attempt\(stage)"),
                tellsPartitions: tellsPartitions
            )
            let begin = ContinuousClock.now
            let report = runner.run(spec)
            let wall = (ContinuousClock.now - begin) / .seconds(1)
            guard case .succeeded(let output) = report.outcome else {
                Issue.record("\(report.outcome)")
                return attempts
            }
            attempts.append(Attempt(output: output, wall: wall))
        }
        for attempt in attempts { checkSum(attempt) }
        return attempts
    }

    /// The phases are all of the time, and no more; what was measured is a time.
    private func checkSum(_ attempt: Attempt) {
        for (name, time) in attempt.phases {
            #expect(time >= 0 && time.isFinite, "\(name): \(attempt.output.times)")
        }
        #expect(
            attempt.sum <= attempt.wall * 1.000_01,
            "\(attempt.output.times) of \(attempt.wall)"
        )
        #expect(attempt.output.times.fetch == 0)
        #expect(attempt.output.times.cpu >= 0)
    }

    private func lines(_ count: Int, _ beginning: String = "") -> String {
        var text = ""
        var key: UInt64 = 1
        for _ in 0..<count {
            key = key &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text += beginning + String(key, radix: 36) + "\n"
        }
        return text
    }

    private func expect(_ phase: String, _ attempt: Attempt?) {
        #expect(attempt?.longest == phase, "\(String(describing: attempt))")
    }

    @Test func aClosureThatComputes() throws {
        let attempts = try run(lines(500)) { input -> Pairs<String, Int> in
            let pairs: Pairs<String, Int> = input.lines.map { line, emit in
                let begin = PhaseClock.ofThread
                while PhaseClock.ofThread - begin < 200_000 {}
                emit(line, 1)
            }
            return pairs.combine(+)
        }
        expect("closure", attempts.first)
        let times = try #require(attempts.first?.output.times)
        #expect(times.closure > 0.09 && times.cpu > 0.09, "500 lines of 0.2 ms: \(times)")
    }

    @Test func aCombineClosureThatComputes() throws {
        let attempts = try run(lines(1) + lines(1) + String(repeating: "a\n", count: 1_000)) {
            input -> Pairs<String, Int> in
            let pairs: Pairs<String, Int> = input.lines.map { line, emit in emit(line, 1) }
            return pairs.combine { a, b in
                let begin = PhaseClock.ofThread
                while PhaseClock.ofThread - begin < 100_000 {}
                return a + b
            }
        }
        expect("sort", attempts.first)
    }

    /// Keys that begin alike are compared as a whole.
    @Test func manySmallRecords() throws {
        let attempts = try run(lines(100_000, "the same for all ")) { input -> Pairs<String, Int> in
            let pairs: Pairs<String, Int> = input.lines.map { line, emit in emit(line, 1) }
            return pairs.reduce { key, values, emit in emit(key, values.count()) }
        }
        expect("sort", attempts.first)
        let times = try #require(attempts.last?.output.times)
        #expect(times.merge > 0 && times.write > 0, "\(times)")
    }

    @Test func littleMemory() throws {
        var limits = EngineLimits()
        limits.maxPairCount = 100
        limits.mergeWidth = 2
        let attempts = try run(lines(10_000), limits: limits, segmentCount: 32) {
            input -> Pairs<String, Unit> in
            let pairs: Pairs<String, Unit> = input.lines.map { line, emit in emit(line, Unit()) }
            return pairs.reduce { key, _, emit in emit(key, Unit()) }
        }
        #expect(attempts.first?.output.counters[BuiltInCounter.spills] == 99)
        expect("spill", attempts.first)
        // 32 segments, two at a time.
        #expect(attempts.last?.output.counters[BuiltInCounter.mergePasses] == 4)
        expect("merge", attempts.last)
    }

    @Test func longLinesOfWhichLittleIsUsed() throws {
        let line = String(repeating: "0123456789abcdef", count: 1 << 17) + "\n"
        let attempts = try run(String(repeating: line, count: 32)) {
            input -> Pairs<Int, Unit> in
            input.lines.map { line, emit in emit(line.count, Unit()) }
        }
        expect("read", attempts.first)
    }

    @Test func muchCompressedOutput() throws {
        // Made once: a sanitizer slows down the closure, and not zlib.
        let value = String(repeating: "abcdefghijkl", count: 2_000)
        let attempts = try run(
            lines(500),
            style: OutputStyle(.lines, .gzip)
        ) { input -> Pairs<String, String> in
            input.lines.map { line, emit in
                emit(try String(utf8: line), value)
            }
        }
        expect("write", attempts.first)
    }

    @Test func partitionsAreToldIfAskedFor() throws {
        for asked in [false, true] {
            let attempts = try run(lines(1_000), tellsPartitions: asked) {
                input -> Pairs<String, Int> in
                let pairs: Pairs<String, Int> = input.lines.map { line, emit in emit(line, 1) }
                return pairs.combine(+)
            }
            let map = try #require(attempts.first?.output)
            #expect(map.partitionByteCounts.count == (asked ? 2 : 0))
            guard asked else { continue }
            let shuffled = map.counters[BuiltInCounter.bytesShuffled]
            #expect(map.partitionByteCounts.reduce(0, +) == shuffled)
            #expect(map.partitionByteCounts.allSatisfy { $0 > 1_000 })
            // The first one was read four times.
            let received = attempts.last?.output.counters[BuiltInCounter.bytesReceived]
            #expect(received == map.partitionByteCounts[0] * 4)
            #expect(attempts.last?.output.partitionByteCounts == [])
        }
    }
}
