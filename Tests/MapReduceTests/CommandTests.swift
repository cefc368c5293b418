import MapReduceModel
import TestSupport
import Testing

@testable import MapReduce

@Suite struct ByteSizeTests {
    @Test(arguments: [
        ("0", 0), ("1000", 1000), ("64K", 65_536), ("64kb", 65_536), ("1MiB", 1 << 20),
        ("2g", 2 << 30), ("3T", 3 << 40), ("7B", 7),
    ])
    func isRead(_ text: String, _ count: Int) {
        #expect(ByteSize(argument: text)?.count == count)
    }

    @Test(arguments: ["", "M", "-1", "1.5G", "1 G", "1X", "99999999999999T", "٣"])
    func isRefused(_ text: String) { #expect(ByteSize(argument: text) == nil) }

    @Test func isShownAsItIsTyped() {
        #expect(ByteSize(count: 256 << 20).description == "256M")
        #expect(ByteSize(count: 1000).description == "1000")
    }
}

@Suite struct OptionsTests {
    @Test(arguments: [
        ["--workers", "0"], ["--workers", "x"], ["--reducers", "0"], ["--reducers", "4097"],
        ["--memory", "1K"], ["--memory", "lots"], ["--max-attempts", "0"], ["--split-size", "0"],
        ["-q", "-v"], ["--max-bad-records=-1"], ["--max-bad-records", "1", "--max-attempts", "1"],
        ["--no-such-option"], ["--merge-width", "1"],
    ])
    func areRefused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try JobOptions.parse(arguments) }
    }

    @Test func haveDefaults() throws {
        let settings = try JobOptions.parse([]).settings()
        #expect(settings.workerCount == settings.reducerCount)
        #expect(settings.limits.memoryByteCount == 256 << 20)
        #expect(settings.retryPolicy.maxAttempts == 4)
        #expect(try JobOptions.parse([]).settings(slotCount: 7).reducerCount == 7)
        #expect(try JobOptions.parse(["--workers", "3"]).settings().reducerCount == 3)
    }
}
