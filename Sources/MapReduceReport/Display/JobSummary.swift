internal import MapReduceControl
package import MapReduceModel

/// The summary at the end of a job.
package enum JobSummary {
    /// Returns a few lines about a job that succeeded.
    package static func text(of job: JobStatus, output: String, elapsed: Duration) -> String {
        let counters = job.counters
        let read = counters[BuiltInCounter.bytesRead]
        let name = job.name.printableLine
        var text =
            "\(name): \(Format.count(counters[BuiltInCounter.recordsRead], "record")), "
            + "\(Format.bytes(read)), in \(Format.duration(elapsed)) "
            + "(\(Format.rate(read, elapsed)))\n"
        text +=
            "  wrote \(Format.count(counters[BuiltInCounter.recordsWritten], "record")), "
            + "\(Format.bytes(counters[BuiltInCounter.bytesWritten])), to \(output.printableLine)\n"
        let shuffled = counters[BuiltInCounter.pairsShuffled]
        if shuffled > 0 {
            text +=
                "  shuffled \(Format.count(shuffled)) of "
                + "\(Format.count(counters[BuiltInCounter.pairsEmitted], "pair")), "
                + Format.bytes(counters[BuiltInCounter.bytesShuffled])
            let spills = counters[BuiltInCounter.spills]
            text += spills > 0 ? ", \(Format.count(spills, "spill"))\n" : "\n"
        }
        if job.stages.count > 1,
            let slowest = job.stages.max(by: { $0.seconds ?? 0 < $1.seconds ?? 0 }),
            let seconds = slowest.seconds
        {
            let time = Format.duration(seconds: seconds)
            text += "  slowest stage: \(slowest.label.printableLine), \(time)\n"
        }
        text += PartitionText.lines(of: job)
        let retries = job.stages.reduce(0) { $0 &+ $1.failureCount }
        if retries > 0 { text += "  retries: \(retries)\n" }
        let backups = job.stages.reduce(0) { $0 &+ $1.backupCount }
        if backups > 0 { text += "  backups of slow tasks: \(backups)\n" }
        text += IterationText.lines(of: job)
        for difference in job.differences {
            let steps = job.stages[difference.task.stage].label
            text += "  warning: \(self.text(of: difference, steps: steps))\n"
        }
        if job.differenceCount > job.differences.count {
            text +=
                "  and \(job.differenceCount - job.differences.count) more tasks that differed\n"
        }
        let bad = counters[BuiltInCounter.recordsBad]
        if bad > 0 { text += "  bad records, passed over: \(Format.count(bad))\n" }
        for entry in counters.entries where entry.name.hasPrefix(BuiltInCounter.userPrefix) {
            let counter = String(entry.name.dropFirst(BuiltInCounter.userPrefix.count))
            text += "  \(counter.printableLine): \(Format.count(entry.value))\n"
        }
        return (text + (job.verdict.map(lines) ?? "")).printable
    }

    /// Returns what bounded the job, and what would help.
    private static func lines(of verdict: Verdict) -> String {
        "  \(verdict.text)\n" + (verdict.advice.map { "  \($0.text)\n" } ?? "")
    }

    /// Returns a message that a task gave two outputs.
    ///
    /// `steps`: the user's steps that its stage runs.
    package static func text(of difference: OutputDifference, steps: String) -> String {
        "stage \(difference.task.stage), task \(difference.task.index) (\(steps)) is not "
            + "deterministic: attempts \(difference.first + 1) and \(difference.second + 1) wrote "
            + "different output from the same input; the job's output is made of one of them"
    }
}
