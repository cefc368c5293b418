package import MapReduceControl
package import MapReduceModel

/// A run on a terminal, as what is to be written to it.
///
/// It asks for nothing and writes nothing itself.
package struct LiveReport {
    private var lines: EventLines
    private var screen: LiveScreen
    private var pace = Pace()

    package init(isVerbose: Bool, isColored: Bool) {
        lines = EventLines(isVerbose: isVerbose)
        screen = LiveScreen(isColored: isColored)
    }

    /// Whether there are lines that the end, or a signal, must erase.
    package var isPainted: Bool { screen.isPainted }

    /// Something happened to the job.
    package mutating func record(_ entry: JournalEntry, job: Plan) -> String {
        guard let line = lines.line(for: entry, job: job) else { return "" }
        return screen.show(line)
    }

    /// Some time has passed, and the terminal has this size now.
    package mutating func update(_ progress: RunProgress, _ size: TerminalSize) -> String {
        pace.add(progress)
        return screen.paint(ProgressLines.lines(of: progress, pace, size), size)
    }

    /// The same where the terminal is another program's for now.
    package mutating func updateUnseen(_ progress: RunProgress) {
        pace.add(progress)
        screen.forget()
    }

    package mutating func end() -> String { screen.erase() + lines.rest() }
}
