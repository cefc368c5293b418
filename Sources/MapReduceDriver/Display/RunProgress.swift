package import MapReduceControl
package import MapReduceModel

/// How far a run has come.
package struct RunProgress {
    package var elapsed: Duration
    package var stage = 0
    package var stageCount = 0
    package var steps = ""
    package var tasksDone = 0
    package var taskCount = 0
    package var recordsRead = 0
    package var bytesRead = 0
    /// Bytes of all input.
    package var byteCount = 0

    package init(elapsed: Duration) { self.elapsed = elapsed }

    /// How far a job has come that has run for so long.
    package init(_ status: JobStatus, elapsed: Duration) {
        self.elapsed = elapsed
        stageCount = status.stages.count
        byteCount = status.inputByteCount
        recordsRead = status.recordsRead
        bytesRead = status.bytesRead
        guard !status.stages.isEmpty else { return }
        stage = status.stages.firstIndex { !$0.isDone } ?? stageCount - 1
        steps = status.stages[stage].label
        tasksDone = status.stages[stage].doneCount
        taskCount = status.stages[stage].taskCount
    }

    /// The share of the stage that is done, from 0 to 1.
    package var share: Double {
        var share = taskCount == 0 ? 0 : Double(tasksDone) / Double(taskCount)
        if stage == 0, byteCount > 0 { share = max(share, Double(bytesRead) / Double(byteCount)) }
        return min(max(share, 0), 1)
    }
}

/// Shows a run to a person.
package protocol RunDisplay {
    /// Something happened to the job.
    mutating func didRecord(_ entry: JournalEntry, job: Plan)
    /// Some time has passed.
    mutating func update(_ progress: RunProgress)
    /// The run has ended; what comes next stands on a line of its own.
    mutating func end()
}

/// Shows nothing.
package struct SilentDisplay: RunDisplay {
    package init() {}

    package func didRecord(_ entry: JournalEntry, job: Plan) {}
    package func update(_ progress: RunProgress) {}
    package func end() {}
}
