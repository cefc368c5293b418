import MapReduceDriver
import TestSupport
import Testing

@Suite struct InputArgumentsTests {
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
