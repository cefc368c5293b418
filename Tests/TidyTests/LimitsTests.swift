import Foundation
import TestSupport
import Testing

/// `Documentation/Limits.md` lists every limit of the code, and every limit of the code is where
/// the page says.
///
/// `UPDATE=1 swift test --filter Limits` writes the page anew; read the difference.
@Suite struct LimitsTests {
    /// Where limits are, and what of.
    static let homes = [
        ("Sources/MapReduceControl/Policy.swift", "The control plane"),
        ("Sources/MapReduceControl/Policy+Limits.swift", "Messages, and what is kept of a job"),
        ("Sources/MapReduceEngine/EngineLimits.swift", "The data plane"),
        ("Sources/MapReduceProcess/ProcessLimits.swift", "Processes"),
        ("Sources/MapReduceDriver/DriverLimits.swift", "The driver"),
        ("Sources/MapReduceReport/ReportLimits.swift", "Displays, summaries and verdicts"),
        ("Sources/MapReduceModel/JobLimits.swift", "What a job may ask for"),
        ("Sources/MapReduceModel/TaskReportLimits.swift", "Reports of tasks"),
        ("Sources/MapReduceHTTP/HTTPLimits.swift", "Services and their clients"),
        ("Sources/MapReduceCoordinator/CoordinatorLimits.swift", "The coordinator"),
        ("Sources/MapReduceWorker/WorkerLimits.swift", "The worker"),
        ("Sources/MapReduceTool/ToolLimits.swift", "The command line"),
    ]

    static let preamble = """
        # Limits

        Every queue, buffer, wait, retry and cache has a limit with a name, a unit and a reason.
        A test compares this page with the code, and writes it after a change of that:
        `UPDATE=1 swift test --filter Limits`. What can be chosen for a job or a process is an
        option, which `--help` shows.

        """

    @Test func thePageIsThatOfTheCode() throws {
        var page = Self.preamble
        for (path, title) in Self.homes {
            page += "\n## \(title)\n\nIn `\(path)`.\n\n"
            page += "| name | default | what, and why so |\n|---|---|---|\n"
            let limits = try Self.limits(in: path)
            #expect(!limits.isEmpty, "\(path)")
            for limit in limits {
                #expect(limit.reason.count > 20, "\(limit.name) has a reason")
                page += "| `\(limit.name)` | `\(limit.value)` | \(limit.reason) |\n"
            }
        }
        let path = packageRoot + "/Documentation/Limits.md"
        if ProcessInfo.processInfo.environment["UPDATE"] != nil {
            try Data(page.utf8).write(to: URL(fileURLWithPath: path))
            return
        }
        #expect(try readText(path) == page)
    }

    struct Limit {
        let name: String
        let value: String
        let reason: String
    }

    /// The constants and defaults of a file, with the comments above them.
    static func limits(in path: String) throws -> [Limit] {
        var limits: [Limit] = []
        var comment: [String] = []
        for line in try readText(packageRoot + "/" + path).components(separatedBy: "\n") {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("///") {
                let words = text.dropFirst(3).trimmingCharacters(in: .whitespaces)
                if !words.isEmpty { comment.append(words) }
                continue
            }
            let match = text.firstMatch(of: /(?:static let|var) (\w+)(?:: \w+)? = (.+)$/)
            if let match {
                limits.append(
                    Limit(
                        name: String(match.1),
                        value: String(match.2),
                        reason: comment.joined(separator: " ")
                    )
                )
            }
            comment = []
        }
        return limits
    }

    /// What is not a limit although it sounds like one: the layout of a format, or a part of an
    /// algorithm that its file explains.
    static let layouts: Set<String> = [
        "FlightRecorder.swift", "RunFormat.swift", "Varint.swift", "KeyHash.swift",
        "SortBuffer.swift", "SortEntry.swift", "PendingBatch.swift", "RunWriter.swift",
        "GzipBlocks.swift", "PartName.swift",
    ]

    /// Swift sources that are not a home of limits, with their paths below `Sources`.
    private static func otherSources() throws -> [(name: String, lines: [String])] {
        let names =
            FileManager.default.enumerator(atPath: packageRoot + "/Sources")?
            .compactMap { $0 as? String } ?? []
        #expect(names.count > 100)
        return try names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            if homes.contains(where: { $0.0 == "Sources/" + name }) { return nil }
            let text = try readText(packageRoot + "/Sources/" + name)
            return (name, text.components(separatedBy: "\n"))
        }
    }

    /// Where numbers are compared that are not limits: units of time, what a double or a page
    /// holds, ports, and the sizes of a search.
    static let arithmetic: Set<String> = [
        "Format.swift", "Poll.swift", "NumberText.swift", "Words.swift", "KeyHash.swift",
        "ServerSettings.swift", "MergeCheck.swift",
    ]

    /// Waits and counts that are written where they are used, and have no name; comparisons and
    /// clamps with a large number.
    ///
    /// A quotient by a second is a unit and not a limit.
    @Test func limitsHaveNames() throws {
        let number = #"(\d[\d_]{3,}|\de\d+|1 << \d+)"#
        let comparisons = [
            try Regex(#"\b(min|max)\(.*[ (]\#(number)\)"#),
            try Regex(#"([<>]=?|~=) \#(number)\b"#),
            try Regex(#"\.\.[.<]\#(number)\b"#),
        ]
        let literals = [
            try Regex(#"\b\w*(timeout|[tT]imeout|limit|Limit|backlog)(: \w+ =|:) \.?\d"#),
            try Regex(#"\.(seconds|milliseconds|microseconds|minutes)\(\d"#),
        ]
        for (name, lines) in try Self.otherSources() {
            let isArithmetic = Self.arithmetic.contains((name as NSString).lastPathComponent)
            let literals = literals + (isArithmetic ? [] : comparisons)
            for line in lines {
                let code = line.components(separatedBy: "//")[0].replacing(
                    "/ .seconds(1)",
                    with: ""
                )
                for literal in literals where code.firstMatch(of: literal) != nil {
                    Issue.record("\(name) has a limit without a name: \(line)")
                }
            }
        }
    }

    @Test func limitsAreNowhereElse() throws {
        let endings = [
            "Limit", "Timeout", "Interval", "Delay", "Delays", "Tries", "Capacity", "Patience",
            "Concurrency", "Milliseconds", "Seconds", "ByteCount",
        ]
        let sounds = try Regex(
            "static (let|var) ((max|min|kept)[A-Z]\\w*|\\w*(\(endings.joined(separator: "|"))))\\b"
        )
        for (name, lines) in try Self.otherSources() {
            if Self.layouts.contains((name as NSString).lastPathComponent) { continue }
            for line in lines where line.firstMatch(of: sounds) != nil {
                Issue.record("\(name) has a limit of its own: \(line)")
            }
        }
    }
}
