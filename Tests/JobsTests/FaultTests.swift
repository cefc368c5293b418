import Foundation
import TestSupport
import Testing

/// What happens when a closure, a task process or the driver itself comes to grief: with real
/// processes and real signals.
@Suite struct FaultTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }
    private let text = sampleTexts[1]

    init() throws { directory = try TemporaryDirectory() }

    private func tokens(_ count: Int) throws -> String {
        try FileManager.default.createDirectory(
            atPath: directory("tokens"),
            withIntermediateDirectories: true
        )
        for number in 0..<count { try directory.write("tokens/\(number)", "") }
        return directory("tokens")
    }

    private func correctOutput() throws -> [String] {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", directory("correct"), "-q", "--reducers", "2"]
        )
        #expect(result.code == 0)
        return try outputLines(directory("correct"))
    }

    @Test(arguments: ["trap", "throw", "exit", "kill"], ["--map-at", "--reduce-at"])
    func aTaskThatFailsRunsAgain(_ fault: String, _ place: String) throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--reducers", "2", place, "lantern", "--fault", fault]
                + ["--tokens", try tokens(2)]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("retries: 2"))
        #expect(try outputLines(out) == correctOutput())
    }

    /// The sum of a key does not fit before the shuffle: the report has the key.
    @Test(arguments: ["dog", "a dog whose name is longer than fits a slot of the table"])
    func aTrapOfAMergeHasItsKey(_ line: String) throws {
        let input = try directory.write("in.txt", "cat\n\(line)\ncat\n")
        let job = ["-o", out, "--map-at", "dog", "--max-attempts", "1", "--fault"]
        let result = try Command.run("faultyjob", [input] + job + ["overflow"])
        #expect(result.code == 1)
        // A sanitizer ends the process in its own way.
        #expect(isSanitized || result.errors.contains("arithmetic overflow"), "\(result.errors)")
        #expect(result.errors.contains("\n  key: \"\(line)\""), "\(result.errors)")
        // It is forgotten where a closure is called for a record.
        let trap = try Command.run("faultyjob", [input] + job + ["trap", "--emit-first"])
        #expect(trap.errors.contains("\n  record: ") && !trap.errors.contains("\n  key: "))
    }

    private func skipping(_ most: Int, _ fault: String) throws -> CommandResult {
        let input = try directory.write("in.txt", "good\nbad one\nfine\nbad two\nlast\n")
        return try Command.run(
            "faultyjob",
            [input, "-o", out, "--reducers", "1", "--map-at", "bad", "--fault", fault]
                + ["--max-bad-records", "\(most)"]
        )
    }

    @Test(arguments: ["trap", "throw"])
    func badRecordsArePassedOverAndKept(_ fault: String) throws {
        let result = try skipping(2, fault)
        #expect(result.code == 0, "\(result.errors)")
        #expect(try outputLines(out) == ["fine\t1", "good\t1", "last\t1"])
        #expect(result.errors.contains("bad records, passed over: 2"))
        let lines = try readText(out + "/_bad/records.jsonl").split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains(#""bytes":"bad one""#) && lines[0].contains(#""offset":5"#))
        #expect(lines[1].contains(#""bytes":"bad two""#) && lines[1].contains("the test asked"))
        // The output, bad records included, is one that can be replaced.
        let again = try Command.run("faultyjob", [text, "-o", out, "-q", "--overwrite"])
        #expect(again.code == 0, "\(again.errors)")
        #expect(!(try directory.names(in: "out").contains("_bad")))
    }

    @Test func moreBadRecordsThanAllowedEndTheJob() throws {
        let result = try skipping(1, "throw")
        #expect(result.code == 1)
        #expect(result.errors.contains("more bad records than the 1 allowed"))
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test func aTaskThatAlwaysFailsEndsTheJob() throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--max-attempts", "3"]
        )
        #expect(result.code == 1)
        let attempts = result.errors.components(separatedBy: "attempt 3").count - 1
        #expect(attempts == 2, "once when it failed and once in the report")
        #expect(!result.errors.contains("attempt 4"))
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test(.disabled(if: isSanitized, "a sanitizer ends the handler that writes the backtrace"))
    func aCrashExplainsItself() throws {
        let lines = try readText(text).split(separator: "\n")
        let number = try #require(lines.firstIndex { $0.contains("lantern") })
        let offset = lines[..<number].reduce(0) { $0 + $1.utf8.count + 1 }
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--max-attempts", "1", "--workers", "1"]
        )
        for part in [
            "Fatal error: the test asked for it",
            "at \(text) at byte \(offset) (record \(number + 1))",
            "record: \"\(lines[number])\"", "map at FaultyJob.swift:", "FaultyJob.misbehave(_:)",
            "signal",
        ] {
            #expect(result.errors.contains(part), "\(part) is not in \(result.errors)")
        }
    }

    @Test func aCrashInAReducerNamesTheKey() throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--reduce-at", "lantern", "--max-attempts", "1"]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("\n  key: \"lantern\""))
        #expect(result.errors.contains("reduce at FaultyJob.swift:"))
    }

    /// What runs the closure is gone, and only its type knows how a key is written.
    @Test func aCrashAtAKeyThatIsNotTextShowsItAsItsTypeDoes() throws {
        let input = try directory.write("pairs", "a 1\nb 5\n")
        let result = try Command.run(
            "verbsjob",
            [input, "-o", out, "--verb", "trap-at-pair", "--max-attempts", "1"]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("\n  key: 5, \"b\"\n"), "\(result.errors)")
        #expect(!result.errors.contains("record:"), "\(result.errors)")
    }

    @Test func aTrapAfterASecondPassSaysWhyItCame() throws {
        let input = try directory.write("pairs", "a 1\na 5\n")
        let result = try Command.run(
            "verbsjob",
            [input, "-o", out, "--verb", "trap-after-second-pass", "--max-attempts", "1"]
        )
        #expect(result.code == 1)
        let message = "the values of the key \"a\" are gone through a second time"
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.errors.contains("; then the task process crashed"), "\(result.errors)")
    }

    @Test func aSkewedKeyIsShownAsItsTypeDoes() throws {
        let input = try directory.write("pairs", "a 1\nb 2\n")
        let report = directory("report.html")
        let result = try Command.run(
            "verbsjob",
            [input, "-o", out, "--verb", "skew", "--reducers", "2", "--report", report]
        )
        #expect(result.code == 0)
        #expect(result.errors.contains("skew: key 7, 5 has 99% of the pairs"), "\(result.errors)")
        #expect(try readText(report).contains("\"key\":\"7, 5\""))
    }

    @Test func whatClosuresPrintGoesToTheLog() throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", "-", "-q", "--map-at", "lantern", "--fault", "print"]
        )
        #expect(result.code == 0)
        #expect(!(result.output + result.errors).contains("a closure prints"))
    }

    /// Processes whose command line names this test's directory.
    private func processes() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int(name) != nil,
                let line = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(name)/cmdline"))
            else { return false }
            // A zombie has no command line.
            return String(decoding: line, as: UTF8.self).contains(directory.path)
        }
    }

    private func startHanging() throws -> Command {
        let job = try Command(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--fault", "hang", "-v", "--workers", "2"]
        )
        try job.start()
        #expect(
            try eventually {
                try job.errorsSoFar.contains("started") && processes().count >= 2
            }
        )
        return job
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func anInterruptedJobStopsAtOnceAndLeavesNothing(_ signal: Int32) throws {
        let job = try startHanging()
        job.send(signal)
        let result = try job.wait()
        #expect(result.code == 128 + signal && !result.wasSignaled)
        #expect(!FileManager.default.fileExists(atPath: out))
        #expect(try eventually { try processes().isEmpty })
    }

    @Test func anInterruptEndsTheWaitForStandardInput() throws {
        let pipe = directory("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let job = try Command("faultyjob", [pipe, "-o", out])
        try job.start()
        let spooled = out + "/_temporary/scratch"
        let isWaiting = try eventually {
            guard FileManager.default.fileExists(atPath: spooled) else { return false }
            return try directory.names(in: "out/_temporary/scratch").contains {
                $0.hasPrefix("pipe")
            }
        }
        #expect(isWaiting)
        job.send(SIGINT)
        #expect(try job.wait().code == 130)
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test func aKilledDriverLeavesNoProcessesAndTheNextRunCleansUp() throws {
        let job = try startHanging()
        job.send(SIGKILL)
        _ = try job.wait()
        #expect(try eventually { try processes().isEmpty }, "task processes notice")
        #expect(try directory.names(in: "out") == ["_temporary"])
        let next = try Command.run("faultyjob", [text, "-o", out, "--reducers", "2"])
        #expect(next.code == 0, "\(next.errors)")
        #expect(try outputLines(out) == correctOutput())
        #expect(!(try directory.names(in: "out").contains("_temporary")))
    }

    @Test func aTaskProcessThatIsKilledIsReplaced() throws {
        let job = try Command(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--fault", "hang", "--workers", "1"]
                + ["--tokens", try tokens(1)]
        )
        try job.start()
        #expect(try eventually { try directory.names(in: "tokens").isEmpty })
        let driver = job.processID
        for name in try processes() where Int32(name) != driver {
            kill(Int32(name) ?? 0, SIGKILL)
        }
        let result = try job.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("retries: 1"))
    }

    /// A map's run rots on the disk while a reducer waits: the map runs again.
    @Test(arguments: ["damaged", "deleted"])
    func aRunThatCannotBeReadIsWrittenAgain(_ how: String) throws {
        let job = try Command(
            "faultyjob",
            [text, "-o", out, "--reduce-at", "lantern", "--fault", "hang", "--reducers", "2"]
                + ["--workers", "1", "--tokens", try tokens(1)]
        )
        try job.start()
        #expect(try eventually { try directory.names(in: "tokens").isEmpty })
        let run = out + "/_temporary/scratch/job1-stage0-task0-attempt0/output.run"
        if how == "deleted" {
            unlink(run)
        } else {
            var bytes = try readFile(run)
            bytes[bytes.count / 2] ^= 1
            // A new file, as the hanging reducer has the old one open.
            unlink(run)
            try Data(bytes).write(to: URL(fileURLWithPath: run))
        }
        let driver = job.processID
        for name in try processes() where Int32(name) != driver {
            kill(Int32(name) ?? 0, SIGKILL)
        }
        let result = try job.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains(run))
        #expect(try outputLines(out) == correctOutput())
    }

    @Test func aSecondRunWithTheSameOutputIsRefused() throws {
        let job = try startHanging()
        let second = try Command.run("faultyjob", [text, "-o", out])
        #expect(second.code == 2)
        #expect(second.errors.contains("another run is writing"))
        job.send(SIGINT)
        _ = try job.wait()
    }
}
