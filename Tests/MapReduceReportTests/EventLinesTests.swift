import MapReduceControl
import MapReduceModel
import MapReduceReport
import Testing

/// Lines that say the same are shown a few times, and then counted.
@Suite struct EventLinesTests {
    private let plan = Plan(name: "job", stages: [])

    private func skipped(_ offset: Int, stage: Int = 0) -> JournalEntry {
        .recordSkipped(
            TaskID(job: JobID(1), stage: stage, index: 0),
            BadRecord(file: "f", offset: offset, reason: "it threw")
        )
    }

    private func failed(_ kind: FailureKind, _ number: Int) -> JournalEntry {
        let task = TaskID(job: JobID(1), stage: 0, index: 0)
        return .attemptFailed(
            AttemptID(task: task, number: number),
            Failure(kind: kind, message: "no"),
            at: .zero
        )
    }

    @Test(arguments: [1, 5, 6, 600])
    func theFirstFiveOfAKindAreShown(_ count: Int) {
        var lines = EventLines(isVerbose: false)
        let shown = (0..<count).compactMap { lines.line(for: skipped($0), job: plan) }
        #expect(shown.count == min(count, 5))
        let rest = lines.rest()
        switch count {
        case 6: #expect(rest == "… and 1 more record of stage 0 passed over\n")
        case 600: #expect(rest == "… and 595 more records of stage 0 passed over\n")
        default: #expect(rest == "")
        }
        #expect(lines.rest() == "")
    }

    @Test func anotherKindIsNotHidden() {
        var lines = EventLines(isVerbose: false)
        for offset in 0..<9 { _ = lines.line(for: skipped(offset), job: plan) }
        #expect(lines.line(for: skipped(9, stage: 1), job: plan) != nil)
        for number in 0..<7 { _ = lines.line(for: failed(.threw, number), job: plan) }
        #expect(lines.line(for: failed(.crashed, 7), job: plan) != nil)
        #expect(
            lines.rest() == """
                … and 4 more records of stage 0 passed over
                … and 2 more attempts of stage 0 failed like those above

                """
        )
    }

    @Test func allAreShownToWhoAsksForThem() {
        var lines = EventLines(isVerbose: true)
        let shown = (0..<20).compactMap { lines.line(for: skipped($0), job: plan) }
        #expect(shown.count == 20)
        #expect(lines.rest() == "")
    }
}
