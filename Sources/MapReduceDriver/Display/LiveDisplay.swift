package import MapReduceControl
package import MapReduceModel
internal import MapReduceProcess
package import MapReduceReport

/// Lines on a terminal that are written again and again.
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
        // A shell that has put the job in the background has the terminal to itself.
        guard Terminal.isForeground(2) else { return report.updateUnseen(progress) }
        let text = report.update(progress, .ofTerminal(2))
        write(text)
    }

    package mutating func end() {
        let text = report.end()
        write(text)
    }

    /// Writes what the report, as it is now, has said.
    private func write(_ text: String) {
        guard !text.isEmpty else { return }
        if report.isPainted { TerminalCleanup.setErasesOnSuspend(true) }
        Terminal.writeRaw(text, to: 2)
        if !report.isPainted { TerminalCleanup.setErasesOnSuspend(false) }
    }
}
