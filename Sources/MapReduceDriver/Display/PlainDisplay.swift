package import MapReduceControl
package import MapReduceModel
internal import MapReduceProcess
package import MapReduceReport

/// A display of lines for a log: a progress line now and then, and a line for each problem.
package struct PlainDisplay: RunDisplay {
    private var lines: EventLines
    private var nextLine = DriverLimits.plainLineInterval

    package init(isVerbose: Bool) { lines = EventLines(isVerbose: isVerbose) }

    package mutating func didRecord(_ entry: JournalEntry, job: Plan) {
        if let line = lines.line(for: entry, job: job) { Terminal.write(line, to: 2) }
    }

    package mutating func update(_ progress: RunProgress) {
        guard progress.elapsed >= nextLine else { return }
        nextLine = progress.elapsed + DriverLimits.plainLineInterval
        Terminal.write(progress.line, to: 2)
    }

    package mutating func end() { Terminal.write(lines.rest(), to: 2) }
}
