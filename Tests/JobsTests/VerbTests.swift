import Foundation
import TestSupport
import Testing

/// Every verb under many settings: it gives what a few lines over arrays give, and however the job
/// is cut, spilled, merged and retried, its output is the same to the byte.
@Suite struct VerbTests {
    static let verbs = [
        "sorted", "sorted-by", "prefix", "distinct", "count", "count-by-key", "sample",
        "partitioned", "union", "union-of-itself", "join", "left-join", "full-join", "cogroup",
        "broadcast-join", "map-with-own-total", "grouped", "shared", "iterate", "iterate-until",
    ]

    @Test(arguments: verbs)
    func aVerbGivesTheSameUnderEverySetting(_ verb: String) throws {
        try forEachSeed(1) { random in
            let directory = try TemporaryDirectory()
            let data = Data(&random)
            let inputs = try data.write(to: directory, isTwoSided: Self.isTwoSided(verb))
            let reducers = Int.random(in: 1...4, using: &random)
            let fixed = ["--verb", verb, "--reducers", "\(reducers)"]
            let reference = try run(fixed + inputs, directory("reference"))
            check(reference, verb, data.oracle)
            for number in 0..<2 {
                var arguments = [
                    "--memory", ["1M", "3M"].randomElement(using: &random) ?? "1M",
                    "--split-size", "\(Int.random(in: 1_500...10_000, using: &random))",
                    "--merge-width", "\(Int.random(in: 2...5, using: &random))",
                    "--workers", "\(Int.random(in: 1...4, using: &random))",
                ]
                if Bool.random(using: &random) { arguments.append("--in-process") }
                let parts = try run(fixed + arguments + inputs, directory("out\(number)"))
                let isSame = verb == "sorted" || !VerbOracle.isOrdered(verb) || parts == reference
                #expect(parts.flatMap { $0 } == reference.flatMap { $0 }, "\(verb) \(arguments)")
                #expect(isSame || parts.count == reference.count)
            }
            let other = try run(["--verb", verb, "--reducers", "7"] + inputs, directory("other"))
            check(other, verb, data.oracle)
        }
    }

    /// A partition by `hashValue`, which Swift seeds for each process, would tear groups apart.
    @Test func aHashValueIsTheSameInEveryTask() throws {
        let directory = try TemporaryDirectory()
        let lines = (0..<3000).map { "key\($0 % 60) \($0)\n" }
        let input = try directory.write("in", lines.joined())
        let arguments = [
            "--verb", "partitioned-by-hash", "--workers", "3", "--split-size", "2000", input,
        ]
        let parts = try run(arguments, directory("out"))
        let keys = parts.map { part in
            Set(
                String(decoding: part, as: UTF8.self).split(separator: "\n")
                    .map { $0.prefix { $0 != "\t" } }
            )
        }
        #expect(keys.reduce(0) { $0 + $1.count } == 60, "each key is in one part")
        #expect(try run(arguments, directory("again")) == parts)
    }

    /// What two stages read of standard input is read once.
    @Test func standardInputIsReadOnce() throws {
        let directory = try TemporaryDirectory()
        let input = try directory.write("in", "a 1\nb 2\na 3\n")
        let result = try Command.run(
            "verbsjob",
            ["--verb", "map-with-own-total", "-", "-o", directory("out"), "-q"],
            input: input
        )
        #expect(result.code == 0, "\(result.errors)")
        let lines = try (0..<Self.processorCount).map { index in
            try readText(directory("out/result/part-0000\(index).tsv"))
        }
        #expect(lines.joined().split(separator: "\n").sorted() == ["a\t12", "b\t6"])
        let refused = try Command.run(
            "verbsjob",
            ["--verb", "count", directory("out/result"), "-o", "-"]
        )
        #expect(refused.code == 2)
        #expect(refused.errors.contains("outputs with names"))
    }

    private static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    private static func isTwoSided(_ verb: String) -> Bool {
        ["union", "join", "left-join", "full-join", "cogroup", "broadcast-join"].contains(verb)
    }

    private func check(_ parts: [[UInt8]], _ verb: String, _ oracle: VerbOracle) {
        let lines = String(decoding: parts.flatMap { $0 }, as: UTF8.self)
            .split(separator: "\n").map(String.init)
        guard let expected = oracle.lines(of: verb) else {
            // A sample has no other oracle than its size.
            let share = Double(lines.count) / Double(oracle.left.count)
            #expect((0.2...0.4).contains(share), "\(verb): \(share)")
            return
        }
        if VerbOracle.isOrdered(verb) {
            #expect(lines == expected, "\(verb)")
        } else {
            #expect(lines.sorted() == expected.sorted(), "\(verb)")
        }
    }

    private func run(_ arguments: [String], _ out: String) throws -> [[UInt8]] {
        let result = try Command.run("verbsjob", arguments + ["-o", out, "-q"])
        #expect(result.code == 0, "\(arguments): \(result.errors)")
        let folder = out + "/result"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.hasPrefix("part-") }.map { try readFile(folder + "/" + $0) }
    }

    /// Records of few and of many keys, one of which has a third of all records.
    private struct Data {
        let oracle: VerbOracle

        init(_ random: inout SeededGenerator) {
            let keyCount = Int.random(in: 3...400, using: &random)
            func records(_ count: Int) -> [VerbOracle.Record] {
                (0..<count).map { _ in
                    let number = Int.random(in: 0..<keyCount, using: &random)
                    let key = Int.random(in: 0..<3, using: &random) == 0 ? "heavy" : "k\(number)"
                    return (key, Int.random(in: 0...999, using: &random))
                }
            }
            // Few of the heavy one on the right, as a join gives every two.
            oracle = VerbOracle(
                left: records(1_000),
                right: records(200).filter { $0.key != "heavy" } + [("heavy", 1), ("heavy", 2)]
            )
        }

        func write(to directory: TemporaryDirectory, isTwoSided: Bool) throws -> [String] {
            func file(_ name: String, _ records: [VerbOracle.Record]) throws -> String {
                try directory.write(name, records.map { "\($0.key) \($0.value)\n" }.joined())
            }
            let left = try file("left.txt", oracle.left)
            guard isTwoSided else { return [left] }
            return ["left=\(left)", "right=\(try file("right.txt", oracle.right))"]
        }
    }
}
