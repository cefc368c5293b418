import Foundation
import TestSupport
import Testing

/// Records at which a closure throws are tried twice in place, and skipped, with nothing of them in
/// the output: with real processes.
@Suite struct BadRecordTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }

    init() throws { directory = try TemporaryDirectory() }

    /// Every tenth of so many lines is a bad one.
    private func input(_ count: Int = 6_000) throws -> String {
        let lines = (0..<count).map { number in
            "w\(number % 7) line\(number)" + (number % 10 == 3 ? " bad\n" : "\n")
        }
        return try directory.write("in.txt", lines.joined())
    }

    private func good(_ count: Int = 6_000) -> [Int] { (0..<count).filter { $0 % 10 != 3 } }

    private func run(_ arguments: [String], _ count: Int = 600) throws -> CommandResult {
        try Command.run(
            "faultyjob",
            [try input(), "-o", out, "--map-at", "bad", "--fault", "throw"]
                + ["--max-bad-records", "\(count)"] + arguments
        )
    }

    /// However a record's emissions are collected, and whether it emits before it throws.
    @Test(arguments: [[], ["--emit-first"]], [[], ["--sorting"], ["--in-process"]])
    func hundredsOfBadRecordsRestartNothing(_ emits: [String], _ how: [String]) throws {
        let cut = ["--workers", "2", "--reducers", "2", "--split-size", "30000"]
        let result = try run(cut + emits + how + ["--report", directory("report.html")])
        #expect(result.code == 0, "\(result.errors)")
        #expect(!result.errors.contains("retries"), "\(result.errors)")
        #expect(result.errors.contains("bad records, passed over: 600"))
        var counts: [String: Int] = [:]
        for number in good() {
            counts["w\(number % 7)", default: 0] += 1
            counts["line\(number)"] = 1
        }
        #expect(try outputLines(out).sorted() == counts.map { "\($0.key)\t\($0.value)" }.sorted())
        let kept = try readText(out + "/_bad/records.jsonl").split(separator: "\n")
        #expect(kept.count == 600)
        #expect(kept.allSatisfy { $0.contains("the test asked for an error") })
        #expect(Set(kept).count == 600)
        if emits.isEmpty { return }
        #expect(result.errors.contains("  lines: 5,400\n"), "\(result.errors)")
    }

    /// Of a job that only maps, to the byte: also where parts are written as they are emitted.
    @Test(arguments: ["tsv", "csv", "json", "run"], [[], ["--emit-first"]])
    func partsHaveNothingOfBadRecords(_ format: String, _ emits: [String]) throws {
        let result = try run(["--map-only", "--format", format, "--workers", "1"] + emits)
        #expect(result.code == 0, "\(result.errors)")
        let clean = try directory.write(
            "clean.txt",
            good().map { "w\($0 % 7) line\($0)\n" }.joined()
        )
        let wanted = try Command.run(
            "faultyjob",
            [clean, "-o", directory("want"), "--map-only", "--format", format, "--workers", "1"]
        )
        #expect(wanted.code == 0, "\(wanted.errors)")
        let parts = try directory.names(in: "want").filter { $0.hasPrefix("part-") }
        #expect(!parts.isEmpty)
        for part in parts {
            #expect(try readFile(out + "/" + part) == readFile(directory("want/") + part))
        }
    }

    /// A few pairs fill the memory, so what a bad record emitted would be spilled.
    @Test(arguments: [[], ["--sorting"]])
    func spillsHaveNothingOfBadRecords(_ how: [String]) throws {
        let result = try run(how + ["--emit-first", "--memory", "1M", "--reducers", "1"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(try outputLines(out).count == 5_400 + 7)
    }

    @Test(arguments: [[], ["--emit-first"]])
    func oneMoreThanAllowedEndsTheJobAndIsNamed(_ emits: [String]) throws {
        // In one task, and in several.
        for size in ["128M", "3000"] {
            let result = try run(emits + ["--split-size", size, "--workers", "1"], 599)
            #expect(result.code == 1, "\(result.errors)")
            #expect(result.errors.contains("there are more bad records than the 599 allowed"))
            #expect(result.errors.contains("the test asked for an error"))
            #expect(result.errors.contains("in.txt at byte"), "\(result.errors)")
            #expect(!FileManager.default.fileExists(atPath: out))
        }
    }

    @Test func repeatedLinesAreSummedUp() throws {
        let result = try run([])
        let lines = result.errors.split(separator: "\n").filter { $0.hasSuffix("is passed over") }
        #expect(lines.count == 5, "\(result.errors)")
        #expect(result.errors.contains("… and 595 more records of stage 0 passed over\n"))
        let verbose = try run(["--verbose", "--overwrite"])
        let all = verbose.errors.split(separator: "\n").filter { $0.hasSuffix("is passed over") }
        #expect(all.count == 600)
        #expect(!verbose.errors.contains("…"))
    }

    /// A record that fails once and then does not is not bad.
    @Test func whatFailsOnceIsTriedAgain() throws {
        try FileManager.default.createDirectory(
            atPath: directory("tokens"),
            withIntermediateDirectories: true
        )
        try directory.write("tokens/1", "")
        let result = try run(["--tokens", directory("tokens"), "--emit-first"], 1)
        #expect(result.code == 0, "\(result.errors)")
        #expect(!result.errors.contains("passed over") && !result.errors.contains("retries"))
        #expect(result.errors.contains("  lines: 6,000\n"), "\(result.errors)")
    }

    /// Several stages read the record; it counts once against the limit, and is kept once.
    @Test func aRecordThatSeveralStagesReadCountsOnce() throws {
        let input = try directory.write("points", "0,0\n0,2\nnan,1\n10,10\n10,12\n")
        let result = try Command.run(
            "kmeans",
            [input, "--k", "2", "--max-bad-records", "1", "--reducers", "1", "-o", out]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(try outputLines(out) == ["0\t2\t[0.0,1.0]", "1\t2\t[10.0,11.0]"])
        #expect(try readText(out + "/_bad/records.jsonl").split(separator: "\n").count == 1)
        #expect(!result.errors.contains("retries"))
    }

    /// What one record emits beyond the memory of a task is handed on, so it costs attempts.
    @Test func aRecordThatEmitsMoreThanTheMemoryIsSkippedByTheNextAttempt() throws {
        let words = (0..<200_000).map { "word\($0)" }.joined(separator: " ")
        let input = try directory.write("in.txt", "good\nbad \(words)\nfine\n")
        let result = try Command.run(
            "faultyjob",
            [input, "-o", out, "--map-at", "bad", "--fault", "throw", "--emit-first"]
                + ["--max-bad-records", "1", "--memory", "1M", "--reducers", "1", "--sorting"]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(try outputLines(out) == ["fine\t1", "good\t1"])
        #expect(result.errors.contains("retries: 2"), "\(result.errors)")
    }
}
