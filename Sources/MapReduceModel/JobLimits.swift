/// Limits and defaults of what a job may ask for, on one machine and on a cluster.
package enum JobLimits {
    /// Failures that a task may have through its own fault, if its job says nothing: three more
    /// tries tell a flaky machine from a closure that always fails.
    package static let defaultMaxAttempts = 4
    /// Failures that a job may allow a task.
    package static let maxAttemptCount = 1000
    /// Bad records that a job may skip.
    package static let maxBadRecordCount = 1_000_000
    /// Seconds that a closure may take without progress: none that works should take ten minutes
    /// for one record, and one that hangs should not take the night.
    package static let taskTimeoutSeconds = 600
    /// The longest time without progress that can be asked for, in seconds: a year.
    package static let maxTaskTimeoutSeconds = 365 * 24 * 3600
    /// Slots of a machine, of a worker or of a job: more than any machine has processors.
    package static let maxSlotCount = 4096
    /// The most that a job may weigh against another one: sums of weights stay exact.
    package static let maxWeight = 1_000_000
}
