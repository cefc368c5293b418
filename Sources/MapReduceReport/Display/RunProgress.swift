package import MapReduceControl
package import MapReduceModel

/// How far a run has come.
package struct RunProgress {
    package var elapsed: Duration
    package var name = ""
    package var phase = JobStatus.Phase.running
    package var stages: [JobStatus.Stage] = []
    /// Records and bytes of input read so far.
    package var recordsRead = 0
    package var bytesRead = 0
    /// Bytes of all input.
    package var byteCount = 0
    /// The stage that reads all of the input, if a single one does.
    package var onlyReader: Int?

    package init(elapsed: Duration) { self.elapsed = elapsed }

    /// How far a job has come that has run for so long.
    package init(_ status: JobStatus, of plan: Plan, elapsed: Duration) {
        self.elapsed = elapsed
        name = status.name
        phase = status.phase
        stages = status.stages
        recordsRead = status.recordsRead
        bytesRead = status.bytesRead
        byteCount = status.inputByteCount
        let readers = plan.stages.indices.filter { stage in
            if case .files = plan.stages[stage].input { true } else { false }
        }
        onlyReader = readers.count == 1 ? readers[0] : nil
    }

    /// How many stages are done.
    package var doneStageCount: Int { stages.count(where: \.isDone) }

    /// The stages whose tasks run; where none does, the first that is not done.
    package var currentStages: [Int] {
        let undone = stages.indices.filter { !stages[$0].isDone }
        let running = undone.filter { stages[$0].runningCount > 0 }
        return running.isEmpty ? Array(undone.prefix(1)) : running
    }

    /// The share of a stage that is done, from 0 to 1: by tasks, and by bytes where they are the
    /// stage's own.
    package func share(of stage: Int) -> Double {
        let tasks = stages[stage]
        var share =
            tasks.taskCount == 0 ? 0 : Double(tasks.doneCount) / Double(tasks.taskCount)
        if stage == onlyReader, byteCount > 0 {
            share = max(share, Double(bytesRead) / Double(byteCount))
        }
        return min(max(share, 0), 1)
    }
}

/// Shows a run to a person.
package protocol RunDisplay {
    /// Something happened to the job.
    mutating func didRecord(_ entry: JournalEntry, job: Plan)
    /// Some time has passed.
    mutating func update(_ progress: RunProgress)
    /// The run has ended, or its watching has; what comes next stands on a line of its own.
    mutating func end()
}

/// Shows nothing.
package struct SilentDisplay: RunDisplay {
    package init() {}

    package func didRecord(_ entry: JournalEntry, job: Plan) {}
    package func update(_ progress: RunProgress) {}
    package func end() {}
}
