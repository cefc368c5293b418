import ArgumentParser
import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceTool

/// What names, messages and paths hold does nothing to the terminal of those who read them.
@Suite(.timeLimit(.minutes(15))) struct HostileTextTests {
    /// Commands of terminals in all their forms: with ESC and in one character, the title of a
    /// window, a return to the start of the line, what turns text around, and other ends of lines.
    static let hostile =
        "a\u{1B}[2J\u{1B}]0;owned\u{7}\u{9B}31mb\u{85}\u{202E}c\u{2066}d\u{2028}e\rf\u{8}\u{7F}g"

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// What a terminal would take for a command, but for ends of lines and tabs.
    static func commands(in text: String) -> [String] {
        text.unicodeScalars.filter { scalar in
            switch scalar.value {
            case 0x0A, 0x09: false
            case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
                true
            default: false
            }
        }.map { String($0.value, radix: 16) }
    }

    /// A job whose names, owner, paths, failures, logs, counters and keys are hostile, and a worker
    /// that is.
    private func makeJobs(_ service: TestService) async throws {
        let hostile = Self.hostile
        _ = try await service.submit(
            maps: 1,
            in: directory,
            hostile,
            owner: "\u{202E}o\u{2066}w\u{2028}n"
        )
        var worker = try await SaidWorker(service, slots: 4, incarnation: hostile)
        try await worker.poll()
        let first = try #require(worker.running.first)
        let failure = Failure(
            kind: .threw,
            message: hostile + "\n" + hostile,
            record: hostile,
            steps: hostile,
            backtrace: "\(hostile) at \(hostile):1:1\n\(hostile)",
            log: hostile + "\n" + hostile
        )
        try await worker.poll([TaskReport(attempt: first, outcome: .failed(failure))])
        try await worker.poll()
        let second = try #require(worker.running.first)
        var report = SaidWorker.succeeded(second)
        if case .succeeded(var output) = report.outcome {
            output.counters.add(1, to: BuiltInCounter.userPrefix + hostile)
            output.heaviestKey = HeavyKey(key: hostile, pairCount: 1)
            report.outcome = .succeeded(output)
        }
        try await worker.poll([report])
        // A second one that fails for good.
        _ = try await service.submit(maps: 1, in: directory, "b" + hostile, maxAttempts: 1)
        try await worker.poll()
        let last = try #require(worker.running.first { $0.task.job == JobID(2) })
        try await worker.poll([TaskReport(attempt: last, outcome: .failed(failure))])
        try await worker.poll()
    }

    /// The commands that are walked, by their names.
    private func commands() throws -> [String: [[String]]] {
        let program = try directory.write("p\(Self.hostile)", "#!/bin/sh\nexit 3\n")
        chmod(program, 0o700)
        let output = directory("o\(Self.hostile)")
        let none = "http://127.0.0.1:1/\(Self.hostile)"
        return [
            "jobs": [["jobs"], ["jobs", "--json"], ["jobs", "--coordinator", Self.hostile]],
            "job": [["job", "1"], ["job", "2"], ["job", "1", "--json"], ["job", Self.hostile]],
            "tasks": [["tasks", "1"], ["tasks", "2"], ["tasks", "1", "--json"]],
            "logs": [["logs", "2", "--json"], ["logs", "1", Self.hostile], ["logs", "1"]],
            "wait": [["wait", "2"], ["wait", "2", "--json"]],
            "cancel": [["cancel", "1"], ["cancel", Self.hostile]],
            "replay": [["replay", "2", "0.0"], ["replay", "1", Self.hostile]],
            "report": [["report", "1", "-o", "-"], ["report", "2", "-o", directory.path]],
            "trace": [["trace", "2", "-o", "-"], ["trace", "1", "-o", output + "/none"]],
            "submit": [["submit", program], ["submit", Self.hostile, "-o", output]],
            "workers": [["workers"], ["workers", "--json"], ["workers", "--coordinator", none]],
            "doctor": [["doctor"], ["doctor", "--json"], ["doctor", program, "-o", output]],
            "cluster": [["cluster", "--workers", Self.hostile], ["cluster", Self.hostile]],
            "coordinator": [
                ["coordinator", "--listen", Self.hostile],
                ["coordinator", "--listen", "127.0.0.1:0", "--data", "/proc/\(Self.hostile)"],
            ],
            "worker": [
                ["worker", "--listen", Self.hostile], ["worker", "--token-file", Self.hostile],
                ["worker", "--log-level", Self.hostile],
                ["worker", "--coordinator", none, "--coordinator-patience", "1"],
            ],
            "verify": [["verify", directory.path], ["verify", output]],
            "new": [["new", Self.hostile], ["new", "demo", "--path", program]],
            "manual": [["manual", Self.hostile], ["manual", "-o", program + "/none"]],
        ]
    }

    @Test func noCommandPrintsWhatATerminalObeys() async throws {
        let service = try await TestService(directory)
        try await makeJobs(service)
        let environment = ["MAPREDUCE_COORDINATOR": service.url, "TMPDIR": directory.path]
        let commands = try commands()
        let names = MapReduceTool.configuration.subcommands.compactMap {
            $0.configuration.commandName
        }
        #expect(Set(names).isSubset(of: commands.keys), "every command is walked")
        // In this order, as one cancels the job.
        for name in names.filter({ $0 != "cancel" }) + ["cancel"] {
            for arguments in commands[name] ?? [] {
                let result = try await Command.runAside(
                    "mapreduce",
                    arguments,
                    environment: environment
                )
                let found = Self.commands(in: result.output + result.errors)
                #expect(found.isEmpty, "\(arguments.map { $0.debugDescription }): \(found)")
            }
        }
        try await service.stop()
    }

    /// Hostile text is shown, and not left out.
    @Test func hostileTextIsShown() async throws {
        let service = try await TestService(directory)
        try await makeJobs(service)
        let environment = ["MAPREDUCE_COORDINATOR": service.url]
        for (arguments, text) in [
            (["jobs"], "a\\u{1B}[2J\\u{1B}]0;owned"), (["tasks", "2"], "\\u{9B}31m"),
            (["workers"], "\\u{202E}"), (["job", "2"], "\\u{2066}"),
        ] {
            let result = try await Command.runAside(
                "mapreduce",
                arguments,
                environment: environment
            )
            #expect(result.output.contains(text), "\(arguments): \(result.output)")
        }
        // A line for each job and one for the head: a name with an end of line makes no other one.
        let jobs = try await Command.runAside("mapreduce", ["jobs"], environment: environment)
        #expect(jobs.output.split(separator: "\n").count == 3)
        // JSON reads as the very value.
        let json = try await Command.runAside(
            "mapreduce",
            ["jobs", "--json"],
            environment: environment
        )
        let read = try JSONDecoder().decode([JobStatus].self, from: Data(json.output.utf8))
        #expect(read.contains { $0.name == Self.hostile })
        try await service.stop()
    }

    /// What tasks have printed goes into a pipe as it is, and not to a terminal.
    @Test func logsAreRawInAPipeAlone() throws {
        let cluster = try TestCluster(workers: 1)
        let input = try cluster.directory.write("in", "\(Self.hostile)\n")
        let job = ["--map-at", "a", "--fault", "wait", "--gates", "/none", "--max-attempts", "1"]
        _ = try cluster.submit("faultyjob", [input] + job).wait()
        let environment = ["MAPREDUCE_COORDINATOR": cluster.url]
        for arguments in [["logs", "1"], ["logs", "1", "--follow"]] {
            let terminal = try PseudoTerminal(
                "mapreduce",
                arguments,
                environment: environment.mapValues { $0 }
            )
            _ = terminal.end()
            // The terminal itself ends lines with a return.
            let text = terminal.text.replacing("\r\n", with: "\n")
            #expect(Self.commands(in: text).isEmpty, "\(arguments)")
        }
        try cluster.stop()
    }

    /// The command of a job, with names of files, records and messages that are hostile.
    @Test func aJobPrintsNothingThatATerminalObeys() throws {
        let input = try directory.write(
            "i\(Self.hostile)",
            "\(Self.hostile)\nfine\n\(Self.hostile)\n"
        )
        let output = directory("o\(Self.hostile)")
        let job = "faultyjob"
        for arguments in [
            [input, "-o", output, "--map-at", "a", "--max-attempts", "2"],
            [input, "-o", output, "--map-at", "a", "--fault", "throw", "--max-attempts", "2"],
            [input, "-o", output], [input, "-o", output], [input, "-o", output, "--verbose"],
            [input + "none", "-o", output], [input, "-o", output, Self.hostile],
            [input, "-o", output, "--plan"], [input, "-o", output, "--memory", Self.hostile],
            [input, "-o", output, "--overwrite", "--map-at", "a", "--max-bad-records", "5"],
        ] {
            let result = try Command.run(job, arguments)
            // Part of a crash report is what the task's own process printed.
            let found = Self.commands(in: result.output + result.errors)
            #expect(found.isEmpty, "\(arguments.map { $0.debugDescription }): \(found)")
        }
    }
}
