import Foundation
import TestSupport
import Testing

/// Closures that make no progress, and some that only seem so; memory that runs out.
@Suite struct HangTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }
    private let text = sampleTexts[1]

    init() throws { directory = try TemporaryDirectory() }

    @Test(
        .disabled(if: isSanitized, "a sanitizer ends the handler that writes the backtrace"),
        arguments: ["hang", "spin"]
    )
    func aClosureThatHangsIsStoppedAndExplained(_ fault: String) throws {
        let lines = try readText(text).split(separator: "\n")
        let number = try #require(lines.firstIndex { $0.contains("lantern") })
        let offset = lines[..<number].reduce(0) { $0 + $1.utf8.count + 1 }
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--fault", fault, "--max-attempts", "2"]
                + ["--task-timeout", "1", "--workers", "1"]
        )
        #expect(result.code == 1)
        for part in [
            "the job failed at stage 0, task 0, attempt 2 (map at FaultyJob.swift:",
            "the closure made no progress for 1 s (--task-timeout)",
            "at \(text) at byte \(offset) (record \(number + 1))", "record: \"\(lines[number])\"",
            "closure #1 in FaultyJob.pipeline(_:) at ", "--replay 0.0",
        ] {
            #expect(result.errors.contains(part), "\(part) is not in \(result.errors)")
        }
        // A loop of the program's own is seen itself; the C library hides who called it.
        if fault == "spin" { #expect(result.errors.contains("FaultyJob.spin() at ")) }
        #expect(!result.errors.contains("TaskContext"), "the engine's frames are left out")
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test(.disabled(if: isSanitized, "a sanitizer ends the handler that writes the backtrace"))
    func aHangInAReducerNamesTheKey() throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--reduce-at", "lantern", "--fault", "spin", "--max-attempts", "1"]
                + ["--task-timeout", "1"]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("no progress for 1 s"))
        #expect(result.errors.contains("\n  key: \"lantern\""))
        #expect(result.errors.contains("(reduce at FaultyJob.swift:"))
        #expect(result.errors.contains("closure #2 in FaultyJob.pipeline(_:) at "))
        #expect(result.errors.contains("--replay 1."))
    }

    /// What a hung attempt leaves is none of the next one's business.
    @Test func aHangThatIsChanceIsGoneInTheNextAttempt() throws {
        try FileManager.default.createDirectory(
            atPath: directory("tokens"),
            withIntermediateDirectories: true
        )
        try directory.write("tokens/0", "")
        let arguments = [text, "--reducers", "2", "-o"]
        let result = try Command.run(
            "faultyjob",
            arguments + [out, "--map-at", "lantern", "--fault", "spin", "--task-timeout", "2"]
                + ["--tokens", directory("tokens")]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("retries: 1"))
        let correct = try Command.run("faultyjob", arguments + [directory("correct"), "-q"])
        #expect(correct.code == 0)
        #expect(try outputLines(out) == outputLines(directory("correct")))
    }

    /// A group takes longer than the timeout, and each of its values does not.
    @Test func aGroupThatIsReadSlowlyIsNoHang() throws {
        let result = try Command.run(
            "faultyjob",
            [text, text, text, "-o", out, "--reduce-at", "lantern", "--fault", "slow", "-q"]
                + ["--task-timeout", "2", "--max-attempts", "1"]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors == "")
    }

    @Test func recordsThatHangArePassedOverAndKept() throws {
        let input = try directory.write("in.txt", "good\nbad one\nfine\nbad two\nlast\n")
        let result = try Command.run(
            "faultyjob",
            [input, "-o", out, "--reducers", "1", "--map-at", "bad", "--fault", "spin"]
                + ["--max-bad-records", "2", "--task-timeout", "1"]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(try outputLines(out) == ["fine\t1", "good\t1", "last\t1"])
        let reason = "the closure made no progress for 1 s (--task-timeout)"
        #expect(
            try readText(out + "/_bad/records.jsonl") == """
                {"bytes":"bad one","file":"\(input)","offset":5,"reason":"\(reason)"}
                {"bytes":"bad two","file":"\(input)","offset":18,"reason":"\(reason)"}

                """
        )
    }

    @Test func oneHangTooManyEndsTheJob() throws {
        let input = try directory.write("in.txt", "good\nbad one\nfine\nbad two\nlast\n")
        let result = try Command.run(
            "faultyjob",
            [input, "-o", out, "--map-at", "bad", "--fault", "spin", "--max-bad-records", "1"]
                + ["--task-timeout", "1"]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("more bad records than the 1 allowed"))
        #expect(result.errors.contains("record: \"bad two\""))
        #expect(result.errors.contains("--pass-over \(input)@5"), "a replay gets as far")
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    /// A thread cannot be stopped, so that the run ends.
    @Test func aHangInProcessEndsTheRun() throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--fault", "spin", "--in-process"]
                + ["--task-timeout", "1"]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("no progress for 1 s"), "\(result.errors)")
        #expect(result.errors.contains("lantern"))
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test(arguments: ["-1", "31536001", "soon"])
    func aTimeoutThatCannotBeIsRefused(_ value: String) throws {
        let result = try Command.run("faultyjob", [text, "-o", out, "--task-timeout", value])
        #expect(result.code == 2)
        #expect(result.errors.contains("task-timeout"))
    }

    // MARK: Memory

    @Test(.disabled(if: isSanitized, "a sanitizer reserves terabytes of address space"))
    func anAllocationThatFailsNamesTheRecord() throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--fault", "memory", "--max-attempts", "1"]
                + ["--memory", "8M", "--workers", "1"]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("the task process crashed: it was ended by signal"))
        #expect(result.errors.contains("record: \"Use like there lantern"), "\(result.errors)")
    }

    @Test func aKillBySomebodysHandIsNoWantOfMemory() throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--fault", "kill", "--max-attempts", "1"]
        )
        #expect(result.errors.contains("signal 9"))
        #expect(!result.errors.contains("control group ran out"), "\(result.errors)")
    }

    /// The kernel's own kill, in a control group of little memory.
    @Test(.enabled(if: MemoryGroup.isAllowed, "no control group may be made here"))
    func aKillForWantOfMemoryIsCalledSo() throws {
        let group = try MemoryGroup(byteCount: 256 << 20)
        let result = try group.run(
            "faultyjob",
            [text, "-o", out, "--map-at", "lantern", "--fault", "hog", "--max-attempts", "1"]
                + ["--workers", "1", "--memory", "8M"]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("signal 9"), "\(result.errors)")
        #expect(result.errors.contains("its control group ran out of memory"), "\(result.errors)")
        #expect(result.errors.contains("record: \"Use like there lantern"))
    }
}

