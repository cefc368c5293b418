/// When the tasks of a job run again: after failures, without their bad records, and to compare
/// outputs.
///
/// `JobDescription` and `JobSubmission` encode it flat, with its fields among their own.
package struct RetryPolicy: Hashable, Codable, Sendable {
    /// Failures that a task may have through its own fault, the user's code above all.
    package var maxAttempts: Int
    /// Records that may be skipped because the user's code fails at them: none, unless asked for,
    /// as an answer without some of its input must be wanted.
    package var maxBadRecords: Int
    /// Tasks that run a second time, to see whether their output is the same, in percent.
    package var auditPercent: Int

    package init(
        maxAttempts: Int = JobLimits.defaultMaxAttempts,
        maxBadRecords: Int = 0,
        auditPercent: Int = 0
    ) {
        self.maxAttempts = maxAttempts
        self.maxBadRecords = maxBadRecords
        self.auditPercent = auditPercent
    }

    /// What a message names: by its case a field of a request, by its raw value an option.
    package enum Field: String {
        case maxAttempts = "max-attempts"
        case maxBadRecords = "max-bad-records"
        case auditPercent = "audit"
    }

    /// What is wrong with the policy, for the command line and for a coordinator; nil when nothing
    /// is.
    ///
    /// `name`: how the message names a field.
    package func problem(name: (Field) -> String) -> String? {
        if !(1...JobLimits.maxAttemptCount ~= maxAttempts) {
            return "\(name(.maxAttempts)) must be from 1 to \(JobLimits.maxAttemptCount)"
        }
        if !(0...JobLimits.maxBadRecordCount ~= maxBadRecords) {
            return "\(name(.maxBadRecords)) must be from 0 to \(JobLimits.maxBadRecordCount)"
        }
        if !(0...100 ~= auditPercent) {
            return "\(name(.auditPercent)) must be a percentage, from 0 to 100"
        }
        if maxBadRecords > 0, maxAttempts < 2 {
            return "\(name(.maxBadRecords)) needs \(name(.maxAttempts)) of at least 2"
        }
        return nil
    }
}
