package import MapReduceModel

/// The state of a stage and its tasks.
package struct StageState: Hashable, Sendable {
    package internal(set) var tasks: [TaskState]
    /// Tasks that wait to be started.
    package internal(set) var pending: TaskQueue
    /// Tasks that have a winner and wait to run once more.
    package internal(set) var pendingAudits = TaskQueue(0..<0)
    /// The number of tasks that still have to run a second time.
    package internal(set) var auditCount = 0
    package internal(set) var doneCount = 0
    package internal(set) var runningCount = 0
    /// The number of failed attempts, of all tasks.
    package internal(set) var failureCount = 0
    /// The number of tasks that were started once more while they were running.
    package internal(set) var backupCount = 0
    /// When the first attempt of the stage began; below, when the last successful one ended.
    package internal(set) var startedAt: Instant?
    package internal(set) var endedAt: Instant?
    /// The attempts that succeeded, in the order in which they did.
    ///
    /// The stage's readers learn of one after another; a later entry for a task replaces an earlier
    /// one. Kept only for a stage that another one reads.
    package internal(set) var outputLog: [OutputLogEntry] = []
    /// The pairs that the winners have written for other stages; below, those that they have read.
    ///
    /// Written pairs are counted separately for each output.
    package internal(set) var written: [PairChecksum]
    package internal(set) var read = PairChecksum()
    /// The sums of the winners' counters and, from the job's commit on, of those whose output was
    /// lost after it had been read.
    package internal(set) var counters = Counters()
    /// Whether the stage belongs to a round that its iteration does not need.
    package internal(set) var isLeftOut = false
    /// The number of winners that read pairs and did not need all of them.
    var partialReadCount = 0
    /// The paces of the last tasks to finish.
    var paces = PaceSamples()

    init(taskCount: Int, outputCount: Int) {
        written = Array(repeating: PairChecksum(), count: outputCount)
        tasks = Array(repeating: TaskState(), count: taskCount)
        pending = TaskQueue(0..<taskCount)
    }

    /// Whether each task has a winner.
    package var isDone: Bool { doneCount == tasks.count }

    /// Whether all attempts that the job waits for have ended.
    package var isOver: Bool { isDone && auditCount == 0 }

    /// Adds, or subtracts, what a winner has read and written.
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

/// One output of a stage, in its log.
package struct OutputLogEntry: Hashable, Sendable {
    package let task: Int32
    package let attempt: Int32
}

/// The nanoseconds per byte of the tasks that finished last, for their median.
///
/// 255 samples represent a stage well enough, and are cheap to sort.
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

    /// The median; nil if there are no samples.
    var median: Double? { values.isEmpty ? nil : values.sorted()[values.count / 2] }
}
