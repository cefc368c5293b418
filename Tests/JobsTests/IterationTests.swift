import Foundation
import TestSupport
import Testing

@Suite struct IterationTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ verb: String, _ reducers: Int) throws -> CommandResult {
        let input = directory("pairs")
        if !FileManager.default.fileExists(atPath: input) {
            try "a 1\nb 3\na 5\nc 9\n".write(toFile: input, atomically: false, encoding: .utf8)
        }
        let output = directory(verb + "\(reducers)")
        let result = try Command.run(
            "verbsjob",
            ["--verb", verb, input, "--reducers", "\(reducers)", "-o", output]
        )
        #expect(result.code == 0, "\(result.errors)")
        return result
    }

    private func lines(_ verb: String, _ reducers: Int) throws -> [String] {
        let folder = directory(verb + "\(reducers)")
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }
        return try (names ?? []).filter { $0.hasSuffix(".tsv") }
            .flatMap { try readText(folder + "/" + $0).split(separator: "\n").map(String.init) }
            .sorted()
    }

    /// A stage of a round that reads files belongs to the round: what it counts asks for another
    /// one, and it does not run behind the last one.
    @Test(arguments: [1, 2])
    func stagesThatReadFilesBelongToTheirRounds(_ reducers: Int) throws {
        let result = try run("iterate-until-in-files", reducers)
        #expect(try lines("iterate-until-in-files", reducers) == ["a\t7", "b\t7", "c\t7"])
        // The input, and each of the rounds: a from 5, b from 3, and c from 9 to 7 in four rounds
        // and a fifth in which nothing is raised.
        #expect(result.errors.contains("verbsjob: 24 records"), "\(result.errors)")
    }

    /// What comes behind an iteration that ended early reads its last round when it is run again.
    @Test func aReplayReadsTheRoundThatWasTheLast() throws {
        _ = try run("iterate-until", 1)
        let arguments = ["--verb", "iterate-until", directory("pairs"), "--reducers", "1"]
        let plan = try Command.run("verbsjob", arguments + ["--plan"])
        let count = plan.output.split(separator: "\n").count { $0.hasPrefix("stage ") }
        let replay = try Command.run("verbsjob", arguments + ["--replay", "\(count - 1).0"])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("wrote 3 records"), "\(replay.errors)")
    }

    // MARK: What is said of them

    @Test func anIterationSaysHowManyRoundsItTook() throws {
        let converged = try run("iterate-until", 1)
        // 9, 4, 2, 1 and 0: the fourth round counts nothing.
        let line = "iterate at VerbsJob.swift:\\d+: 4 of at most 30 rounds\n"
        #expect(converged.errors.contains(try Regex(line)), "\(converged.errors)")
        #expect(!converged.errors.contains("warning"), "\(converged.errors)")
        let fixed = try run("iterate", 1)
        #expect(fixed.errors.contains(try Regex("iterate at VerbsJob.swift:\\d+: 4 rounds\n")))
        // Nothing counts what it waits for.
        let misspelled = try run("iterate-misspelled", 1)
        #expect(
            misspelled.errors.contains(
                ": 1 of at most 30 rounds, as nothing counted \"above 1\"\n"
            ),
            "\(misspelled.errors)"
        )
    }

    /// The summary and the report have the same numbers.
    @Test func anIterationThatEndsAtItsLimitWarns() throws {
        let report = directory("report.html")
        try "a 1\nb 3\na 50\nc 9\n".write(
            toFile: directory("large"),
            atomically: false,
            encoding: .utf8
        )
        let result = try Command.run(
            "verbsjob",
            ["--verb", "iterate-within", directory("large"), "-o", directory("within")]
                + ["--report", report]
        )
        #expect(result.code == 0, "\(result.errors)")
        let warning =
            "warning: iterate at VerbsJob.swift:\\d+ ended at its limit of 3 rounds without having "
            + "converged: the last one still counted 2 of \"above one\"; allow more rounds\n"
        #expect(result.errors.contains(try Regex(warning)), "\(result.errors)")
        #expect(result.errors.contains(try Regex("iterate at VerbsJob.swift:\\d+: 2 rounds\n")))
        let fields =
            "\"lastCount\":2,\"maxRoundCount\":3,\"roundCount\":3,\"until\":\"above one\"}"
        #expect(try readText(report).contains(fields))
    }

    /// The lineage of thousands of rounds is gone through in loops, whatever the stack is.
    @Test(arguments: [[], ["--tolerance", "0.001"]])
    func thousandsOfRoundsNeedLittleStack(_ options: [String]) throws {
        let graph = try directory.write("graph", "1 2\n2 1\n")
        let command =
            ["\(Command.products)/pagerank", "--rounds", "2500", graph, "--plan", "-o"]
            + [directory("ranks")] + options
        let result = try Command.run(
            "/bin/sh",
            ["-c", "ulimit -s 2048; exec \"$@\"", "sh"] + command
        )
        #expect(result.code == 0, "\(result.errors)")
        let stages = result.output.split(separator: "\n").count { $0.hasPrefix("stage ") }
        #expect(stages > 2500)
    }

    @Test(arguments: [1, 2])
    func roundsMayChangeNothing(_ reducers: Int) throws {
        _ = try run("iterate-unchanged", reducers)
        #expect(try lines("iterate-unchanged", reducers) == ["a\t6\t6", "b\t3\t3", "c\t9\t9"])
    }
}
