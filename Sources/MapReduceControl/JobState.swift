package import MapReduceModel

/// A job, as the journal tells it.
package struct JobState: Hashable, Sendable {
    package let submission: JobSubmission
    package internal(set) var phase = Phase.running
    package internal(set) var stages: [StageState]

    /// running → committing → finished; running → finished.
    package enum Phase: Hashable, Sendable {
        case running
        case committing
        case finished(JobOutcome)
    }

    package var id: JobID { submission.id }

    init(_ submission: JobSubmission) {
        self.submission = submission
        stages = submission.plan.stages.map { stage in
            let count: Int
            switch stage.input {
            case .files: count = submission.splits[stage.id].count
            case .shuffle(let source): count = submission.plan.stages[source].partitionCount
            }
            return StageState(taskCount: count)
        }
    }

    /// Attempts of the job that run now.
    package var runningCount: Int { stages.reduce(0) { $0 + $1.runningCount } }

    /// Whether everything that a stage reads is there.
    package func isReady(stage: Int) -> Bool {
        switch submission.plan.stages[stage].input {
        case .files: true
        case .shuffle(let source): stages[source].isDone
        }
    }

    /// Whether the output of a stage will still be read, or is the job's own.
    package func isNeeded(stage: Int) -> Bool {
        for reader in submission.plan.stages where reader.input == .shuffle(stage: stage) {
            if !stages[reader.id].isDone { return true }
        }
        return submission.plan.stages[stage].output == .files
    }

    /// The stage with the lowest index that has a task to start.
    package var nextStage: Int? {
        guard phase == .running else { return nil }
        return stages.indices.first { !stages[$0].pending.isEmpty && isReady(stage: $0) }
    }

    /// Records that are passed over, in all tasks.
    package var badRecordCount: Int {
        stages.reduce(0) { $0 + $1.tasks.reduce(0) { $0 + $1.badRecords.count } }
    }

    /// The records that the winning attempts passed over, in the order of their tasks.
    package var skippedRecords: [BadRecord] {
        stages.flatMap { $0.tasks.flatMap { $0.winningOutput?.badRecords ?? [] } }
    }

    /// The sums of the counters of all winning attempts.
    package var counters: Counters {
        var counters = Counters()
        for stage in stages {
            for task in stage.tasks {
                if let output = task.winningOutput { counters.add(output.counters) }
            }
        }
        return counters
    }
}

/// A stage's tasks.
package struct StageState: Hashable, Sendable {
    package internal(set) var tasks: [TaskState]
    /// Tasks that wait to be started.
    package internal(set) var pending: TaskQueue
    package internal(set) var doneCount = 0
    package internal(set) var runningCount = 0
    /// Failed attempts, of all tasks.
    package internal(set) var failureCount = 0

    init(taskCount: Int) {
        tasks = Array(repeating: TaskState(), count: taskCount)
        pending = TaskQueue(0..<taskCount)
    }

    package var isDone: Bool { doneCount == tasks.count }
}

/// A task and its attempts, whose numbers are their indexes.
package struct TaskState: Hashable, Sendable {
    package internal(set) var attempts: [AttemptState] = []
    /// The attempt whose output counts.
    package internal(set) var winner: Int?
    /// Failures that count against the task, and those that count against the cluster.
    package internal(set) var ownFailures = 0
    package internal(set) var clusterFailures = 0
    /// Records that the next attempts pass over.
    package internal(set) var badRecords: [BadRecord] = []

    package var winningOutput: TaskOutput? {
        guard let winner, case .succeeded(let output) = attempts[winner].status else { return nil }
        return output
    }

    /// How often the user's code failed at this place of the input.
    func failureCount(at location: RecordLocation) -> Int {
        attempts.count { attempt in
            guard case .failed(let failure) = attempt.status else { return false }
            return (failure.kind == .threw || failure.kind == .crashed)
                && failure.location?.path == location.path
                && failure.location?.offset == location.offset
        }
    }

    package var isRunning: Bool { attempts.contains { $0.status == .running } }
}

/// One try at a task.
package struct AttemptState: Hashable, Sendable {
    package let worker: WorkerID
    package let startedAt: Instant
    package internal(set) var endedAt: Instant?
    package internal(set) var status = Status.running

    /// running → succeeded, failed or stopped; succeeded → lost.
    package enum Status: Hashable, Sendable {
        case running
        case succeeded(TaskOutput)
        case failed(Failure)
        case stopped
        /// It succeeded, and its output is gone.
        case lost
    }
}

/// Indexes of tasks, the lowest first.
///
/// Cost: logarithmic. Source: binary heap (Williams 1964).
package struct TaskQueue: Hashable, Sendable {
    private var heap: [Int]

    /// A rising range is a heap already.
    init(_ range: Range<Int>) { heap = Array(range) }

    package var isEmpty: Bool { heap.isEmpty }
    package var count: Int { heap.count }
    package var first: Int? { heap.first }

    mutating func insert(_ index: Int) {
        heap.append(index)
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right] < heap[left] ? right : left
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
