internal import MapReduceControl
internal import MapReduceModel

/// How far a run has come.
struct RunProgress {
    var elapsed: Duration
    var stage = 0
    var stageCount = 0
    var steps = ""
    var tasksDone = 0
    var taskCount = 0
    var recordsRead = 0
    var bytesRead = 0
    /// Bytes of all input.
    var byteCount = 0

    init(elapsed: Duration) { self.elapsed = elapsed }

    /// The share of the stage that is done, from 0 to 1.
    var share: Double {
        let tasks = taskCount == 0 ? 0 : Double(tasksDone) / Double(taskCount)
        guard stage == 0, byteCount > 0 else { return tasks }
        return min(max(tasks, Double(bytesRead) / Double(byteCount)), 1)
    }
}

/// Shows a run to a person.
protocol RunDisplay {
    /// Something happened to the job.
    mutating func didRecord(_ entry: JournalEntry, job: Plan)
    /// Some time has passed.
    mutating func update(_ progress: RunProgress)
    /// The run has ended; what comes next stands on a line of its own.
    mutating func end()
}

/// Shows nothing.
struct SilentDisplay: RunDisplay {
    func didRecord(_ entry: JournalEntry, job: Plan) {}
    func update(_ progress: RunProgress) {}
    func end() {}
}
