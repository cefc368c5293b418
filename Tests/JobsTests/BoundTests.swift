import Foundation
import MapReduceModel
import TestSupport
import Testing

/// Real jobs that are built to be slow for one reason, which their verdict names.
///
/// Sorting, spilling, merging and writing take an optimized build, as the closures of any job that
/// has much to sort take longer than the sorting in one without: `.ci/bounds` runs those.
@Suite(.serialized) struct BoundTests {
    private let directory: TemporaryDirectory
    private static let processorCount = ProcessInfo.processInfo.activeProcessorCount

    init() throws { directory = try TemporaryDirectory() }

    /// Lines of numbers, from `first` on.
    private func numbers(_ name: String, _ first: Int = 0, count: Int) throws -> String {
        try directory.write(name, (first..<first + count).map { "\($0)\n" }.joined())
    }

    /// The last lines of the summary of a run.
    private func bound(_ arguments: [String]) throws -> String {
        let result = try Command.run("boundjob", ["-o", directory("out")] + arguments)
        #expect(result.code == 0, "\(result.errors)")
        let range = try #require(result.errors.range(of: "  bound by "), "\(result.errors)")
        return String(result.errors[range.upperBound...])
    }

    private func gzipped(_ path: String) throws -> String {
        let result = try Command.run("/usr/bin/env", ["gzip", "-1", path])
        #expect(result.code == 0, "\(result.errors)")
        return path + ".gz"
    }

    // MARK: Phases

    @Test func aClosureThatComputes() throws {
        let input = try numbers("in.txt", count: 100)
        let text = try bound([
            input, "--spin", "10000", "--split-size", "40",
            "--workers", "\(Self.processorCount)",
        ])
        #expect(text.hasPrefix("closure: "), "\(text)")
        #expect(text.contains("most of it in map at BoundJob.swift:"), "\(text)")
    }

    @Test func inputThatIsCompressedAndLongToRead() throws {
        let line = String(repeating: "all work and no play makes a dull line. ", count: 2500)
        let path = directory("0.gz")
        let made = try Command.run(
            "/bin/sh",
            ["-c", "yes '\(line)' | head -c 400000000 | gzip -1 > \(path)"]
        )
        #expect(made.code == 0, "\(made.errors)")
        let inputs = try (0..<4).map { index in
            let copy = directory("copy\(index).gz")
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            return copy
        }
        let text = try bound(inputs + ["--keys", "none", "--workers", "2"])
        #expect(text.hasPrefix("reading: "), "\(text)")
    }

    // MARK: Slots that wait

    @Test func aKeyThatHasMostOfThePairs() throws {
        let input = try numbers("in.txt", count: 100)
        let text = try bound([
            input, "--sorting", "--keys", "hot", "--pairs", "200", "--spin-in-reduce", "50",
            "--workers", "2",
        ])
        #expect(text.hasPrefix("skew: "), "\(text)")
        #expect(text.contains("combine(_:), which merges the pairs of key"), "\(text)")
    }

    /// Each task is a line; one of them sleeps.
    @Test func aTaskThatIsSlowForItsInput() throws {
        let input = try directory.write(
            "in.txt",
            (0..<8).map { "line \($0)\n" }.joined()
        )
        let text = try bound([
            input, "--split-size", "7", "--sleep-at", "line 5", "--sleep", "3000",
            "--workers", "2",
        ])
        #expect(text.hasPrefix("stragglers: "), "\(text)")
        #expect(text.contains("task 0.5 (map at BoundJob.swift:"), "\(text)")
        #expect(text.contains("--replay 0.5"), "\(text)")
    }

    @Test(.enabled(if: BoundTests.processorCount > 1, "this machine has one processor"))
    func aSlotTooFew() throws {
        let input = try numbers("in.txt", count: 100)
        let text = try bound([
            input, "--spin", "10000", "--split-size", "40", "--workers", "1",
        ])
        #expect(text.hasPrefix("slots: the only slot was at work"), "\(text)")
        #expect(text.contains("--workers \(Self.processorCount) would save about"), "\(text)")
    }

    @Test(.enabled(if: BoundTests.processorCount > 1, "this machine has one processor"))
    func aTaskTooFew() throws {
        let input = try gzipped(try numbers("in.txt", count: 100))
        let text = try bound([input, "--spin", "20000", "--workers", "2"])
        #expect(text.hasPrefix("tasks: "), "\(text)")
        #expect(text.contains("bgzip"), "\(text)")
    }

    @Test func attemptsThatFail() throws {
        let tokens = directory("tokens")
        try FileManager.default.createDirectory(
            atPath: tokens,
            withIntermediateDirectories: true
        )
        try directory.write("tokens/0", "")
        let result = try Command.run(
            "faultyjob",
            [try directory.write("in.txt", "lantern\n"), "-o", directory("out")]
                + ["--map-at", "lantern", "--fault", "spin", "--task-timeout", "1"]
                + ["--tokens", tokens, "--workers", "1"]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("  bound by retries: "), "\(result.errors)")
    }

    @Test func nothingToDo() throws {
        let input = try numbers("in.txt", count: 10)
        // With a processor for each of many slots that start, this is over before it is judged.
        let result = try Command.run(
            "boundjob",
            [input, "-o", directory("out"), "--workers", "1", "--in-process"]
        )
        #expect(result.errors.contains("  bound by overhead: "), "\(result.errors)")
    }
}
