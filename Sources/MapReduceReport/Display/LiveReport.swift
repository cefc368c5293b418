package import MapReduceControl
package import MapReduceModel

/// A run on a terminal, as the text to write to it.
///
/// It performs no I/O itself.
package struct LiveReport {
    private var lines: EventLines
    private var screen: LiveScreen
    private var pace = Pace()

    package init(isVerbose: Bool, isColored: Bool) {
        lines = EventLines(isVerbose: isVerbose)
        screen = LiveScreen(isColored: isColored)
    }

    /// Whether there are lines to erase at the end or after a signal.
    package var isPainted: Bool { screen.isPainted }

    /// Returns what to write for an event of the job.
    package mutating func record(_ entry: JournalEntry, job: Plan) -> String {
        guard let line = lines.line(for: entry, job: job) else { return "" }
        return screen.show(line)
    }

    /// Returns what to write after some time has passed, for the terminal's current size.
    package mutating func update(_ progress: RunProgress, _ size: TerminalSize) -> String {
        pace.add(progress)
        return screen.paint(ProgressLines.lines(of: progress, pace, size), size)
    }

    /// Updates the progress while another program uses the terminal.
    package mutating func updateUnseen(_ progress: RunProgress) {
        pace.add(progress)
        screen.forget()
    }

    package mutating func end() -> String { screen.erase() + lines.rest() }
}
