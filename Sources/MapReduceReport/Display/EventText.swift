package import MapReduceControl
package import MapReduceModel

/// Describes what happened to a job, in lines.
package enum EventText {
    /// Returns the line for an entry; nil if it needs none.
    package static func line(for entry: JournalEntry, job: Plan, isVerbose: Bool) -> String? {
        text(for: entry, job: job, isVerbose: isVerbose)?.printable
    }

    private static func text(for entry: JournalEntry, job: Plan, isVerbose: Bool) -> String? {
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
