package import Logging
package import MapReduceModel

/// A limit on log lines that say much the same about one job: the first ones are logged as
/// warnings, and the rest are counted.
package struct RepeatedLines {
    private var counts: [JobID: [String: Int]] = [:]

    package init() {}

    /// Returns the level of the next line of this kind.
    package mutating func level(of kind: String, _ job: JobID) -> Logger.Level {
        counts[job, default: [:]][kind, default: 0] += 1
        let count = counts[job]?[kind] ?? 0
        return count <= HTTPLimits.repeatedLineCount ? .warning : .debug
    }

    /// Logs how many lines of a job were left out, and forgets the job.
    package mutating func end(_ job: JobID, _ logger: Logger) {
        for (kind, count) in (counts.removeValue(forKey: job) ?? [:]).sorted(by: { $0.key < $1.key }
        )
        where count > HTTPLimits.repeatedLineCount {
            logger.warning(
                "more lines of a job were left out, which `--log-level debug` shows",
                metadata: job.fields + [
                    "line": "\(kind)",
                    "count": .stringConvertible(count - HTTPLimits.repeatedLineCount),
                ]
            )
        }
    }
}
