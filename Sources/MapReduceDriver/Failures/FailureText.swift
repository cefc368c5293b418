package import MapReduceModel
internal import MapReduceReport

/// Formats a failure for users, with the source lines that its backtrace names.
package enum FailureText {
    /// Returns the report of a failed job: what failed, where, at which record, and what to do.
    ///
    /// `replay`: the command that runs the failed task again, or a sentence about it.
    package static func text(
        of failure: Failure,
        attempt: AttemptID?,
        replay: String? = nil
    ) -> String {
        var text = failure.message
        if let attempt {
            text = "the job failed at \(EventText.describe(attempt))"
            if let steps = failure.steps { text += " (\(steps))" }
            text += ":\n  \(failure.message)"
        }
        if let location = failure.location { text += "\n  at \(location)" }
        if let record = failure.record { text += "\n  record: \(record)" }
        if let key = failure.key { text += "\n  key: \(key)" }
        if let backtrace = failure.backtrace { text += lines(ofBacktrace: backtrace) }
        if let log = failure.log {
            text += "\n  from the task's log:"
            for line in log.split(separator: "\n", omittingEmptySubsequences: false) {
                text += "\n    \(line)"
            }
        }
        if let replay { text += "\n  to run this task again:\n    \(replay)" }
        return text.printable
    }

    private static func lines(ofBacktrace backtrace: String) -> String {
        var text = "\n  backtrace, the innermost call first:"
        var sourceLineCount = 0
        for frame in backtrace.split(separator: "\n") {
            text += "\n    \(frame)"
            guard sourceLineCount < DriverLimits.maxSourceLineCount,
                let line = SourceLine.text(ofFrame: frame)
            else { continue }
            text += "\n      \(line)"
            sourceLineCount += 1
        }
        return text
    }
}
