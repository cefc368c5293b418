package import MapReduceModel

extension JobReport {
    /// Creates the report of what the control plane knows about a job with this status.
    ///
    /// Cost: linear in the number of attempts.
    package init(_ job: JobState, _ status: JobStatus) {
        self.init(
            job: status,
            plan: job.submission.plan,
            stages: [Stage](job),
            attempts: [],
            shuffles: job.stages.indices.flatMap { job.shuffleMatrices(of: $0) },
            failures: []
        )
        let tried = TriedTasks(of: job)
        attempts = tried.attempts
        failures = tried.failures
    }

    /// The outcomes of tasks that were tried.
    package struct TriedTasks: Sendable {
        /// In the order of the requested tasks, then of the attempts' numbers.
        package private(set) var attempts: [Attempt] = []
        /// The first failures, in the same order.
        package private(set) var failures: [AttemptFailure] = []

        /// Creates the outcomes of all tasks of a job, or of the requested ones; these need not
        /// exist.
        ///
        /// Cost: linear in the number of requested tasks.
        package init(_ tasks: [TaskID]? = nil, of job: JobState) {
            guard let tasks else {
                for stage in job.stages.indices { add(stage: stage, of: job) }
                return
            }
            for id in tasks
            where job.stages.indices.contains(id.stage)
                && job.stages[id.stage].tasks.indices.contains(id.index)
            {
                add(job.stages[id.stage].tasks[id.index], id, of: job)
            }
        }

        private mutating func add(stage: Int, of job: JobState) {
            for (index, task) in job.stages[stage].tasks.enumerated() {
                add(task, TaskID(job: job.id, stage: stage, index: index), of: job)
            }
        }

        private mutating func add(_ task: TaskState, _ id: TaskID, of job: JobState) {
            for (number, state) in task.attempts.enumerated() {
                attempts.append(Attempt(state, AttemptID(task: id, number: number), of: job))
                guard case .failed(let failure) = state.status,
                    failures.count < Policy.maxReportedFailures
                else { continue }
                failures.append(
                    AttemptFailure(
                        stage: id.stage,
                        task: id.index,
                        number: number,
                        failure: failure
                    )
                )
            }
        }
    }
}

extension [JobReport.Stage] {
    /// Creates the stages' totals over the attempts that count.
    ///
    /// Cost: linear in the number of tasks.
    package init(_ job: JobState) {
        self = job.stages.indices.map { JobReport.Stage($0, of: job) }
    }
}

extension JobReport.Stage {
    fileprivate init(_ index: Int, of job: JobState) {
        let stage = job.stages[index]
        self.init(
            start: stage.startedAt.map(job.seconds),
            end: stage.endedAt.map(job.seconds),
            counters: stage.counters,
            times: stage.tasks.reduce(into: StageTimes()) { times, task in
                if let output = task.winningOutput { times.add(output.times) }
            }
        )
        for piece in job.submission.splits[index].lazy.flatMap(\.pieces) {
            inputByteCount &+= piece.byteCount
            if piece.isUncut { uncutByteCount &+= piece.byteCount }
        }
    }
}

extension JobReport.Attempt {
    /// Creates the description of an attempt of a task that the job has.
    package init(_ state: AttemptState, _ id: AttemptID, of job: JobState) {
        let task = job.stages[id.task.stage].tasks[id.task.index]
        self.init(
            stage: id.task.stage,
            task: id.task.index,
            number: id.number,
            worker: state.worker.number,
            state: TaskStatus.Attempt.State(state.status),
            isBackup: task.attempts[..<id.number].contains { other in
                other.endedAt.map { $0 > state.startedAt } ?? true
            },
            start: job.seconds(state.startedAt),
            end: state.endedAt.map(job.seconds)
        )
        guard let output = state.reportedOutput else { return }
        times = output.times
        let counters = output.counters
        recordsIn =
            counters[BuiltInCounter.recordsRead] &+ counters[BuiltInCounter.pairsReceived]
        bytesIn = counters[BuiltInCounter.bytesRead] &+ counters[BuiltInCounter.bytesReceived]
        recordsOut =
            counters[BuiltInCounter.recordsWritten] &+ counters[BuiltInCounter.pairsShuffled]
        bytesOut =
            counters[BuiltInCounter.bytesWritten] &+ counters[BuiltInCounter.bytesShuffled]
    }
}

extension AttemptState {
    /// What the attempt produced, whether it still counts or not.
    fileprivate var reportedOutput: TaskOutput? {
        switch status {
        case .succeeded(let output), .lost(let output): output
        case .running, .failed, .stopped, .audited: nil
        }
    }
}

extension TaskStatus.Attempt.State {
    /// Creates the report's state of an attempt.
    package init(_ status: AttemptState.Status) {
        switch status {
        case .running: self = .running
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .stopped: self = .stopped
        case .lost: self = .lost
        case .audited: self = .audited
        }
    }
}

extension JobState {
    /// Converts an instant to seconds since the job was submitted.
    package func seconds(_ instant: Instant) -> Double { max((instant - submittedAt).inSeconds, 0) }

    /// Whether a stage writes few enough partitions to keep the sizes of all of them.
    func tellsPartitions(of stage: Int) -> Bool {
        let count = submission.plan.stages[stage].runPartitionCount
        return count > 0
            && stages[stage].tasks.count <= Policy.maxMatrixCellCount / max(count, 1)
    }

    /// The bytes that each task of the stage wrote for each partition; empty if there are too many.
    fileprivate func shuffleMatrices(of stage: Int) -> [JobReport.ShuffleMatrix] {
        guard tellsPartitions(of: stage), !stages[stage].isLeftOut else { return [] }
        let plan = submission.plan.stages[stage]
        let written = stages[stage].tasks.map { $0.winningOutput?.partitionByteCounts ?? [] }
        return plan.outputs.indices.compactMap { output in
            let first = plan.firstPartition(ofOutput: output)
            let end = first + plan.outputs[output].runPartitionCount
            guard end > first else { return nil }
            return JobReport.ShuffleMatrix(
                stage: stage,
                output: output,
                byteCounts: written.map { $0.count >= end ? Array($0[first..<end]) : [] }
            )
        }
    }
}
