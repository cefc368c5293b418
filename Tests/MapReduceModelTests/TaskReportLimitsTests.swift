import Foundation
import MapReduceModel
import Testing

/// What a task says about itself is bounded where it is made.
@Suite struct TaskReportLimitsTests {
    /// Texts of characters of one to four bytes around the limit, cut anywhere.
    @Test func aTextIsCutBetweenCharacters() throws {
        for character in ["a", "é", "€", "😀"] {
            for count in 0..<120 {
                let text = String(repeating: character, count: count)
                for limit in 60..<72 {
                    let cut = text.cut(toByteCount: limit)
                    #expect(cut.utf8.count <= limit)
                    #expect(cut.cut(toByteCount: limit) == cut, "once is enough")
                    if text.utf8.count <= limit {
                        #expect(cut == text)
                    } else {
                        let kept = try #require(cut.components(separatedBy: " … (").first)
                        #expect(text.hasPrefix(kept))
                        #expect(cut.hasSuffix("(cut: the text has \(text.utf8.count) bytes)"))
                    }
                }
            }
        }
    }

    @Test func aFailureIsSmallWhateverItSays() throws {
        let long = String(repeating: "é", count: 1 << 20)
        var failure = Failure(
            kind: .threw,
            message: long,
            record: long,
            steps: long,
            backtrace: long,
            log: long
        )
        failure.message = "before: " + long
        #expect(failure.message.hasPrefix("before: é"))
        let bytes = try JSONEncoder().encode(failure)
        #expect(bytes.count < 100_000)
        #expect(try JSONDecoder().decode(Failure.self, from: bytes) == failure)
        // Another process may not have cut it.
        let text = #"{"kind":"threw","message":"\#(long)"}"#
        let decoded = try JSONDecoder().decode(Failure.self, from: Data(text.utf8))
        #expect(decoded.message.utf8.count <= TaskReportLimits.maxMessageByteCount)
    }

    @Test func aTaskMayHaveAFewCountersWithShortNames() throws {
        var counters = Counters()
        let most = TaskReportLimits.maxCounterCount
        for number in 0..<most { try counters.add(1, toNew: "name \(number)") }
        try counters.add(1, toNew: "name 7")
        #expect(counters["name 7"] == 2)
        #expect(throws: Counters.LimitError.self) { try counters.add(1, toNew: "one more") }
        #expect(counters.entries.count == most)
        var few = Counters()
        let longest = String(repeating: "n", count: TaskReportLimits.maxCounterNameByteCount)
        try few.add(1, toNew: longest)
        #expect(throws: Counters.LimitError.self) { try few.add(1, toNew: longest + "n") }
    }
}