/// A control group with a limit of memory, where the system lets a test have one.
private final class MemoryGroup {
    private let path: String

    /// Of version 2 if memory is controlled there, or else of version 1.
    private static let candidates = [
        (root: "/sys/fs/cgroup", limit: "memory.max"),
        (root: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes"),
    ]

    private static func make(byteCount: Int) -> String? {
        for (root, limit) in candidates {
            let path = "\(root)/mapreduce-test-\(UUID().uuidString)"
            guard mkdir(path, 0o755) == 0 else { continue }
            if FileManager.default.fileExists(atPath: "\(path)/\(limit)"),
                (try? "\(byteCount)".write(
                    toFile: "\(path)/\(limit)",
                    atomically: false,
                    encoding: .utf8
                )) != nil
            {
                return path
            }
            rmdir(path)
        }
        return nil
    }

    static let isAllowed: Bool = {
        guard let path = make(byteCount: 1 << 28) else { return false }
        return rmdir(path) == 0
    }()

    init(byteCount: Int) throws { path = try #require(Self.make(byteCount: byteCount)) }

    deinit { rmdir(path) }

    func run(_ name: String, _ arguments: [String]) throws -> CommandResult {
        let script = "echo $$ > \(path)/cgroup.procs && exec \"$0\" \"$@\""
        return try Command.run(
            "/bin/sh",
            ["-c", script, Command.products + "/" + name] + arguments
        )
    }
}
