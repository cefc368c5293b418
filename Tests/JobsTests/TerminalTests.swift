import Foundation
import TestSupport
import Testing

/// Jobs on terminals: what a person sees, while they run and when they have ended.
@Suite struct TerminalTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A job of three map tasks, each of which waits until it may go on.
    ///
    /// Its output lies in the directory `out`.
    private func waitingJob(
        _ arguments: [String] = [],
        columnCount: Int = 90,
        environment: [String: String?] = [:]
    ) throws -> PseudoTerminal {
        let files = try (0..<3).map { try directory.write("in\($0).txt", "wait here\n") }
        try directory.write("token", "")
        return try PseudoTerminal(
            "faultyjob",
            files + ["-o", directory("out"), "--map-at", "wait", "--fault", "hang"]
                + ["--workers", "2", "--split-size", "10"] + arguments,
            columnCount: columnCount,
            environment: environment
        )
    }

    @Test func theSummaryIsAllThatIsLeft() throws {
        let terminal = try PseudoTerminal("wordcount", sampleTexts + ["-o", directory("out")])
        #expect(terminal.end() == 0, "\(terminal.text)")
        let lines = terminal.screen.lines
        #expect(lines.first?.hasPrefix("wordcount: 5,189 records, ") ?? false, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("  wrote 383 records, ") })
        #expect(!lines.contains { $0.contains("/2 stages") || $0.contains("] ") }, "\(lines)")
        checkTerminal(terminal)
    }

    @Test func aRunIsShownAndCtrlCLeavesNothing() throws {
        let terminal = try waitingJob()
        let isShown = terminal.waits { terminal in
            terminal.screen.lines.contains { $0.contains("0/3 tasks, 2 running") }
        }
        #expect(isShown, "\(terminal.screen.lines)")
        let lines = terminal.screen.lines
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("faultyjob: 0/2 stages"))
        #expect(lines[1].hasPrefix("  stage 0 [") && lines[1].contains(", map at FaultyJob.swift:"))
        #expect(terminal.screen.styleCount > 0)
        terminal.type("\u{3}")
        #expect(terminal.end() == 130)
        #expect(terminal.screen.lines.isEmpty, "\(terminal.screen.lines)")
        #expect(try directory.names(in: "").allSatisfy { $0.hasPrefix("in") || $0 == "token" })
        checkTerminal(terminal)
    }

    /// Narrower, so that the lines wrap, wider, and lower than they were.
    @Test func aWindowThatIsResizedHasNoDebris() throws {
        let terminal = try waitingJob()
        let sizes = [(90, 24), (40, 24), (25, 10), (120, 24), (50, 8), (200, 50)]
        for (columnCount, rowCount) in sizes {
            terminal.resize(columnCount: columnCount, rowCount: rowCount)
            // As long as the window allows, and then an update more.
            let isFitted = terminal.waits { terminal in
                let lines = terminal.screen.lines
                return lines.count == 2 && lines[0].hasPrefix("faultyjob: ")
                    && lines[1].hasPrefix("  stage 0 [")
                    && lines.allSatisfy { $0.count < columnCount }
                    && (columnCount < 90 || lines[1].contains("2 running, map at FaultyJob.swift:"))
            }
            #expect(isFitted, "\(columnCount) columns: \(terminal.screen.lines)")
        }
        terminal.type("\u{3}")
        #expect(terminal.end() == 130)
        #expect(terminal.screen.lines.isEmpty, "\(terminal.screen.lines)")
    }

    @Test func aFailureStandsAboveTheLinesAndItsReportBelow() throws {
        let tokens = directory("tokens")
        try FileManager.default.createDirectory(atPath: tokens, withIntermediateDirectories: true)
        try directory.write("tokens/first", "")
        let text = try directory.write("in.txt", "fail here\u{1B}[2J\u{7}\n")
        let arguments = [text, "-o", directory("out"), "--map-at", "fail", "--fault", "throw"]
        // The first attempt fails, the second one does not.
        let once = try PseudoTerminal("faultyjob", arguments + ["--tokens", tokens])
        #expect(once.end() == 0, "\(once.text)")
        #expect(once.screen.lines.first?.contains("attempt 1 failed: the test asked") ?? false)
        #expect(once.screen.lines.contains("  retries: 1"), "\(once.screen.lines)")
        checkTerminal(once)
        // All attempts fail.
        let always = try PseudoTerminal("faultyjob", arguments + ["--overwrite"])
        #expect(always.end() == 1, "\(always.text)")
        let lines = always.screen.lines
        #expect(lines[0].contains("attempt 1 failed: the test asked"))
        #expect(lines[3].contains("attempt 4 failed: the test asked"))
        #expect(lines[4].hasPrefix("faultyjob: the job failed at stage 0, task 0"), "\(lines)")
        #expect(!lines.contains { $0.contains("/2 stages") }, "\(lines)")
        checkTerminal(always)
    }

    /// A shell with job control stops the job at Ctrl-Z, and has it go on.
    ///
    /// A sanitizer runs handlers of signals when it likes, so that the job is not stopped at once.
    @Test(.enabled(if: !isSanitized)) func ctrlZErasesTheLinesAndTheyComeBack() throws {
        let text = try directory.write("in.txt", "wait here\n")
        let job =
            "'\(Command.products)/faultyjob' '\(text)' -o '\(directory("out"))' "
            + "--map-at wait --fault hang"
        let terminal = try PseudoTerminal(
            "/bin/bash",
            ["-c", "set -m; \(job); echo that was Ctrl-Z; fg > /dev/null"]
        )
        #expect(terminal.waits { $0.screen.lines.count == 2 })
        terminal.type("\u{1A}")
        let isBack = terminal.waits { terminal in
            terminal.screen.lines.contains("that was Ctrl-Z")
                && terminal.screen.lines.last?.hasPrefix("  stage 0 [") ?? false
        }
        #expect(isBack, "\(terminal.text)")
        let lines = terminal.screen.lines
        #expect(lines.count { $0.contains("/2 stages") } == 1, "\(terminal.text.debugDescription)")
        #expect(lines.count { $0.contains("  stage 0 [") } == 1, "\(lines)")
        terminal.type("\u{3}")
        #expect(terminal.end() == 130)
        #expect(terminal.screen.lines.last == "that was Ctrl-Z", "\(terminal.screen.lines)")
    }

    @Test func withoutColorThereIsNone() throws {
        let terminal = try waitingJob(environment: ["NO_COLOR": "1"])
        #expect(terminal.waits { $0.screen.lines.count == 2 })
        terminal.type("\u{3}")
        #expect(terminal.end() == 130)
        #expect(terminal.screen.styleCount == 0)
        checkTerminal(terminal)
    }

    @Test(arguments: [["TERM": "dumb"], ["TERM": nil], ["CI": "true"]] as [[String: String?]])
    func whereNobodyWatchesLinesAreWrittenOnce(_ environment: [String: String?]) throws {
        let terminal = try PseudoTerminal(
            "wordcount",
            sampleTexts + ["-o", directory("out"), "-v"],
            environment: environment
        )
        #expect(terminal.end() == 0)
        #expect(!terminal.bytes.contains(0x1B))
        #expect(terminal.text.contains("stage 0, task 0, attempt 1 started"))
        #expect(!terminal.text.replacingOccurrences(of: "\r\n", with: "\n").contains("\r"))
    }

    @Test func aJobInTheBackgroundLeavesTheTerminalToOthers() throws {
        let text = sampleTexts.map { "'\($0)'" }.joined(separator: " ")
        let program = Command.products + "/wordcount"
        // A shell with job control gives the job a group of its own, which is not the terminal's.
        let terminal = try PseudoTerminal(
            "/bin/bash",
            ["-c", "set -m; '\(program)' \(text) -o '\(directory("out"))' & wait"]
        )
        #expect(terminal.end() == 0)
        #expect(!terminal.text.contains("\u{1B}"), "\(terminal.text)")
        #expect(terminal.screen.lines.first?.hasPrefix("wordcount: 5,189 records, ") ?? false)
    }

    @Test func aPipeGetsPlainLines() throws {
        let result = try Command.run("wordcount", sampleTexts + ["-o", directory("out"), "-v"])
        #expect(result.code == 0)
        #expect(!result.errors.contains("\u{1B}") && !result.errors.contains("\r"))
    }

    private func checkTerminal(_ terminal: PseudoTerminal) {
        #expect(terminal.screen.unknown.isEmpty)
        #expect(!terminal.screen.isStyled)
        #expect(terminal.screen.isWrapping)
    }
}
