import Foundation
import TestSupport
import Testing

/// Mistakes that the compiler must catch, with a message that helps.
@Suite struct DiagnosticsTests {
    /// What the compiler says to a pipeline with this body.
    private func diagnose(_ body: String) throws -> String {
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "Mistaken.swift",
            """
            import MapReduce
            struct Mistaken: Job {
                func pipeline(_ input: Input) -> Pairs<String, Int> {
                    \(body)
                }
            }
            """
        )
        let build = Command.products
        let result = try Command.run(
            "/usr/bin/env",
            [
                "swiftc", "-typecheck", "-swift-version", "6", "-I", build + "/Modules", file,
                "-Xcc", "-fmodule-map-file=\(packageRoot)/Sources/CZlib/module.modulemap",
                "-Xcc", "-fmodule-map-file=\(packageRoot)/Sources/CZstd/module.modulemap",
                "-Xcc", "-fmodule-map-file=\(packageRoot)/Sources/CBzip2/module.modulemap",
                "-Xcc", "-fmodule-map-file=\(packageRoot)/Sources/CLzma/module.modulemap",
                "-Xcc", "-fmodule-map-file=\(build)/CIntrinsics.build/module.modulemap",
                "-Xcc", "-I", "-Xcc", "\(packageRoot)/Sources/CIntrinsics/include",
                "-Xcc", "-fmodule-map-file=\(build)/CPage.build/module.modulemap",
                "-Xcc", "-I", "-Xcc", "\(packageRoot)/Sources/CPage/include",
                "-Xcc", "-fmodule-map-file=\(build)/CSpawn.build/module.modulemap",
                "-Xcc", "-I", "-Xcc", "\(packageRoot)/Sources/CSpawn/include",
                "-Xcc", "-fmodule-map-file=\(build)/CSignals.build/module.modulemap",
                "-Xcc", "-I", "-Xcc", "\(packageRoot)/Sources/CSignals/include",
                "-package-name", "another",
            ]
        )
        return result.code == 0 ? "" : result.errors
    }

    @Test func aRightPipelineCompiles() throws {
        let message = try diagnose(
            """
            let words: Pairs<String, Int> = input.lines.map { line, emit in
                line.forEachWord { word in emit(word, 1) }
            }
            return words.combine(+)
            """
        )
        #expect(message == "")
    }

    @Test func pairsAreSortedByWhatTheClosureGives() throws {
        let message = try diagnose(
            """
            let counts = input.strings.map { line, emit in emit(line, 1) }.combine(+)
            return counts.sorted { word, count in Pair(count == 1, Descending(word)) }
                .sorted { _, count in Descending(count) }
                .sorted(by: { word, _ in word.isEmpty ? 1 : 0 })
            """
        )
        #expect(message == "")
    }

    @Test(arguments: [
        (
            "var count = 0; return input.lines.map { line, emit in count += 1; emit(line, count) }",
            "mutation of captured var 'count' in concurrently-executing code"
        ),
        (
            "let w: Pairs<String, Int> = input.strings.map { $1($0, 1) }; return w.reduce(+)",
            "use combine(_:) to merge values two by two"
        ),
        (
            "return input.lines.map { line, emit in emit(line, \"one\") }",
            "cannot convert value of type 'String' to expected argument type 'Int'"
        ),
        (
            "return input.lines.map { line, emit in var a: [Span<UInt8>] = []; a.append(line) }",
            "does not conform to protocol 'Escapable'"
        ),
        (
            "let n: Pairs<Int, Int> = input.strings.map { $1($0.count, 1) }; "
                + "let s = n.sorted(by: >); return s.map { $2(\"\\($0)\", $1) }",
            "sorted(by:) takes what a pair is sorted by, and not a comparison"
        ),
        (
            "let n: Pairs<String, Int> = input.strings.map { $1($0, 1) }; "
                + "return n.sorted { $0.count > $1 }",
            "sorted(by:) takes what a pair is sorted by, and not a comparison"
        ),
        (
            "let n: Pairs<String, Int> = input.strings.map { $1($0, 1) }; "
                + "return n.sorted { key, value in let a = value * 2; return a < key.count }",
            "sorted(by:) takes what a pair is sorted by, and not a comparison"
        ),
    ])
    func aMistakeIsExplained(_ body: String, _ expected: String) throws {
        let message = try diagnose(body)
        #expect(message.contains(expected), "\(message)")
    }
}
