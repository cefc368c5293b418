internal import MapReduceControl
internal import MapReduceModel

/// What the tasks of a run do.
extension World {
    func beginAttempt(
        _ assignment: Assignment,
        _ segments: [[Segment]],
        slot: Int,
        on host: Int
    ) {
        let attempt = assignment.attempt
        if workers[host].running.values.contains(where: { $0.assignment.attempt == attempt }) {
            fail("\(attempt) runs twice at once on host \(host)")
        }
        if workers[host].running[slot] != nil { fail("slot \(slot) of host \(host) is taken") }
        if workers[host].stuck.contains(slot) { fail("slot \(slot) of host \(host) is lost") }
        workers[host].lastRun += 1
        let number = workers[host].lastRun
        workers[host].running[slot] = SimulatedWorker.Running(
            number: number,
            assignment: assignment,
            segments: segments
        )
        let purpose = purpose("duration", attempt)
        var milliseconds = dice.draw(100...3000, purpose) * workers[host].slowness
        if dice.chance(ratios.late, purpose) { milliseconds += 30_000 }
        note("host \(host): slot \(slot) runs \(attempt) for \(milliseconds) ms")
        queue.add(
            .worker(host, life: workers[host].life, .attemptEnds(slot: slot, run: number)),
            at: now + .milliseconds(milliseconds)
        )
    }

    private func purpose(_ name: StaticString, _ attempt: AttemptID) -> Dice.Purpose {
        let task = attempt.task
        return Dice.Purpose(name, task.job.number, task.stage, task.index, attempt.number)
    }

    func endAttempt(_ slot: Int, _ run: Int, on host: Int) {
        guard let running = workers[host].running[slot], running.number == run else { return }
        workers[host].running[slot] = nil
        let attempt = running.assignment.attempt
        if sticks(slot, on: host) {
            let failure = Failure(kind: .timedOut, message: "its process does not end")
            let report = TaskReport(attempt: attempt, outcome: .failed(failure))
            return later(
                host,
                .event(.attemptEnded(slot: slot, report, log: nil)),
                after: .milliseconds(1)
            )
        }
        let outcome = outcome(of: running, on: host)
        switch outcome {
        case .succeeded: note("host \(host): \(attempt) succeeds")
        case .failed(let failure):
            note("host \(host): \(attempt) fails: \(failure.kind), \(failure.message)")
        }
        apply(
            .attemptEnded(slot: slot, TaskReport(attempt: attempt, outcome: outcome), log: nil),
            to: host
        )
    }

    private func outcome(of running: SimulatedWorker.Running, on host: Int) -> TaskReport.Outcome {
        let attempt = running.assignment.attempt
        guard let job = program(of: attempt.task, on: host) else {
            return .failed(Failure(kind: .threw, message: "the program has no such task"))
        }
        if let failure = failure(of: running.assignment, job, on: host) { return .failed(failure) }
        var sources: [[Lineage.Piece]] = []
        for segments in running.segments {
            var pieces: [Lineage.Piece] = []
            for segment in segments {
                guard let piece = workers[host].piece(of: segment), !piece.run.isRotten else {
                    let message = "a run cannot be read"
                    return .failed(Failure(kind: .fetchFailed, message: message, run: segment.run))
                }
                pieces.append(
                    Lineage.Piece(identity: piece.run.identity, partition: piece.partition)
                )
            }
            sources.append(pieces)
        }
        let isVarying = plan.faults.contains(
            .notDeterministic(job: job.number, stage: attempt.task.stage)
        )
        let read = read(sources, by: attempt.task, of: job)
        // Few, so that an output is sometimes the same as one before the last.
        let variant = isVarying ? dice.draw(1...2, purpose("variant", attempt)) : 0
        let identity = lineage.add(
            Lineage.Output(
                job: job.number,
                stage: attempt.task.stage,
                task: attempt.task.index,
                variant: variant,
                skipped: skippedRecords(running.assignment, job).map(\.offset).sorted(),
                sources: sources
            )
        )
        var output = write(identity, running.assignment, job, read, on: host)
        if hasChanged(attempt.task, variant, job) {
            output.counters.add(1, to: BuiltInCounter.userPrefix + RandomPlan.counter)
        }
        return .succeeded(output)
    }

    /// The pairs of a task's partition, of all sides; nil for one that reads files.
    private func read(
        _ sources: [[Lineage.Piece]],
        by task: TaskID,
        of job: Setting.Job
    ) -> PairChecksum? {
        let stage = job.plan.stages[task.stage]
        if stage.input.sources.isEmpty { return nil }
        var sum = PairChecksum()
        for (source, pieces) in zip(stage.input.sources, sources) {
            let output = job.plan.stages[source.stage].outputs[source.output]
            for piece in pieces {
                sum +=
                    output.isRange
                    ? piece.identity.pairs(
                        partition: piece.partition,
                        range: task.index,
                        of: output.partitionCount
                    ) : piece.identity.pairs(partition: piece.partition)
            }
        }
        return sum
    }

