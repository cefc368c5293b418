import MapReduceProcess
import Testing

@Suite struct ParserArgumentsTests {
    @Test(arguments: [
        (["--a=", "b"], ["--a", "", "b"]), (["--a=b="], ["--a=b="]),
        (["-a=", "--a"], ["-a=", "--a"]),
        (["--", "--a="], ["--", "--a="]), (["x=", "--a=", "--b="], ["x=", "--a", "", "--b", ""]),
        (["---completion", "--a="], ["---completion", "--a="]), ([], []),
    ])
    func emptyValuesAreArguments(_ arguments: [String], _ expected: [String]) {
        #expect(ParserArguments.splittingEmptyValues(arguments) == expected)
    }
}
