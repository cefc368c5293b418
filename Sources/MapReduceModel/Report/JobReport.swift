/// Everything known about a job: what pages show, and what scripts read.
///
/// All times are seconds since the job was submitted. `Documentation/job-report.schema.json`
/// describes the document.
package struct JobReport: Hashable, Codable, Sendable {
    /// The version of the document; a new field does not change it.
    package var version = 1
    package var job: JobStatus
    /// The job's plan; all lists of stages here have the order of its stages.
    package var plan: Plan
    package var stages: [Stage]
    /// All attempts, in the order of their tasks and numbers.
    package var attempts: [Attempt]
    /// The bytes that each task of a stage wrote for each partition, if these are few.
    package var shuffles: [ShuffleMatrix]
    /// The first failed attempts.
    package var failures: [AttemptFailure]
    /// The workers that ran attempts.
    package var workers: [Worker]
    /// The settings that the job was run with; nil if unknown.
    package var settings: Settings?
    /// What bounded the job; nil until it has succeeded.
    package var verdict: Verdict?
    /// The command that reruns a task, with `STAGE.TASK` in place of its name; nil if there is
    /// none.
    package var replayCommand: String?
    /// The number of the last event that the report includes; nil if events have no numbers.
    package var lastEvent: Int?

    package init(
        job: JobStatus,
        plan: Plan,
        stages: [Stage],
        attempts: [Attempt],
        shuffles: [ShuffleMatrix],
        failures: [AttemptFailure]
    ) {
        self.job = job
        self.plan = plan
        self.stages = stages
        self.attempts = attempts
        self.shuffles = shuffles
        self.failures = failures
        workers = []
    }

    /// The totals of a stage's attempts that count.
    package struct Stage: Hashable, Codable, Sendable {
        /// When the first attempt began; below, when the last successful one ended.
        package var start: Double?
        package var end: Double?
        /// The sums over its attempts that count.
        package var counters: Counters
        package var times: StageTimes
        /// Bytes of its input files; below, of those that are compressed in one piece, which no two
        /// tasks can share.
        package var inputByteCount = 0
        package var uncutByteCount = 0

        package init(start: Double?, end: Double?, counters: Counters, times: StageTimes) {
            self.start = start
            self.end = end
            self.counters = counters
            self.times = times
        }
    }

    /// One attempt at a task.
    package struct Attempt: Hashable, Codable, Sendable {
        package var stage: Int
        package var task: Int
        /// The number of the attempt, from 0.
        package var number: Int
        package var worker: Int
        package var state: TaskStatus.Attempt.State
        /// Whether it was started while another attempt of its task was running.
        package var isBackup: Bool
        package var start: Double
        /// Nil while it is running.
        package var end: Double?
        /// What its time went into; nil unless it succeeded.
        package var times: TaskTimes?
        /// Records or pairs that it read; below, those that it wrote; 0 unless it succeeded.
        package var recordsIn = 0
        package var recordsOut = 0
        /// The same in bytes, as stored.
        package var bytesIn = 0
        package var bytesOut = 0

        package init(
            stage: Int,
            task: Int,
            number: Int,
            worker: Int,
            state: TaskStatus.Attempt.State,
            isBackup: Bool,
            start: Double,
            end: Double?
        ) {
            self.stage = stage
            self.task = task
            self.number = number
            self.worker = worker
            self.state = state
            self.isBackup = isBackup
            self.start = start
            self.end = end
        }
    }

    /// The bytes that each task of a stage wrote for each partition.
    package struct ShuffleMatrix: Hashable, Codable, Sendable {
        package var stage: Int
        package var output: Int
        /// For each task of the stage, the bytes for each partition; empty for a task that is not
        /// done.
        package var byteCounts: [[Int]]

        package init(stage: Int, output: Int, byteCounts: [[Int]]) {
            self.stage = stage
            self.output = output
            self.byteCounts = byteCounts
        }
    }

    /// Why an attempt failed.
    package struct AttemptFailure: Hashable, Codable, Sendable {
        package var stage: Int
        package var task: Int
        package var number: Int
        package var failure: Failure

        package init(stage: Int, task: Int, number: Int, failure: Failure) {
            self.stage = stage
            self.task = task
            self.number = number
            self.failure = failure
        }
    }

    /// A worker that ran attempts.
    package struct Worker: Hashable, Codable, Sendable {
        package var id: Int
        /// Its address; the machine's name for a run without a cluster.
        package var name: String
        package var slotCount: Int
        /// The number of processors that its tasks may use; below, the free bytes of memory for
        /// them; nil if unknown.
        package var processorCount: Int?
        package var memoryByteCount: Int?

        package init(id: Int, name: String, slotCount: Int) {
            self.id = id
            self.name = name
            self.slotCount = slotCount
        }
    }

    /// The options that affect what bounds a job.
    package struct Settings: Hashable, Codable, Sendable {
        /// Bytes of memory for the pairs of one task.
        package var memoryByteCount: Int
        /// The number of partitions of every shuffle that does not specify it.
        package var reducerCount: Int
        /// The maximum number of bytes of input for one task.
        package var splitByteCount: Int
        /// Whether the parts of the output are compressed.
        package var compressesOutput: Bool

        package init(
            memoryByteCount: Int,
            reducerCount: Int,
            splitByteCount: Int,
            compressesOutput: Bool
        ) {
            self.memoryByteCount = memoryByteCount
            self.reducerCount = reducerCount
            self.splitByteCount = splitByteCount
            self.compressesOutput = compressesOutput
        }
    }
}
