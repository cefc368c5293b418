package import MapReduceModel

/// A job, as the journal tells it.
package struct JobState: Hashable, Sendable {
    package let submission: JobSubmission
    package internal(set) var phase = Phase.running
    package internal(set) var stages: [StageState]
    /// The sums of the counters of all winning attempts, and from the commit on of those whose
    /// output was lost when it had been read.
    package internal(set) var counters = Counters()
    /// Tasks whose attempts wrote different output: the first ones, and how many there are.
    package internal(set) var differences: [OutputDifference] = []
    package internal(set) var differenceCount = 0
    /// Records that are passed over, in all tasks.
    package internal(set) var badRecordCount = 0
    /// Bytes of all input, as stored.
    package let inputByteCount: Int

    /// running → committing → finished; running → finished.
    package enum Phase: Hashable, Sendable {
        case running
        case committing
        case finished(JobOutcome)
    }

    package var id: JobID { submission.id }

    init(_ submission: JobSubmission) {
        self.submission = submission
        inputByteCount = submission.splits.joined().reduce(0) { $0 + $1.byteCount }
        stages = submission.plan.stages.map { stage in
            let count: Int
            switch stage.input {
            case .files: count = submission.splits[stage.id].count
            case .shuffle(let source): count = submission.plan.stages[source].partitionCount
            }
            return StageState(taskCount: count)
        }
        if submission.auditPercent > 0 { chooseAudits() }
    }

    private mutating func chooseAudits() {
        for stage in stages.indices {
            for index in stages[stage].tasks.indices {
                let task = TaskID(job: id, stage: stage, index: index)
                guard Int(task.spread % 100) < submission.auditPercent else { continue }
                stages[stage].tasks[index].needsAudit = true
                stages[stage].auditCount += 1
            }
        }
    }

    package var isRunning: Bool { if case .running = phase { true } else { false } }

    /// How the job ended; nil while it has not.
    package var outcome: JobOutcome? {
        if case .finished(let outcome) = phase { outcome } else { nil }
    }

    /// Attempts of the job that run now.
    package var runningCount: Int { stages.indices.reduce(0) { $0 + stages[$1].runningCount } }

    /// Whether everything that a stage reads is there.
    package func isReady(stage: Int) -> Bool {
        switch submission.plan.stages[stage].input {
        case .files: true
        case .shuffle(let source): stages[source].isDone
        }
    }

    /// Whether the output of a stage lies on the disk of the worker that wrote it, and will still
    /// be read.
    package func isNeeded(stage: Int) -> Bool {
        readers(of: stage).contains { !stages[$0].isOver }
    }

    /// The stages that read what a stage writes.
    func readers(of stage: Int) -> [Int] {
        stages.indices.filter { submission.plan.stages[$0].input == .shuffle(stage: stage) }
    }

    /// Whether all that the job is for has been computed, and what was to be compared has been.
    var isDone: Bool {
        stages.indices.last.map { stages[$0].isDone } ?? false
            && stages.indices.allSatisfy { stages[$0].auditCount == 0 }
    }

    /// The stage with the lowest index that has a task to start; tasks that are run a second time
    /// come after all others.
    package var nextStage: (index: Int, isAudit: Bool)? {
        guard isRunning else { return nil }
        for stage in stages.indices where !stages[stage].pending.isEmpty && isReady(stage: stage) {
            return (stage, false)
        }
        guard submission.auditPercent > 0 else { return nil }
        for stage in stages.indices
        where !stages[stage].pendingAudits.isEmpty && isReady(stage: stage) {
            return (stage, true)
        }
        return nil
    }

    /// Says that the winners of a stage have read other pairs than those of its source have
    /// written; nil when they have not, and while one of them is missing.
    package func conservationFault(ofReader reader: Int) -> String? {
        guard case .shuffle(let source) = submission.plan.stages[reader].input,
            stages[reader].isDone, stages[source].isDone,
            stages[reader].partialReadCount == 0, stages[reader].read != stages[source].written
        else { return nil }
        let written = stages[source].written.count
        let read = stages[reader].read.count
        return "stage \(source) wrote \(written) pairs, and stage \(reader) read \(read)"
            + (written == read ? ", which are not the same ones" : "")
    }

    /// The records that the attempts that count passed over, in the order of their tasks.
    ///
    /// Cost: linear in the number of tasks.
    package var skippedRecords: [BadRecord] {
        stages.flatMap { stage in
            stage.tasks.flatMap { ($0.winningOutput ?? $0.lostOutput)?.badRecords ?? [] }
        }
    }

    /// Counts what was lost after all had read it, and does not run again: the job is done.
    ///
    /// Cost: linear in the number of tasks of the stages that lack an output.
    mutating func countLostOutputs() {
        for stage in stages where !stage.isDone {
            for task in stage.tasks {
                if let output = task.lostOutput { counters.add(output.counters) }
            }
        }
    }

    /// The bytes of input that a task of a stage reads; 1 where only the stage before knows, so
    /// that its tasks count as equal.
    func inputByteCount(stage: Int, task: Int) -> Int {
        let splits = submission.splits[stage]
        return splits.indices.contains(task) ? max(splits[task].byteCount, 1) : 1
    }

    /// The first file that a task reads; nil when it reads what the stage before wrote.
    func inputPath(stage: Int, task: Int) -> String? {
        guard submission.splits[stage].indices.contains(task) else { return nil }
        return submission.splits[stage][task].pieces.first?.path
    }

    /// The attempts whose runs a stage reads, in the order of their tasks, as the first `count`
    /// entries of its source's log name them.
    ///
    /// Cost: linear in the log.
    package func sources(stage: Int, outputCount: Int) -> [AttemptID] {
        var numbers = Array(repeating: Int32(-1), count: stages[stage].tasks.count)
        for entry in stages[stage].outputLog.prefix(outputCount) {
            if Mutation.readsFirstOutputs.isOn, numbers[Int(entry.task)] >= 0 { continue }
            numbers[Int(entry.task)] = entry.attempt
        }
        return numbers.enumerated().map { index, number in
            AttemptID(task: TaskID(job: id, stage: stage, index: index), number: Int(number))
        }
    }
}
