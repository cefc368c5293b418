package import MapReduceControl
package import MapReduceModel
internal import MapReduceProcess
package import MapReduceReport

/// A display of lines on a terminal that are continually rewritten.
package struct LiveDisplay: RunDisplay {
    private var report: LiveReport

    package init(isVerbose: Bool, isColored: Bool) {
        report = LiveReport(isVerbose: isVerbose, isColored: isColored)
    }

    package mutating func didRecord(_ entry: JournalEntry, job: Plan) {
        let text = report.record(entry, job: job)
        write(text)
    }

    package mutating func update(_ progress: RunProgress) {
        // If the shell has put the job in the background, the terminal belongs to the shell.
        guard Terminal.isForeground(2) else { return report.updateUnseen(progress) }
        let text = report.update(progress, .ofTerminal(2))
        write(text)
    }

    package mutating func end() {
        let text = report.end()
        write(text)
    }

    /// Writes text of the report in its current state.
    private func write(_ text: String) {
        guard !text.isEmpty else { return }
        if report.isPainted { TerminalCleanup.setErasesOnSuspend(true) }
        Terminal.writeRaw(text, to: 2)
        if !report.isPainted { TerminalCleanup.setErasesOnSuspend(false) }
    }
}
