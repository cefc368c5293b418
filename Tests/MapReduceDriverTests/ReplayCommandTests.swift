import MapReduceModel
import Testing

@testable import MapReduceDriver

/// The command that runs a task again, as a report ends with it.
@Suite struct ReplayCommandTests {
    private let task = TaskID(job: JobID(1), stage: 1, index: 3)

    private func command(_ arguments: [String], slotCount: Int? = nil) -> ReplayCommandText {
        ReplayCommandText(arguments: arguments, name: "job", slotCount: slotCount)
    }

    private func records(_ count: Int) -> [BadRecord] {
        (0..<count).map { BadRecord(file: "in.txt", offset: $0, reason: "bad") }
    }

    @Test func isTheCommandThatWasTyped() {
        let typed = ["./wordcount", "it's in.txt", "-o", "out"]
        #expect(
            command(typed).text(task, skipping: [], copied: [])
                == #"./wordcount --replay 1.3 'it'\''s in.txt' -o out"#
        )
        #expect(command([], slotCount: 2).words("0.0") == "job --replay 0.0 --workers 2")
    }

    @Test func skipsTheRecordsThatTheJobSkipped() {
        let text = command(["wordcount", "in.txt"]).text(task, skipping: records(2), copied: [])
        #expect(
            text == "wordcount --replay 1.3 --pass-over in.txt@0 --pass-over in.txt@1 in.txt"
        )
        let most = DriverLimits.maxPassedOverInCommand
        let long = command(["wordcount"]).text(task, skipping: records(most + 4), copied: [])
        #expect(long.split(separator: " ").count { $0 == "--pass-over" } == most)
        #expect(long.hasSuffix("  # stops at one of 4 bad records"))
    }

    @Test(arguments: [
        (["--report", "a", "--trace=b", "--dashboard", "--quiet"], ["--quiet"]),
        (["--trace", "a", "x", "--report=c"], ["x"]),
        (["x", "--", "--report", "--dashboard"], ["x", "--", "--report", "--dashboard"]),
        (["--report"], []),
    ])
    func writesNoReports(_ arguments: [String], _ kept: [String]) {
        #expect(ReplayCommandText.withoutReports(arguments) == kept)
    }

    @Test func cannotReadAStreamAgain() {
        let text = command(["wordcount", "-"]).text(task, skipping: [], copied: ["standard input"])
        #expect(text.hasPrefix("(standard input can be read only once; save it to a file"))
    }
}
