import Foundation
import TestSupport
import Testing

/// What closures say about themselves is bounded: errors of any length, counters of any number.
@Suite struct BoundedReportTests {
    private let directory: TemporaryDirectory
    private let text = sampleTexts[1]

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ fault: String, _ more: [String] = []) throws -> CommandResult {
        try Command.run(
            "faultyjob",
            [text, "-o", directory("out"), "--map-at", "lantern", "--fault", fault] + more
        )
    }

    /// The driver hears of 8 KiB of an error of 30 MB.
    @Test(arguments: [[], ["--in-process"]])
    func aLongErrorIsCut(_ more: [String]) throws {
        let result = try run("longError", ["--max-attempts", "2"] + more)
        #expect(result.code == 1)
        #expect(result.errors.utf8.count < 64 << 10)
        #expect(result.errors.contains("the test asked for an error!!!"))
        #expect(result.errors.contains("(cut: the text has \(27 + (30 << 20)) bytes)"))
    }

    @Test func aJobWithACounterForEachWordFails() throws {
        let result = try run("manyCounters")
        #expect(result.code == 1)
        #expect(result.errors.contains("a task has more than 500 counters"))
        #expect(result.errors.contains("Count under a few fixed names"))
        #expect(!FileManager.default.fileExists(atPath: directory("out")))
    }

    @Test func aCounterWithALongNameFails() throws {
        let result = try run("longCounter")
        #expect(result.code == 1)
        #expect(result.errors.contains("the name of a counter has 1048576 bytes, and at most 128"))
        #expect(result.errors.utf8.count < 64 << 10)
    }
}
