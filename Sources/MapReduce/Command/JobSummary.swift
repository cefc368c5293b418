internal import MapReduceControl
internal import MapReduceModel

/// What is said at the end of a job.
enum JobSummary {
    /// A few lines about a job that went well.
    static func text(of job: JobState, output: String, elapsed: Duration) -> String {
        let counters = job.counters
        let read = counters[BuiltInCounter.bytesRead]
        let plan = job.submission.plan
        var text =
            "\(plan.name): \(Format.count(counters[BuiltInCounter.recordsRead], "record")), "
            + "\(Format.bytes(read)), in \(Format.duration(elapsed)) "
            + "(\(Format.rate(read, elapsed)))\n"
        text +=
            "  wrote \(Format.count(counters[BuiltInCounter.recordsWritten], "record")), "
            + "\(Format.bytes(counters[BuiltInCounter.bytesWritten])), to \(output)\n"
        let shuffled = counters[BuiltInCounter.pairsShuffled]
        if shuffled > 0 {
            text +=
                "  shuffled \(Format.count(shuffled)) of "
                + "\(Format.count(counters[BuiltInCounter.pairsEmitted], "pair")), "
                + Format.bytes(counters[BuiltInCounter.bytesShuffled])
            let spills = counters[BuiltInCounter.spills]
            text += spills > 0 ? ", \(Format.count(spills, "spill"))\n" : "\n"
        }
        if plan.stages.count > 1, let (stage, time) = slowestStage(job) {
            text += "  slowest stage: \(plan.stages[stage].label), \(Format.duration(time))\n"
        }
        let retries = job.stages.reduce(0) { $0 + $1.failureCount }
        if retries > 0 { text += "  retries: \(retries)\n" }
        let bad = counters[BuiltInCounter.recordsBad]
        if bad > 0 { text += "  bad records, passed over: \(Format.count(bad))\n" }
        for entry in counters.entries where entry.name.hasPrefix(BuiltInCounter.userPrefix) {
            text +=
                "  \(entry.name.dropFirst(BuiltInCounter.userPrefix.count)): "
                + "\(Format.count(entry.value))\n"
        }
        return text
    }

    /// The stage that took longest, from its first start to its last end.
    private static func slowestStage(_ job: JobState) -> (Int, Duration)? {
        var slowest: (Int, Duration)?
        for (index, stage) in job.stages.enumerated() {
            let attempts = stage.tasks.flatMap(\.attempts)
            guard let first = attempts.map(\.startedAt).min(),
                let last = attempts.compactMap(\.endedAt).max()
            else { continue }
            if slowest.map({ $0.1 < last - first }) ?? true { slowest = (index, last - first) }
        }
        return slowest
    }

    /// The report of a job that failed.
    static func text(of failure: Failure, attempt: AttemptID?) -> String {
        var text = failure.message
        if let attempt {
            text = "the job failed at \(EventText.describe(attempt))"
            if let steps = failure.steps { text += " (\(steps))" }
            text += ":\n  \(failure.message)"
        }
        if let location = failure.location { text += "\n  at \(location)" }
        if let record = failure.record { text += "\n  record: \(record)" }
        if let backtrace = failure.backtrace {
            let lines = backtrace.split(separator: "\n", omittingEmptySubsequences: false)
            text += "\n  from the task's log:\n" + lines.map { "    \($0)" }.joined(separator: "\n")
        }
        return text
    }
}
