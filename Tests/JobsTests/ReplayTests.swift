import Foundation
import TestSupport
import Testing

/// One task of a job, run again by itself.
@Suite struct ReplayTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }
    private let text = sampleTexts[1]

    init() throws { directory = try TemporaryDirectory() }

    /// Runs a job that fails, and then the command that its report ends in, as it is pasted.
    private func replayFailure(
        _ arguments: [String],
        adding more: String = ""
    ) throws -> (report: String, replay: CommandResult) {
        let failed = try Command.run("faultyjob", arguments + ["-o", out, "--max-attempts", "2"])
        #expect(failed.code == 1)
        #expect(!FileManager.default.fileExists(atPath: out))
        let lines = failed.errors.split(separator: "\n")
        #expect(lines.dropLast().last == "  to run this task again:")
        let command = try #require(lines.last).drop { $0 == " " }
        return (failed.errors, try shell("\(command) --scratch \(directory("scratch")) \(more)"))
    }

    private func shell(_ command: String) throws -> CommandResult {
        try Command.run(
            "/bin/sh",
            ["-c", command],
            // What writes the backtrace waits for ever for a process that a sanitizer has ended.
            environment: [
                "SWIFT_BACKTRACE": "enable=\(isSanitized ? "no" : "yes"),interactive=no,color=no"
            ]
        )
    }

    @Test(.disabled(if: isSanitized, "a sanitizer ends the handler that writes the backtrace"))
    func theReportsCommandTrapsAtTheSameRecord() throws {
        let input = try directory.write("it's in.txt", "good\na bad one\nlast\n")
        let (report, replay) = try replayFailure([input, "--map-at", "bad"])
        #expect(report.contains("record: \"a bad one\""))
        #expect(replay.wasSignaled || replay.code > 128, "a debugger would stop there")
        for part in [
            "faultyjob: reading \(input), bytes 0 to 20\n",
            "running task 0.0 (map at FaultyJob.swift:", "Fatal error: the test asked for it",
            "the task crashed: ", "  at \(input) at byte 5 (record 2)\n",
            "  record: \"a bad one\"\n", "FaultyJob.misbehave(_:)",
        ] {
            #expect(replay.errors.contains(part), "\(part) is not in \(replay.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: out), "no output is touched")
    }

    @Test func whatIsThrownIsReported() throws {
        let (_, replay) = try replayFailure([text, "--map-at", "lantern", "--fault", "throw"])
        #expect(replay.code == 1)
        for part in [
            "faultyjob: the task failed (map at FaultyJob.swift:", "the test asked for an error",
            "at \(text) at byte ", "record: \"Use like there lantern",
        ] {
            #expect(replay.errors.contains(part), "\(part) is not in \(replay.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: directory("scratch")), "nothing is left")
    }

    @Test func aClosureThatExitsIsReported() throws {
        let (_, replay) = try replayFailure([text, "--map-at", "lantern", "--fault", "exit"])
        #expect(replay.code == 7)
        #expect(replay.errors.contains("the closure ended the process, with a call of exit"))
        #expect(replay.errors.contains("record: \"Use like there lantern"))
    }

    /// What a reducer reads is gone, and is computed again.
    @Test func aReducersTaskGetsItsInputAnew() throws {
        let (_, replay) = try replayFailure([text, "--reduce-at", "lantern", "--reducers", "3"])
        #expect(replay.wasSignaled || replay.code > 128)
        for part in [
            "computing what task 1.", "that may take as long as the job",
            "the task crashed: ", "  at partition ", "  record: \"lantern\"\n",
        ] {
            #expect(replay.errors.contains(part), "\(part) is not in \(replay.errors)")
        }
    }

    @Test func recordsThatWerePassedOverArePassedOverAgain() throws {
        let input = try directory.write("in.txt", "bad one\nfine\nbad two\nlast\n")
        let (_, replay) = try replayFailure(
            [input, "--map-at", "bad", "--fault", "trap", "--max-bad-records", "1"]
        )
        #expect(replay.errors.contains("passing over the record of \(input) at byte 0"))
        #expect(replay.errors.contains("record: \"bad two\""), "\(replay.errors)")
    }

    /// Ctrl-C at a closure that hangs tells where.
    @Test func anInterruptTellsThePlace() throws {
        let job = try Command(
            "faultyjob",
            ["--replay", "0.0", text, "--map-at", "lantern", "--fault", "hang", "--tokens"]
                + [directory("tokens"), "--scratch", directory("scratch")]
        )
        try FileManager.default.createDirectory(
            atPath: directory("tokens"),
            withIntermediateDirectories: true
        )
        try directory.write("tokens/0", "")
        try job.start()
        #expect(try eventually { try directory.names(in: "tokens").isEmpty })
        job.send(SIGINT)
        let result = try job.wait()
        #expect(result.wasSignaled && result.code == SIGINT)
        #expect(result.errors.contains("the task was interrupted"))
        #expect(result.errors.contains("record: \"Use like there lantern"), "\(result.errors)")
    }

    /// The parts of all tasks, replayed one by one, are those of the job.
    @Test(arguments: [[], ["--sorting"]])
    func tasksThatSucceedWriteWhatTheJobWrote(_ how: [String]) throws {
        let arguments = [text, "--workers", "2", "--reducers", "2", "--split-size", "50000"] + how
        let job = try Command.run("faultyjob", arguments + ["-q", "-o", out])
        #expect(job.code == 0, "\(job.errors)")
        for name in ["1.0", "job7-stage1-task1-attempt0"] {
            let scratch = directory("kept-\(name)")
            let replay = try Command.run(
                "faultyjob",
                ["--replay", name, "--keep-scratch", "--scratch", scratch] + arguments
            )
            #expect(replay.code == 0, "\(replay.errors)")
            #expect(replay.errors.contains(" succeeded\n"))
            #expect(replay.errors.contains("  records.written: "))
            let line = try #require(replay.errors.split(separator: "\n").last)
            let path = try #require(line.components(separatedBy: ", to ").last)
            #expect(path.hasPrefix(scratch))
            let part = path.components(separatedBy: "/").last ?? ""
            #expect(try readFile(path) == readFile(out + "/" + part))
        }
        let map = try Command.run(
            "faultyjob",
            ["--replay", "0.1", "--scratch", directory("scratch")] + arguments
        )
        #expect(map.code == 0)
        #expect(map.errors.contains("task 0.1 (map at FaultyJob.swift:"))
        #expect(map.errors.contains("(and removed them; --keep-scratch keeps them)"))
        #expect(!FileManager.default.fileExists(atPath: directory("scratch")))
    }

    /// Earlier stages run again, over all the files of the job.
    @Test func aTaskAfterAShuffleReadsWhatAThousandFilesGave() throws {
        for number in 0..<1000 {
            try directory.write("file\(number).txt", "word\(number % 10) all\n")
        }
        let inputs = directory("file*.txt")
        let arguments = [inputs, "--workers", "2", "--reducers", "1", "--split-size", "30"]
        let job = try Command.run("faultyjob", arguments + ["-q", "-o", out])
        #expect(job.code == 0, "\(job.errors)")
        let scratch = directory("kept")
        let replay = try Command.run(
            "faultyjob",
            ["--replay", "1.0", "--keep-scratch", "--scratch", scratch] + arguments
        )
        #expect(replay.code == 0, "\(replay.errors)")
        let line = try #require(replay.errors.split(separator: "\n").last)
        let part = try readFile(try #require(line.components(separatedBy: ", to ").last))
        #expect(try part == readFile(out + "/part-00000.tsv"))
        #expect(String(decoding: part, as: UTF8.self).contains("all\t1000\n"))
        let map = try Command.run(
            "faultyjob",
            ["--replay", "0.300", "--scratch", directory("scratch")] + arguments
        )
        #expect(map.code == 0, "\(map.errors)")
    }

    @Test func aTaskThatIsNotThereIsAnsweredWithThoseThatAre() throws {
        let result = try Command.run("faultyjob", ["--replay", "1.9", text, "--workers", "2"])
        #expect(result.code == 2)
        #expect(result.errors.contains("no task 1.9; it has 0.0 ("), "\(result.errors)")
        #expect(result.errors.contains("1.0 to 1.1 (combine at"))
        let wrong = try Command.run("faultyjob", ["--replay", "nine", text])
        #expect(wrong.code == 2 && wrong.errors.contains("nine is no task"))
        let place = try Command.run("faultyjob", ["--replay", "0.0", text, "--pass-over", "x"])
        #expect(place.code == 2 && place.errors.contains("x is no record"))
        let stream = try Command.run("faultyjob", ["--replay", "0.0", "-"])
        #expect(stream.code == 2 && stream.errors.contains("can be read only once"))
    }

    @Test func aJobThatReadStandardInputSaysWhatToDo() throws {
        let result = try Command.run(
            "faultyjob",
            ["-", "-o", out, "--map-at", "lantern", "--max-attempts", "1"],
            input: text
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("can be read only once; save it to a file"))
    }

    /// Breakpoints work, as the task runs in the process itself.
    @Test(.enabled(if: Debugger.found != nil, "neither lldb nor gdb works here"))
    func aDebuggerStopsInTheClosure() throws {
        let debugger = try #require(Debugger.found)
        let result = try debugger.run(
            [Command.products + "/faultyjob", "--replay", "0.0", text, "--map-at", "lantern"]
                + ["--scratch", directory("scratch")]
        )
        #expect(result.output.contains("FaultyJob.swift:"), "\(result.output)\(result.errors)")
        #expect(result.output.contains("misbehave"))
    }
}

/// A debugger that works on this machine.
struct Debugger {
    let name: String

    static let found: Debugger? = ["lldb", "gdb"].lazy.map { Debugger(name: $0) }.first {
        (try? $0.run(["/bin/true"]))?.output.contains("exited") ?? false
    }

    /// Runs a program to its end, or to where it crashes, and shows the calls there.
    func run(_ command: [String]) throws -> CommandResult {
        let words =
            name == "lldb"
            ? ["lldb", "--batch", "-o", "run", "-k", "bt", "-k", "quit", "--"]
            : ["gdb", "-batch", "-ex", "run", "-ex", "bt", "--args"]
        // A debugger waits for signals that the threads of a test may block.
        let unblock = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execvp(sys.argv[1], sys.argv[1:])
            """
        return try Command.run("/usr/bin/env", ["python3", "-c", unblock] + words + command)
    }
}
