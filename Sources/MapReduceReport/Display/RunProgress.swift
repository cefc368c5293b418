package import MapReduceControl
package import MapReduceModel

/// The progress of a run.
package struct RunProgress {
    package var elapsed: Duration
    package var name = ""
    package var phase = JobStatus.Phase.running
    package var stages: [JobStatus.Stage] = []
    /// Records of input read so far; below, bytes.
    package var recordsRead = 0
    package var bytesRead = 0
    /// The size of all input in bytes.
    package var byteCount = 0
    /// The only stage that reads input, if there is just one.
    package var onlyReader: Int?

    package init(elapsed: Duration) { self.elapsed = elapsed }

    /// Creates the progress of a job that has run for the elapsed time.
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

    /// The number of stages that are done.
    package var doneStageCount: Int { stages.count(where: \.isDone) }

    /// The stages whose tasks are running; if there are none, the first stage that is not done.
    package var currentStages: [Int] {
        let undone = stages.indices.filter { !stages[$0].isDone }
        let running = undone.filter { stages[$0].runningCount > 0 }
        return running.isEmpty ? Array(undone.prefix(1)) : running
    }

    /// The finished share of a stage, from 0 to 1: by tasks or, if the stage is the only one that
    /// reads input, by bytes if that is more.
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

/// A display that shows a run to a person.
package protocol RunDisplay {
    /// Reports that something happened to the job.
    mutating func didRecord(_ entry: JournalEntry, job: Plan)
    /// Reports that some time has passed.
    mutating func update(_ progress: RunProgress)
    /// Reports that the run, or watching it, has ended; what follows starts on a new line.
    mutating func end()
}

/// A display that shows nothing.
package struct SilentDisplay: RunDisplay {
    package init() {}

    package func didRecord(_ entry: JournalEntry, job: Plan) {}
    package func update(_ progress: RunProgress) {}
    package func end() {}
}
