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
        #expect(settings.maxAttempts == 4)
        #expect(try JobOptions.parse([]).settings(slotCount: 7).reducerCount == 7)
        #expect(try JobOptions.parse(["--workers", "3"]).settings().reducerCount == 3)
    }

    /// With its name and the equals sign, an input may be longer than a file's name can be.
    @Test func theNameOfAnInputDoesNotCountAsPartOfThePath() throws {
        let path = String(repeating: "n", count: 252)
        let groups = InputArguments(["users=\(path)"], read: [("users", .lines)]).groups
        #expect(groups.map(\.name) == ["users"])
        #expect(groups.map(\.paths) == [[path]])
    }

    @Test func inputsAreGroupedByName() throws {
        let directory = try TemporaryDirectory()
        let odd = try directory.write("a=b", "x")
        let inputs = InputArguments(
            ["x", "users=u1", "y", "users=u2", odd, "=z", "a-b=c"],
            read: [("", .lines), ("users", .lines)]
        )
        #expect(inputs.groups.map(\.name) == ["", "users"])
        #expect(inputs.groups[0].paths == ["x", "y", odd, "=z", "a-b=c"])
        #expect(inputs.groups[1].paths == ["u1", "u2"])
    }
}
