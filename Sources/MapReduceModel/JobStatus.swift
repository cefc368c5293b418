/// The state of a job, for display.
package struct JobStatus: Hashable, Codable, Sendable {
    package var id: JobID
    /// What distinguishes the job from any other job with the same number; empty on one machine.
    package var uuid = ""
    package var name: String
    /// Who submitted it, as `user@machine`; empty if unknown.
    package var owner = ""
    package var phase: Phase
    /// The output directory.
    package var output: String
    /// The job's share of the slots, relative to other jobs.
    package var weight: Int
    /// Seconds since 1970; 0 if unknown.
    package var submittedAt = 0.0
    /// Seconds from the submission to the end, or to now.
    package var seconds = 0.0
    package var stages: [Stage]
    /// The counters of finished work, by name.
    package var counters: Counters
    /// Records and bytes of input read so far, including those of running attempts.
    package var recordsRead = 0
    package var bytesRead = 0
    package var inputByteCount: Int
    /// The progress of the iterations, in the order of the plan; nil if there are none.
    package var iterations: [Iteration]?
    /// Tasks whose attempts wrote different output: the first ones; below, how many there are.
    package var differences: [OutputDifference] = []
    package var differenceCount = 0
    /// Why the job failed; below, at which attempt.
    package var failure: Failure?
    package var failedAttempt: AttemptID?
    /// What bounded the job; nil until it has succeeded.
    package var verdict: Verdict?

    /// The phase of a job.
    package enum Phase: String, Codable, Sendable, CaseIterable {
        case running
        case committing
        case succeeded
        case failed
        case cancelled

        package var isFinished: Bool { self != .running && self != .committing }
    }

    /// The state of a stage.
    package struct Stage: Hashable, Codable, Sendable {
        /// The steps that it runs, in words.
        package var label: String
        package var taskCount: Int
        package var doneCount: Int
        package var runningCount: Int
        package var failureCount: Int
        package var backupCount: Int
        /// Seconds from the first start to the last success; nil until there are both.
        package var seconds: Double?
        /// Whether it belongs to a round that its iteration does not need.
        package var isLeftOut = false
        /// The sizes of the partitions that it has read; nil for a stage that reads files, and
        /// until it is done.
        package var partitions: PartitionSizes?

        package var isDone: Bool { isLeftOut || doneCount == taskCount }

        package init(
            label: String,
            taskCount: Int,
            doneCount: Int,
            runningCount: Int,
            failureCount: Int,
            backupCount: Int,
            seconds: Double?
        ) {
            self.label = label
            self.taskCount = taskCount
            self.doneCount = doneCount
            self.runningCount = runningCount
            self.failureCount = failureCount
            self.backupCount = backupCount
            self.seconds = seconds
        }
    }

    /// The progress of an iteration.
    package struct Iteration: Hashable, Codable, Sendable {
        /// Its location in the source, for example `iterate at PageRank.swift:19`.
        package var label: String
        /// The number of finished rounds.
        package var roundCount: Int
        /// The maximum number of rounds.
        package var maxRoundCount: Int
        /// The counter that ends it when it is 0 in a round; nil if all rounds take place.
        package var until: String?
        /// The count of the last finished round; nil until there is one, and if nothing is counted.
        package var lastCount: Int?
        /// Whether it ended at its last round while something was still changing.
        package var hasNotConverged: Bool {
            until != nil && roundCount == maxRoundCount && lastCount != 0
        }

        package init(
            label: String,
            roundCount: Int,
            maxRoundCount: Int,
            until: String? = nil,
            lastCount: Int? = nil
        ) {
            self.label = label
            self.roundCount = roundCount
            self.maxRoundCount = maxRoundCount
            self.until = until
            self.lastCount = lastCount
        }
    }

    package init(
        id: JobID,
        name: String,
        phase: Phase,
        output: String,
        weight: Int,
        stages: [Stage],
        counters: Counters,
        inputByteCount: Int
    ) {
        self.id = id
        self.name = name
        self.phase = phase
        self.output = output
        self.weight = weight
        self.stages = stages
        self.counters = counters
        self.inputByteCount = inputByteCount
        recordsRead = counters[BuiltInCounter.recordsRead]
        bytesRead = counters[BuiltInCounter.bytesRead]
    }
}
