package import MapReduceControl
package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// A line on a terminal that is written anew again and again.
package struct LiveDisplay: RunDisplay {
    private let isVerbose: Bool
    private var isLineOpen = false

    package init(isVerbose: Bool) { self.isVerbose = isVerbose }

    package mutating func didRecord(_ entry: JournalEntry, job: Plan) {
        guard let line = EventText.line(for: entry, job: job, isVerbose: isVerbose) else { return }
        end()
        Terminal.write(line, to: 2)
    }

    package mutating func update(_ progress: RunProgress) {
        let line = Self.line(progress, width: Terminal.width(2))
        Terminal.write("\r" + line + "\u{1B}[K", to: 2)
        isLineOpen = true
    }

    package mutating func end() {
        if isLineOpen { Terminal.write("\r\u{1B}[K", to: 2) }
        isLineOpen = false
    }

    /// The state of a run in one line of at most that many columns.
    package static func line(_ progress: RunProgress, width: Int) -> String {
        let share = progress.share
        let barWidth = 12
        let filled = Int(share * Double(barWidth))
        var line = "stage \(progress.stage + 1)/\(progress.stageCount) ["
        line += String(repeating: "=", count: filled)
        line += String(repeating: " ", count: barWidth - filled)
        line += "] \(progress.tasksDone)/\(progress.taskCount) tasks, "
        line += "\(Format.count(progress.recordsRead)) records, "
        line += Format.rate(progress.bytesRead, progress.elapsed)
        if share > 0.02, share < 1 {
            let left = progress.elapsed.inSeconds * (1 - share) / share
            line += ", \(Format.duration(seconds: left)) left"
        }
        return String(line.prefix(max(width - 1, 0)))
    }
}

/// Lines for a log: one now and then, and one for each thing that went wrong.
package struct PlainDisplay: RunDisplay {
    private let isVerbose: Bool
    private var nextLine = Duration.seconds(5)

    package init(isVerbose: Bool) { self.isVerbose = isVerbose }

    package func didRecord(_ entry: JournalEntry, job: Plan) {
        if let line = EventText.line(for: entry, job: job, isVerbose: isVerbose) {
            Terminal.write(line, to: 2)
        }
    }

    package mutating func update(_ progress: RunProgress) {
        guard progress.elapsed >= nextLine else { return }
        nextLine = progress.elapsed + .seconds(5)
        Terminal.write(
            "\(Format.duration(progress.elapsed)): stage \(progress.stage + 1) of "
                + "\(progress.stageCount) (\(progress.steps)), \(progress.tasksDone) of "
                + "\(progress.taskCount) tasks done, "
                + "\(Format.count(progress.recordsRead)) records, "
                + "\(Format.rate(progress.bytesRead, progress.elapsed))\n",
            to: 2
        )
    }

    package func end() {}
}

/// Says what happened to a job, in lines.
package enum EventText {
    /// The line for an entry; nil for what needs none.
    package static func line(for entry: JournalEntry, job: Plan, isVerbose: Bool) -> String? {
        switch entry {
        case .attemptFailed(let attempt, let failure, _):
            var text = "\(describe(attempt)) failed: \(failure.message)"
            if let location = failure.location { text += " at \(location)" }
            return text + "\n"
        case .attemptStarted(let attempt, _, _):
            guard isVerbose, job.stages.indices.contains(attempt.task.stage) else { return nil }
            return "\(describe(attempt)) started: \(job.stages[attempt.task.stage].label)\n"
        case .attemptSucceeded(let attempt, let output, _):
            return isVerbose
                ? "\(describe(attempt)) done: "
                    + Format.count(output.digest.recordCount, "record")
                    + ", \(Format.bytes(output.digest.byteCount))\n" : nil
        case .recordSkipped(_, let record):
            return "the record of \(record.file) at byte \(record.offset) is passed over\n"
        case .attemptStopped(let attempt, _):
            return isVerbose ? "\(describe(attempt)) stopped: it is not needed any more\n" : nil
        case .outputLost(let task):
            return "the output of stage \(task.stage), task \(task.index) is lost; it runs again\n"
        case .attemptAudited(let attempt, _, _):
            return isVerbose ? "\(describe(attempt)) done: it was run to be compared\n" : nil
        case .inputChanged(_, let stage):
            return "stage \(stage) runs again: it has read output that was replaced by another\n"
        case .outputsDiffered(let difference):
            let steps = job.stages[difference.task.stage].label
            return JobSummary.text(of: difference, steps: steps) + "\n"
        case .jobSubmitted, .commitBegan, .jobFinished, .jobRetired: return nil
        }
    }

    package static func describe(_ attempt: AttemptID) -> String {
        "stage \(attempt.task.stage), task \(attempt.task.index), attempt \(attempt.number &+ 1)"
    }
}
