/// How a job is doing, for those who watch it.
package struct JobStatus: Hashable, Codable, Sendable {
    package var id: JobID
    /// What tells the job from any other one of the same number; empty on one machine.
    package var uuid = ""
    package var name: String
    /// Who submitted it, as `user@machine`; empty where nobody said.
    package var owner = ""
    package var phase: Phase
    /// The directory that the output goes to.
    package var output: String
    /// The job's share of the slots, relative to other jobs.
    package var weight: Int
    /// Seconds since 1970; 0 where nobody noted it.
    package var submittedAt = 0.0
    /// Seconds from the submission to the end, or to now.
    package var seconds = 0.0
    package var stages: [Stage]
    /// The counters of what is done, by name.
    package var counters: Counters
    /// Records and bytes of input read so far, those of running attempts included.
    package var recordsRead = 0
    package var bytesRead = 0
    package var inputByteCount: Int
    /// How far the iterations are, in the order of the plan; nil where there is none.
    package var iterations: [Iteration]?
    /// Tasks whose attempts wrote different output: the first ones, and how many there are.
    package var differences: [OutputDifference] = []
    package var differenceCount = 0
    /// Why the job failed, and at which attempt.
    package var failure: Failure?
    package var failedAttempt: AttemptID?
    /// What bounded the job; nil until it has succeeded.
    package var verdict: Verdict?

    /// Where a job stands.
    package enum Phase: String, Codable, Sendable, CaseIterable {
        case running
        case committing
        case succeeded
        case failed
        case cancelled

        package var isFinished: Bool { self != .running && self != .committing }
    }

    /// How a stage is doing.
    package struct Stage: Hashable, Codable, Sendable {
        /// The steps that it runs, in words.
        package var label: String
        package var taskCount: Int
        package var doneCount: Int
        package var runningCount: Int
        package var failureCount: Int
        package var backupCount: Int
        /// Seconds from the first start to the last success; nil before there are both.
        package var seconds: Double?
        /// Whether it is part of a round that its iteration does not need.
        package var isLeftOut = false
        /// How large the partitions are that it has read; nil for one that reads files, and until
        /// it is done.
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

    /// How far an iteration is.
    package struct Iteration: Hashable, Codable, Sendable {
        /// Where it stands in the source, for example `iterate at PageRank.swift:19`.
        package var label: String
        /// Rounds that are done.
        package var roundCount: Int
        /// The most rounds that it may have.
        package var maxRoundCount: Int
        /// The counter whose being 0 in a round ends it; nil for one whose rounds all take place.
        package var until: String?
        /// What the last round that is done has counted; nil before there is one, and where
        /// nothing is counted.
        package var lastCount: Int?
        /// Whether it ended at its last round while something still changed.
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
