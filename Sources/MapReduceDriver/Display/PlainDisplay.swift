package import MapReduceControl
package import MapReduceModel

/// Lines for a log: one now and then, and one for each thing that went wrong.
package struct PlainDisplay: RunDisplay {
    private var lines: EventLines
    private var nextLine = Duration.seconds(5)

    package init(isVerbose: Bool) { lines = EventLines(isVerbose: isVerbose) }

    package mutating func didRecord(_ entry: JournalEntry, job: Plan) {
        if let line = lines.line(for: entry, job: job) { Terminal.write(line, to: 2) }
    }

    package mutating func update(_ progress: RunProgress) {
        guard progress.elapsed >= nextLine else { return }
        nextLine = progress.elapsed + .seconds(5)
        Terminal.write(Self.line(progress), to: 2)
    }

    package mutating func end() { Terminal.write(lines.rest(), to: 2) }

    /// The state of a run in one line.
    package static func line(_ progress: RunProgress) -> String {
        let stages = progress.currentStages.map { number in
            let stage = progress.stages[number]
            return "stage \(number) (\(stage.label)) \(Format.count(stage.doneCount)) of "
                + "\(Format.count(stage.taskCount, "task")), "
        }
        let line =
            "\(Format.duration(progress.elapsed)): " + stages.joined()
            + "\(Format.count(progress.recordsRead, "record")), "
            + Format.rate(progress.bytesRead, progress.elapsed)
        return line.printableLine + "\n"
    }
}
