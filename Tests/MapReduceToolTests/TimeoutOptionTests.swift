import TestSupport
import Testing

/// Options of services that give seconds: each limit, and what lies beyond it.
@Suite struct TimeoutOptionTests {
    @Test(arguments: [
        ("coordinator", "--dead-after", "0"), ("coordinator", "--dead-after", "0.0009"),
        ("coordinator", "--dead-after", "1000000.1"), ("coordinator", "--dead-after", "nan"),
        ("coordinator", "--dead-after", "inf"), ("worker", "--drain-timeout", "-1"),
        ("worker", "--drain-timeout", "1000001"), ("worker", "--drain-timeout", "nan"),
        ("worker", "--coordinator-patience", "-0.1"),
        ("worker", "--coordinator-patience", "1000000001"),
    ])
    func whatCannotBeMeantIsRefused(_ command: String, _ option: String, _ seconds: String) throws {
        let directory = try TemporaryDirectory()
        let result = try Command.run(
            "mapreduce",
            [command, "\(option)=\(seconds)", "--listen", "127.0.0.1:0"],
            environment: ["HOME": directory.path]
        )
        #expect(result.code == 2)
        #expect(result.errors.contains("\(option) must be from 0"), "\(result.errors)")
        #expect(result.errors.contains(" seconds"), "\(result.errors)")
    }
}
