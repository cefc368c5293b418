package import MapReduceModel

/// A job's state, as recorded in the journal.
package struct JobState: Hashable, Sendable {
    package let submission: JobSubmission
    package internal(set) var phase = Phase.running
    package internal(set) var stages: [StageState]
    package let submittedAt: Instant
    /// When all tasks were done; below, when the job ended.
    package internal(set) var committedAt: Instant?
    package internal(set) var endedAt: Instant?
    /// Tasks whose attempts wrote different output: the first ones; below, how many there are.
    package internal(set) var differences: [OutputDifference] = []
    package internal(set) var differenceCount = 0
    /// The skipped records of all tasks.
    var badRecords = RecordPlaces()
    package var badRecordCount: Int { badRecords.count }
    /// What is derived from the plan.
    let graph: StageGraph
    /// The size of all input in bytes, as stored.
    package let inputByteCount: Int

    /// running → committing → finished; running → finished.
    package enum Phase: Hashable, Sendable {
        case running
        case committing
        case finished(JobOutcome)
    }

    package var id: JobID { submission.id }

    init(_ submission: JobSubmission, at instant: Instant) {
        self.submission = submission
        submittedAt = instant
        inputByteCount = submission.splits.joined().reduce(0) { $0 + $1.byteCount }
        graph = StageGraph(submission.plan)
        stages = zip(
            submission.plan.stages,
            submission.plan.taskCounts(splits: submission.splits)
        ).map { StageState(taskCount: $1, outputCount: $0.outputs.count) }
        if submission.retryPolicy.auditPercent > 0 { chooseAudits() }
    }

    private mutating func chooseAudits() {
        for stage in stages.indices {
            for index in stages[stage].tasks.indices {
                let task = TaskID(job: id, stage: stage, index: index)
                guard Int(task.stableHash % 100) < submission.retryPolicy.auditPercent else {
                    continue
                }
                stages[stage].tasks[index].needsAudit = true
                stages[stage].auditCount += 1
            }
        }
    }

    /// The sums of the counters of all winning attempts and, from the commit on, of those whose
    /// output was lost after it had been read.
    ///
    /// Cost: linear in the number of stages.
    package var counters: Counters {
        stages.reduce(into: Counters()) { $0.add($1.counters) }
    }

    package var isRunning: Bool { if case .running = phase { true } else { false } }

    /// How the job ended; nil if it has not.
    package var outcome: JobOutcome? {
        if case .finished(let outcome) = phase { outcome } else { nil }
    }

    /// The number of the job's attempts that are running now.
    package var runningCount: Int { stages.indices.reduce(0) { $0 + stages[$1].runningCount } }

    /// Whether everything that a stage reads exists, and it is certain that the stage is to run.
    ///
    /// Cost: linear in the number of its sources and of the stages of a round.
    package func isReady(stage: Int) -> Bool {
        graph.nodes[stage].sources.allSatisfy { stages[resolved($0).stage].isDone }
            && isRoundDecided(of: stage)
    }

    /// The shuffles that a stage reads, in the plan's order; for a round that was left out, the
    /// shuffle of the last round that was not.
    package func sources(of stage: Int) -> [ShuffleSource] {
        graph.nodes[stage].sources.map { resolved($0) }
    }

    /// Returns what is read in place of a shuffle: the shuffle itself or, if its round was left
    /// out, that of the last round that was not.
    package func resolved(_ source: ShuffleSource) -> ShuffleSource {
        var source = source
        while stages[source.stage].isLeftOut, let previous = graph.nodes[source.stage].previous {
            source.stage = previous
        }
        return source
    }

    /// Whether the output of a stage is on the disk of the worker that wrote it, and will still be
    /// read.
    package func isNeeded(stage: Int) -> Bool {
        readers(of: stage).contains { !stages[$0].isOver }
    }

    /// The stages that read a stage's output, in ascending order.
    func readers(of stage: Int) -> [Int] {
        var readers = graph.nodes[stage].readers.filter { !stages[$0].isLeftOut }
        for next in graph.nodes[stage].next where stages[next].isLeftOut {
            readers += self.readers(of: next).filter { !readers.contains($0) }
        }
        return graph.nodes[stage].next.isEmpty ? readers : readers.sorted()
    }

    /// Whether everything that the job needs has been computed, and all audits are done.
    var isDone: Bool {
        graph.nodes.indices.allSatisfy {
            !graph.nodes[$0].isEnd || stages[$0].isDone || stages[$0].isLeftOut
        }
            && stages.allSatisfy { $0.auditCount == 0 }
    }

    /// The outputs to publish at the end, in the order of the stages and their tasks.
    package var publishedOutputs: [TaskOutput] {
        stages.indices.filter { submission.plan.stages[$0].writesParts }
            .flatMap { stages[$0].tasks.compactMap(\.winningOutput) }
    }

    /// The stage with the lowest index that has a task to start; tasks that run a second time come
    /// after all others.
    package var nextStage: (index: Int, isAudit: Bool)? {
        guard isRunning else { return nil }
        for stage in stages.indices where !stages[stage].pending.isEmpty && isReady(stage: stage) {
            return (stage, false)
        }
        guard submission.retryPolicy.auditPercent > 0 else { return nil }
        for stage in stages.indices
        where !stages[stage].pendingAudits.isEmpty && isReady(stage: stage) {
            return (stage, true)
        }
        return nil
    }

    /// Returns a message if the winners of a stage did not read exactly the pairs that its sources
    /// wrote; nil if they did, and while a winner is missing.
    ///
    /// Each task that reads a broadcast checks it.
    package func conservationFault(ofReader reader: Int) -> String? {
        let sources = self.sources(of: reader).prefix(graph.nodes[reader].partitionedCount)
        guard !sources.isEmpty, stages[reader].isDone, stages[reader].partialReadCount == 0,
            sources.allSatisfy({ stages[$0.stage].isDone })
        else { return nil }
        let written = sources.reduce(into: PairChecksum()) {
            $0 += stages[$1.stage].written[$1.output]
        }
        let read = stages[reader].read
        guard read != written else { return nil }
        let names = sources.map { "\($0.stage)" }
        return (names.count == 1 ? "stage \(names[0])" : "stages \(names.joined(separator: ", "))")
            + " wrote \(written.count) pairs, and stage \(reader) read \(read.count)"
            + (written.count == read.count ? ", which are not the same ones" : "")
    }

    /// The records that the attempts that count skipped, in the order of their tasks; each record
    /// once, even if several stages have read it.
    ///
    /// Cost: linear in the number of tasks.
    package var skippedRecords: [BadRecord] {
        var known = RecordPlaces()
        return stages.flatMap { stage in
            stage.tasks.flatMap { ($0.winningOutput ?? $0.lostOutput)?.badRecords ?? [] }
        }.filter { known.insert($0) }
    }

    /// Adds the counters of outputs that were lost after all readers had read them and that are not
    /// computed again, because the job is done.
    ///
    /// Cost: linear in the number of tasks of the stages that lack an output.
    mutating func countLostOutputs() {
        for stage in stages.indices where !stages[stage].isDone && !stages[stage].isLeftOut {
            for task in stages[stage].tasks.indices {
                if let output = stages[stage].tasks[task].lostOutput {
                    stages[stage].counters.add(output.counters)
                }
            }
        }
    }

    /// The bytes of input that a task of a stage reads; 1 if only the stage before it knows, so
    /// that all its tasks count as equal.
    func inputByteCount(stage: Int, task: Int) -> Int {
        let splits = submission.splits[stage]
        return splits.indices.contains(task) ? max(splits[task].byteCount, 1) : 1
    }

    /// The first file that a task reads; nil if it reads the output of the stage before.
    func inputPath(stage: Int, task: Int) -> String? {
        guard submission.splits[stage].indices.contains(task) else { return nil }
        return submission.splits[stage][task].pieces.first?.path
    }

    /// What an attempt produced; nil if it did not succeed, or no longer counts.
    package func output(of attempt: AttemptID) -> TaskOutput? {
        stages[attempt.task.stage].tasks[attempt.task.index].attempts[attempt.number].output
    }

    /// The attempts whose runs a stage's readers read, in the order of their tasks, according to
    /// the first `outputLogLength` entries of the stage's log.
    ///
    /// Cost: linear in the log.
    package func sources(stage: Int, outputLogLength: Int) -> [AttemptID] {
        var numbers = Array(repeating: Int32(-1), count: stages[stage].tasks.count)
        for entry in stages[stage].outputLog.prefix(outputLogLength) {
            numbers[Int(entry.task)] = entry.attempt
        }
        return numbers.enumerated().map { index, number in
            AttemptID(task: TaskID(job: id, stage: stage, index: index), number: Int(number))
        }
    }
}
