package import MapReduceModel

/// A stage's tasks.
package struct StageState: Hashable, Sendable {
    package internal(set) var tasks: [TaskState]
    /// Tasks that wait to be started.
    package internal(set) var pending: TaskQueue
    /// Tasks that have a winner, and wait to be run once more.
    package internal(set) var pendingAudits = TaskQueue(0..<0)
    /// Tasks that are still to run a second time.
    package internal(set) var auditCount = 0
    package internal(set) var doneCount = 0
    package internal(set) var runningCount = 0
    /// Failed attempts, of all tasks.
    package internal(set) var failureCount = 0
    /// Tasks that were started once more while they ran.
    package internal(set) var backupCount = 0
    /// When the first attempt of the stage began, and when the last one that succeeded ended.
    package internal(set) var startedAt: Instant?
    package internal(set) var endedAt: Instant?
    /// The attempts that succeeded, in the order in which they did.
    ///
    /// A stage that reads them learns of one after another; a later entry for a task takes the
    /// place of an earlier one.
    /// Kept only for a stage that is read by another one.
    package internal(set) var outputLog: [OutputLogEntry] = []
    /// The pairs that the winners have written for other stages, and those that they have read.
    ///
    /// What is written is counted for each output.
    package internal(set) var written: [PairChecksum]
    package internal(set) var read = PairChecksum()
    /// The sums of the counters of the winners, and from the job's commit on of those whose output
    /// was lost when it had been read.
    package internal(set) var counters = Counters()
    /// Whether the stage is part of a round that its iteration does not need.
    package internal(set) var isLeftOut = false
    /// Winners that read pairs and did not need all of them.
    var partialReadCount = 0
    /// How long the last tasks took for their input.
    var paces = PaceSamples()

    init(taskCount: Int, outputCount: Int) {
        written = Array(repeating: PairChecksum(), count: outputCount)
        tasks = Array(repeating: TaskState(), count: taskCount)
        pending = TaskQueue(0..<taskCount)
    }

    /// Whether each task has a winner.
    package var isDone: Bool { doneCount == tasks.count }

    /// Whether all attempts have ended that the job waits for.
    package var isOver: Bool { isDone && auditCount == 0 }

    /// Counts, or counts no more, what a winner has read and written.
    mutating func count(_ output: TaskOutput, isCounted: Bool) {
        if isCounted {
            counters.add(output.counters)
        } else {
            counters.subtract(output.counters)
        }
        for (index, pairs) in output.written.prefix(written.count).enumerated() {
            if isCounted { written[index] += pairs } else { written[index] -= pairs }
        }
        if let pairs = output.read {
            if isCounted { read += pairs } else { read -= pairs }
        }
        if output.read == nil { partialReadCount += isCounted ? 1 : -1 }
    }
}

/// One more output of a stage.
package struct OutputLogEntry: Hashable, Sendable {
    package let task: Int32
    package let attempt: Int32
}

/// The nanoseconds for each byte of the tasks that were done last, of which the median is asked.
///
/// 255 of them say enough of a stage, and cost little to sort.
struct PaceSamples: Hashable, Sendable {
    private var values: [Double] = []
    private var next = 0

    mutating func add(_ duration: Duration, byteCount: Int) {
        let pace = Double(duration.nanoseconds) / Double(max(byteCount, 1))
        if values.count < Policy.paceSampleCount {
            values.append(pace)
        } else {
            values[next] = pace
            next = (next + 1) % Policy.paceSampleCount
        }
    }

    /// The median; nil when there is nothing.
    var median: Double? { values.isEmpty ? nil : values.sorted()[values.count / 2] }
}