    /// Whether a task counts what asks for another round: one of each round that is not the last,
    /// unless its closure is not deterministic.
    private func hasChanged(_ task: TaskID, _ variant: Int, _ job: Setting.Job) -> Bool {
        guard let round = job.plan.stages[task.stage].round, let last = job.lastRound else {
            return false
        }
        let inRound = job.plan.stages.filter { $0.round?.number == round.number }.map(\.id)
        let counts =
            inRound[job.number % inRound.count] == task.stage
            && task.index == job.taskCount(of: job.plan.stages[task.stage]) - 1
        return counts && (round.number < last) != (variant == 2)
    }

    /// Why an attempt fails; nil when it does not.
    private func failure(of assignment: Assignment, _ job: Setting.Job, on host: Int) -> Failure? {
        let attempt = assignment.attempt
        let chance = purpose("failure", attempt)
        let stage = job.plan.stages[attempt.task.stage]
        let path = job.inputPath(stage.id, attempt.task.index)
        func failure(_ kind: FailureKind, at offset: Int, _ message: String) -> Failure {
            let location = RecordLocation(path: path, offset: offset, recordNumber: 1)
            let isMap = stage.input.sources.isEmpty
            return Failure(kind: kind, message: message, location: isMap ? location : nil)
        }
        // Never twice at one place: such a record would count as a bad one.
        let somewhere = 100 + attempt.number
        if dice.chance(ratios.threw, chance) { return failure(.threw, at: somewhere, "by chance") }
        if dice.chance(ratios.crashed, chance) {
            return failure(.crashed, at: somewhere, "by chance")
        }
        if attempt.task.stage == 0 {
            for offset in badRecords(of: job, attempt.task.index)
            where !throwsAt(offset)
                && !assignment.badRecords.contains(where: { $0.offset == offset })
            {
                return failure(.crashed, at: offset, "at a bad record")
            }
        }
        if workers[host].isDiskFull, stage.writesRun {
            return Failure(kind: .diskFull, message: "the disk is full")
        }
        return nil
    }

    /// The records of a task at which the closure always fails, in their order.
    func badRecords(of job: Setting.Job, _ task: Int) -> [Int] {
        var offsets: Set<Int> = []
        for case .badRecord(job.number, task, let offset) in plan.faults { offsets.insert(offset) }
        return offsets.sorted()
    }

    /// Whether the closure throws at a bad record, which the attempt skips itself; else it traps.
    private func throwsAt(_ offset: Int) -> Bool { offset % 2 == 1 }

    /// The records that an attempt skips: those that it is told to, and those at which it throws.
    private func skippedRecords(_ assignment: Assignment, _ job: Setting.Job) -> [BadRecord] {
        let task = assignment.attempt.task
        guard task.stage == 0 else { return assignment.badRecords }
        let path = job.inputPath(task.stage, task.index)
        let thrown = badRecords(of: job, task.index).filter { offset in
            throwsAt(offset) && !assignment.badRecords.contains { $0.offset == offset }
        }
        return assignment.badRecords
            + thrown.map { BadRecord(file: path, offset: $0, reason: "it throws", bytes: "") }
    }

    private func write(
        _ identity: Lineage.Identity,
        _ assignment: Assignment,
        _ job: Setting.Job,
        _ read: PairChecksum?,
        on host: Int
    ) -> TaskOutput {
        let attempt = assignment.attempt
        let stage = job.plan.stages[attempt.task.stage]
        var written: [PairChecksum] = []
        var partition = 0
        for output in stage.outputs {
            let next = partition + output.runPartitionCount
            written.append(
                (partition..<next).reduce(into: PairChecksum()) {
                    $0 += identity.pairs(partition: $1)
                }
            )
            partition = next
        }
        func file(_ path: String) -> OutputFile {
            OutputFile(
                path: path,
                byteCount: Int(identity.hash >> 40),
                recordCount: 1,
                checksum: UInt32(truncatingIfNeeded: identity.hash)
            )
        }
        var run: OutputFile?
        if partition > 0 {
            workers[host].runs[attempt] = StoredRun(identity: identity)
            run = file(workers[host].path(of: attempt))
        }
        let files = stage.outputs.indices.filter { stage.outputs[$0].isPart }.map { output in
            let path = "out\(job.number)/\(attempt)-\(workers[host].incarnation)/\(output)"
            parts[path] = identity
            return file(path)
        }
        var counters = Counters()
        counters.add(1, to: "attempts")
        counters.add(1 + Int(identity.hash % 1000), to: "value")
        return TaskOutput(
            run: run,
            parts: files,
            counters: counters,
            written: written,
            read: read,
            badRecords: skippedRecords(assignment, job)
        )
    }
}
