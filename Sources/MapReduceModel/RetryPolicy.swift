/// When the tasks of a job run again: after failures, without their bad records, and to compare
/// outputs.
///
/// `JobDescription` and `JobSubmission` encode it flat, with its fields next to their own.
package struct RetryPolicy: Hashable, Codable, Sendable {
    /// The maximum number of failures of a task through its own fault, usually the user's code.
    package var maxAttempts: Int
    /// The maximum number of records to skip because the user's code fails at them: 0 by default,
    /// because users must ask for an answer that omits some of the input.
    package var maxBadRecords: Int
    /// The percentage of tasks that run a second time, to check whether their output is the same.
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

    /// A field that a message names: its case is a field of a request, its raw value an option.
    package enum Field: String {
        case maxAttempts = "max-attempts"
        case maxBadRecords = "max-bad-records"
        case auditPercent = "audit"
    }

    /// Returns what is wrong with the policy, for the command line and for a coordinator; nil if it
    /// is valid.
    ///
    /// `name`: returns the name of a field for the message.
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
