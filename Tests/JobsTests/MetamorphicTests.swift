import Foundation
import TestSupport
import Testing

/// One job under many settings: however it is cut, spilled, merged, retried, in one process or in
/// several, its output is the same to the byte.
@Suite struct MetamorphicTests {
    /// A text of many distinct words, so that small memories spill.
    private static func text(_ random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<4_000 {
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let number = min(
                    Int.random(in: 0...30_000, using: &random),
                    Int.random(in: 0...30_000, using: &random)
                )
                text += number % 7 == 0 ? "a-rather-long-word-\(number) " : "w\(number) "
            }
            text += "\n"
        }
        return text + "lantern\n"
    }

    @Test func outputsAreTheSameToTheByte() throws {
        try forEachSeed(2) { random in
            let directory = try TemporaryDirectory()
            let files = try (0..<3).map { index in
                try directory.write("in\(index).txt", Self.text(&random))
            }
            let reducers = Int.random(in: 1...4, using: &random)
            let reference = try run(
                "faultyjob",
                files + ["--reducers", "\(reducers)"],
                directory("reference")
            )
            #expect(reference.count == reducers)
            for number in 0..<6 {
                var arguments = files + ["--reducers", "\(reducers)"]
                arguments += [
                    "--memory", ["1M", "2M", "256M"].randomElement(using: &random) ?? "1M",
                    "--split-size", "\(Int.random(in: 1_000...400_000, using: &random))",
                    "--merge-width", "\(Int.random(in: 2...5, using: &random))",
                    "--workers", "\(Int.random(in: 1...4, using: &random))",
                ]
                if Bool.random(using: &random) { arguments.append("--sorting") }
                if Bool.random(using: &random) {
                    arguments.append("--in-process")
                } else {
                    let tokens = directory("tokens\(number)")
                    try FileManager.default.createDirectory(
                        atPath: tokens,
                        withIntermediateDirectories: true
                    )
                    for token in 0..<2 { try directory.write("tokens\(number)/\(token)", "") }
                    let fault = ["throw", "exit", "kill"].randomElement(using: &random) ?? "kill"
                    arguments += ["--map-at", "lantern", "--fault", fault, "--tokens", tokens]
                }
                let parts = try run("faultyjob", arguments, directory("out\(number)"))
                #expect(parts == reference, "\(arguments)")
            }
            // Another number of reducers spreads the same lines over other parts.
            let other = try run("faultyjob", files + ["--reducers", "7"], directory("other"))
            #expect(lines(other).sorted() == lines(reference).sorted())
        }
    }

    private func lines(_ parts: [[UInt8]]) -> [String] {
        parts.flatMap {
            String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    /// Runs a job and reads its parts.
    private func run(
        _ job: String,
        _ arguments: [String],
        _ out: String
    ) throws -> [[UInt8]] {
        let result = try Command.run(job, arguments + ["-o", out, "-q"])
        #expect(result.code == 0, "\(result.errors)")
        return try FileManager.default.contentsOfDirectory(atPath: out).sorted()
            .filter { $0.hasPrefix("part-") }.map { try readFile(out + "/" + $0) }
    }

    /// Joining strings is associative and not commutative: any change of order would be seen.
    @Test func orderIsKeptUnderEverySetting() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "in.txt",
            (0..<3_000).map { "k\($0 % 50) v\($0)\n" }.joined()
        )
        let reference = try run("invertedindex", [file], directory("reference"))
        for (number, split) in [1_000, 7_000, 100_000].enumerated() {
            let parts = try run(
                "invertedindex",
                [file, "--split-size", "\(split)", "--memory", "1M", "--merge-width", "2"],
                directory("out\(number)")
            )
            #expect(parts == reference)
        }
    }
}
