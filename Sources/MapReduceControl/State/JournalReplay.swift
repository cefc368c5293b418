internal import MapReduceModel

/// Replays an untrusted journal: checks each entry before applying it.
///
/// The entries that a coordinator has written pass. A damaged journal results in an error, where
/// `Jobs.apply`, which trusts its coordinator, would trap or count incorrectly.
package struct JournalReplay: Sendable {
    /// The state that the entries so far lead to.
    package private(set) var jobs: Jobs

    /// Resumes from a state, which has no jobs at the beginning.
    package init(goingOnWith jobs: Jobs = Jobs()) { self.jobs = jobs }

    /// Applies an entry.
    /// - Throws: If the entry cannot follow those before it; the state is then unchanged.
    package mutating func add(_ entry: JournalEntry) throws(JournalError) {
        try check(entry)
        jobs.apply(entry)
    }

    /// Checks that an entry can follow those before it.
    /// - Throws: The reason why it cannot.
    package func check(_ entry: JournalEntry) throws(JournalError) {
        switch entry {
        case .jobSubmitted(let submission, _): try check(submission)
        case .attemptStarted(let attempt, let worker, _):
            let task = try task(attempt.task)
            try require(jobs[attempt.task.job]?.isRunning ?? false, "the job of \(attempt) is over")
            try require(task.winner == nil || task.needsAudit, "the task of \(attempt) is done")
            try require(
                jobs[attempt.task.job]?.stages[attempt.task.stage].isLeftOut == false,
                "\(attempt) starts, and its stage is left out"
            )
            try require(
                task.attempts.count == attempt.number,
                "\(attempt) starts, and the task had \(task.attempts.count) attempts"
            )
            // The round-robin policy adds one.
            try require(0..<Int.max ~= worker.number, "there is no worker \(worker.number)")
        case .attemptSucceeded(let attempt, _, _):
            let task = try self.task(of: attempt)
            let isFirst = task.winner == nil || !task.attempts[attempt.number].isRunning
            try require(isFirst, "\(attempt) wins, and the task is done")
        case .attemptFailed(let attempt, _, _), .attemptStopped(let attempt, _):
            _ = try self.task(of: attempt)
        case .attemptAudited(let attempt, _, _):
            let task = try self.task(of: attempt)
            try require(
                task.winner != nil && task.needsAudit,
                "\(attempt) is audited, and its task waits for no audit"
            )
        case .inputChanged(let id, let stage):
            let job = try job(id)
            try require(job.isRunning, "\(id) is over")
            try require(job.stages.indices ~= stage, "\(id) has no stage \(stage)")
        case .outputsDiffered(let difference):
            let task = try task(difference.task)
            try require(
                0..<task.attempts.count ~= difference.second
                    && 0..<difference.second ~= difference.first,
                "\(difference.task) has no attempts \(difference.first) and \(difference.second)"
            )
        case .outputLost(let id):
            _ = try task(id)
            try require(jobs[id.job]?.isRunning ?? false, "the job of \(id) is over")
        case .recordSkipped(let id, _): _ = try task(id)
        case .commitBegan(let id, _):
            let job = try job(id)
            try require(job.isRunning && job.isDone, "\(id) is not done")
        case .jobFinished(let id, _, _):
            try require(try job(id).outcome == nil, "\(id) has ended before")
        case .jobRetired(let id):
            try require(try job(id).outcome != nil, "\(id) has not ended")
        }
    }

    /// Checks that a journal can end here.
    ///
    /// A task is finished by one attempt: the entries that stop the others are written together
    /// with the entry about its success.
    /// - Throws: The reason why it cannot.
    package func checkEnd() throws(JournalError) {
        for job in jobs.all {
            for (stage, state) in job.stages.enumerated() where state.runningCount > 0 {
                for (index, task) in state.tasks.enumerated() where task.isRunning {
                    let id = TaskID(job: job.id, stage: stage, index: index)
                    try require(job.isRunning, "\(job.id) is over, and \(id) runs")
                    try require(task.winner == nil || task.needsAudit, "\(id) is done, and runs")
                }
            }
        }
    }

    private func check(_ submission: JobSubmission) throws(JournalError) {
        let id = submission.id
        try require(jobs.all.last.map { $0.id < id } ?? true, "\(id) comes after a later job")
        try require(id.number < .max, "there is no job \(id.number)")
        try require(
            1...JobLimits.maxWeight ~= submission.weight,
            "\(id) weighs \(submission.weight)"
        )
        try require(
            0...100 ~= submission.retryPolicy.auditPercent,
            "\(id) audits \(submission.retryPolicy.auditPercent) percent of its tasks"
        )
        let stages = submission.plan.stages
        try require(submission.splits.count == stages.count, "\(id) has splits of other stages")
        for (index, stage) in stages.enumerated() {
            try require(stage.id == index, "the stages of \(id) are not in their order")
            for output in stage.outputs where !output.isPart {
                try require(
                    1...Policy.maxTaskCount ~= output.partitionCount,
                    "stage \(index) of \(id) has \(output.partitionCount) partitions"
                )
            }
        }
        if let problem = submission.plan.problem { throw JournalError("of \(id), \(problem)") }
        var room = Policy.maxJournaledByteCount
        for piece in submission.splits.joined().flatMap(\.pieces) {
            try require(
                piece.offset >= 0 && 0...room ~= piece.byteCount
                    && piece.offset <= Policy.maxJournaledByteCount,
                "\(id) reads \(piece.byteCount) bytes of \(piece.path) at \(piece.offset)"
            )
            room -= piece.byteCount
        }
    }

    private func job(_ id: JobID) throws(JournalError) -> JobState {
        guard let job = jobs[id] else { throw JournalError("there is no \(id)") }
        return job
    }

    private func task(_ id: TaskID) throws(JournalError) -> TaskState {
        guard let task = jobs[task: id] else { throw JournalError("there is no \(id)") }
        return task
    }

    /// Returns the task of an attempt that was started.
    private func task(of attempt: AttemptID) throws(JournalError) -> TaskState {
        let task = try task(attempt.task)
        try require(task.attempts.indices ~= attempt.number, "\(attempt) was never started")
        return task
    }

    private func require(
        _ condition: Bool,
        _ reason: @autoclosure () -> String
    ) throws(JournalError) {
        if !condition { throw JournalError(reason()) }
    }
}

/// The reason why a journal entry cannot follow those before it.
package struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
