import MapReduceControl
import MapReduceModel
import MapReduceReport
import TestSupport
import Testing

/// What is on the screen after any sequence of updates, events and resizes.
@Suite struct LiveDisplayTests {
    @Test(arguments: TerminalEmulator.Resizing.allCases)
    func theScreenShowsTheLastUpdateBelowAllEvents(_ resizing: TerminalEmulator.Resizing) {
        forEachSeed(40) { generator in
            var session = Session(resizing, &generator)
            for _ in 0..<Int.random(in: 1...30, using: &generator) {
                session.step(&generator)
            }
            session.check()
            session.end()
        }
    }

    /// While an update is written each cell shows what it showed before or what it will show.
    @Test func noUpdateFlickers() {
        forEachSeed(10) { generator in
            let size = TerminalSize(columnCount: 60, rowCount: 12)
            var terminal = TerminalEmulator(columnCount: 60, rowCount: 12)
            var report = LiveReport(isVerbose: false, isColored: true)
            // A wide character of which one cell is overwritten takes the other with it.
            terminal.write(report.update(.random(&generator, names: ["a", "b c"]), size))
            for _ in 0..<5 {
                let before = terminal
                let text = report.update(.random(&generator, names: ["a", "b c"]), size)
                var after = terminal
                after.write(text)
                // The frame may have to scroll to have room; nothing can be compared then.
                guard after.lines.count <= size.rowCount else { return }
                let (old, new) = (before.screenText, after.screenText)
                for character in text {
                    terminal.write(String(character))
                    let isOldOrNew = terminal.screenText.enumerated().allSatisfy { place, cell in
                        cell == old[place] || cell == new[place]
                    }
                    guard isOldOrNew else {
                        Issue.record("\(terminal.lines)")
                        return
                    }
                }
            }
        }
    }

    @Test func nothingIsWrittenWhenNothingHasChanged() {
        let size = TerminalSize(columnCount: 80, rowCount: 24)
        var report = LiveReport(isVerbose: false, isColored: true)
        #expect(!report.update(.example, size).isEmpty)
        #expect(report.update(.example, size).isEmpty)
        let narrower = TerminalSize(columnCount: 79, rowCount: 24)
        #expect(!report.update(.example, narrower).isEmpty, "what was wrapped is put right")
        #expect(!report.end().isEmpty)
        #expect(report.end().isEmpty)
        #expect(!report.isPainted)
    }

    /// What is echoed of Ctrl-C is erased with the rest.
    @Test func ctrlCLeavesNothing() {
        var terminal = TerminalEmulator(columnCount: 20, rowCount: 4)
        var report = LiveReport(isVerbose: false, isColored: false)
        terminal.write("$ job\n")
        terminal.write(report.update(.example, TerminalSize(columnCount: 20, rowCount: 4)))
        terminal.write("^C")
        terminal.write(report.end())
        #expect(terminal.lines == ["$ job"])
    }

    @Test func colorsAreSwitchedOffAgain() {
        let size = TerminalSize(columnCount: 80, rowCount: 24)
        for isColored in [false, true] {
            var terminal = TerminalEmulator(columnCount: 80, rowCount: 24)
            var report = LiveReport(isVerbose: false, isColored: isColored)
            terminal.write(report.update(.example, size))
            #expect(terminal.styleCount == (isColored ? 3 : 0), "name, bar, failures")
            #expect(!terminal.isStyled)
        }
    }
}

/// A terminal and a run that is shown on it, with what should be seen.
private struct Session {
    private var terminal: TerminalEmulator
    private var report: LiveReport
    private var size: TerminalSize
    private let resizing: TerminalEmulator.Resizing
    /// What stays on the screen.
    private var events: [String] = []
    private var progress: RunProgress?
    private var isUpToDate = true

    init(_ resizing: TerminalEmulator.Resizing, _ generator: inout SeededGenerator) {
        self.resizing = resizing
        size = .random(&generator)
        terminal = TerminalEmulator(
            columnCount: size.columnCount,
            rowCount: size.rowCount,
            resizing: resizing
        )
        report = LiveReport(isVerbose: true, isColored: Bool.random(using: &generator))
        for number in 0..<Int.random(in: 0...40, using: &generator) {
            terminal.write("line \(number)\n")
            events.append("line \(number)")
        }
    }

    mutating func step(_ generator: inout SeededGenerator) {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<5: update(.random(&generator), size)
        case 5..<8: happen(&generator)
        case 8:
            // The terminal is resized, and nothing is written until the next update.
            resize(.random(&generator))
        default:
            // The terminal is resized between the question for its size and the update.
            let before = size
            resize(.random(&generator))
            update(.random(&generator), before)
            isUpToDate = false
        }
    }

    private mutating func update(_ progress: RunProgress, _ size: TerminalSize) {
        terminal.write(report.update(progress, size))
        self.progress = progress
        isUpToDate = true
    }

    private mutating func happen(_ generator: inout SeededGenerator) {
        // Where lines are cut when the terminal is resized, those that stay are short.
        let most = resizing == .wraps ? 200 : 5
        let words = ["x", "漢字", "é", "e\u{301}", "\u{1B}[2J", "\u{9B}1A", "\u{202E}", "🙂"]
        let count = Int.random(in: 0...most, using: &generator)
        let name =
            "x"
            + (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
            .joined()
        let record = BadRecord(file: "f", offset: 7, reason: name)
        let failure = Failure(kind: .threw, message: resizing == .wraps ? name : "x")
        let attempt = AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 1), number: 0)
        let entry =
            Bool.random(using: &generator)
            ? JournalEntry.recordSkipped(attempt.task, record)
            : .attemptFailed(attempt, failure, at: .zero)
        let plan = Plan(name: "job", stages: [])
        terminal.write(report.record(entry, job: plan))
        let line = EventText.line(for: entry, job: plan, isVerbose: false) ?? ""
        events.append(String(line.dropLast()))
    }

    private mutating func resize(_ size: TerminalSize) {
        self.size = size
        terminal.resize(columnCount: size.columnCount, rowCount: size.rowCount)
        isUpToDate = false
    }

    /// Checks what is seen, right after an update.
    mutating func check() {
        if let progress, !isUpToDate { update(progress, size) }
        let lines = terminal.lines
        #expect(Array(lines.prefix(events.count)) == events)
        let live = lines.dropFirst(events.count)
        if let progress {
            #expect(live.first?.hasPrefix(progress.name) ?? false, "\(live)")
            #expect(live.count <= 1 + max(progress.currentStages.count, 1))
            #expect(live.dropFirst().allSatisfy { $0.hasPrefix("  ") }, "\(live)")
            #expect(terminal.cursor.column == 0)
            #expect(terminal.cursor.line.hasPrefix(progress.name))
        } else {
            #expect(live.isEmpty)
        }
        checkTerminal()
    }

    /// Checks that nothing is left after the end.
    mutating func end() {
        terminal.write(report.end())
        #expect(terminal.lines == events)
        checkTerminal()
    }

    private func checkTerminal() {
        #expect(terminal.unknown.isEmpty, "nothing of a name or message is obeyed")
        #expect(!terminal.isStyled)
        #expect(terminal.isWrapping)
    }
}

extension TerminalSize {
    /// With room for any event, as a terminal that cuts lines cuts those that stay as well.
    fileprivate static func random(_ generator: inout SeededGenerator) -> TerminalSize {
        TerminalSize(
            columnCount: Int.random(in: 45...130, using: &generator),
            rowCount: Int.random(in: 12...50, using: &generator)
        )
    }
}
