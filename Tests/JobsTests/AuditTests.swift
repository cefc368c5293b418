import Foundation
import TestSupport
import Testing

/// Tasks that run twice on purpose.
@Suite struct AuditTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ arguments: [String]) throws -> CommandResult {
        try Command.run("faultyjob", sampleTexts + arguments + ["--reducers", "2", "-o", out])
    }

    /// Each task runs twice, and the output is that of a run without.
    @Test(arguments: [[], ["--sorting"], ["--in-process"]])
    func aDeterministicJobPassesItsAudit(_ arguments: [String]) throws {
        let result = try run(arguments + ["--audit", "100", "-v"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(!result.errors.contains("deterministic"), "\(result.errors)")
        let lines = result.errors.split(separator: "\n")
        let first = lines.count { $0.contains("attempt 1 started") }
        #expect(first > 2 && lines.count { $0.contains("attempt 2 started") } == first)
        #expect(lines.count { $0.contains("it was run to be compared") } == first)
        let audited = try outputLines(out)
        try FileManager.default.removeItem(atPath: out)
        #expect(try run(arguments).code == 0)
        #expect(try outputLines(out) == audited)
    }

    /// A closure that draws numbers is told by its line, and the output comes from one run of it.
    @Test(arguments: [[], ["--sorting"]])
    func aClosureThatVariesIsTold(_ arguments: [String]) throws {
        let result = try run(
            arguments + ["--audit", "100", "--map-at", "lantern", "--fault", "vary"]
        )
        #expect(result.code == 0, "\(result.errors)")
        let warnings = result.errors.split(separator: "\n").filter { $0.contains("  warning: ") }
        #expect(!warnings.isEmpty)
        for warning in warnings {
            #expect(warning.contains("(map at FaultyJob.swift:"), "\(warning)")
            #expect(warning.contains("attempts 1 and 2 wrote different output"), "\(warning)")
        }
        #expect(!FileManager.default.fileExists(atPath: out + "/_temporary"))
    }

    @Test(arguments: ["-1", "101", "x"])
    func percentagesAreChecked(_ percent: String) throws {
        let result = try run(["--audit", percent])
        #expect(result.code == 2 && result.errors.contains("--audit"), "\(result.errors)")
    }
}
