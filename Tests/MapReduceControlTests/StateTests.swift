import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

@Suite struct PlacementTests {
    private func starts(_ placement: Placement, slots: [Int], maps: Int) -> [Int] {
        var policy = Policy()
        policy.placement = placement
        var coordinator = Coordinator(policy: policy)
        for (index, count) in slots.enumerated() {
            _ = coordinator.apply(
                .workerJoined(WorkerID(index), WorkerProfile(slots: count), attempts: []),
                at: .zero
            )
        }
        let effects = coordinator.apply(
            .jobSubmitted(testJob(1, maps: maps, reducers: 1)),
            at: .zero
        )
        return effects.commands.compactMap { item in
            if case .start = item.command { item.worker.number } else { nil }
        }
    }

    @Test func leastLoadedSpreadsEvenly() {
        #expect(starts(.leastLoaded, slots: [2, 2, 2], maps: 5) == [0, 1, 2, 0, 1])
    }

    @Test func roundRobinGoesAround() {
        #expect(starts(.roundRobin, slots: [1, 3, 3], maps: 6) == [0, 1, 2, 1, 2, 1])
    }

    @Test func weightedFollowsTheSlots() {
        let chosen = starts(.weighted, slots: [1, 3], maps: 4)
        #expect(chosen.count { $0 == 1 } == 3)
    }

    @Test func randomUsesEveryWorkerAndRepeats() {
        let chosen = starts(.random, slots: [9, 9, 9], maps: 20)
        #expect(Set(chosen) == [0, 1, 2])
        #expect(chosen == starts(.random, slots: [9, 9, 9], maps: 20))
    }

    @Test func noSlotIsUsedTwice() {
        for placement in Placement.allCases {
            let chosen = starts(placement, slots: [1, 2], maps: 10)
            #expect(chosen.count == 3)
            #expect(chosen.count { $0 == 0 } == 1)
        }
    }
}

@Suite struct BlameTests {
    /// A worker says whose run it could not read: only one that the attempt reads can be lost.
    @Test func onlyWhatAnAttemptReadsCanBeLost() throws {
        let worker = WorkerID(1)
        func id(_ job: Int, _ stage: Int) -> AttemptID {
            AttemptID(task: TaskID(job: JobID(job), stage: stage, index: 0), number: 0)
        }
        func lost(blaming source: AttemptID) -> [JournalEntry] {
            var coordinator = Coordinator()
            let profile = WorkerProfile(slots: 4)
            _ = coordinator.apply(.workerJoined(worker, profile, attempts: []), at: .zero)
            for job in 1...2 {
                _ = coordinator.apply(.jobSubmitted(testJob(job, maps: 1, reducers: 2)), at: .zero)
                let output = testOutput(id(job, 0))
                let report = TaskReport(attempt: id(job, 0), outcome: .succeeded(output))
                _ = coordinator.apply(.attemptReported(worker, report), at: .zero)
            }
            let event = Event.fetchFailed(worker, id(1, 1), source: source, message: "gone")
            return coordinator.apply(event, at: .zero).journal.filter {
                if case .outputLost = $0 { true } else { false }
            }
        }
        #expect(lost(blaming: id(1, 0)) == [.outputLost(id(1, 0).task)])
        #expect(lost(blaming: id(2, 0)).isEmpty, "that is another job")
        #expect(lost(blaming: id(1, 1)).isEmpty, "nobody reads itself")
    }
}

@Suite struct DeadlineTests {
    @Test func atItsDeadlinesASilentWorkerIsSuspectAndThenGone() {
        var coordinator = Coordinator()
        #expect(coordinator.nextDeadline == nil)
        for id in 1...2 {
            let now = Instant.zero + .seconds(id)
            let profile = WorkerProfile(slots: 1)
            _ = coordinator.apply(.workerJoined(WorkerID(id), profile, attempts: []), at: now)
        }
        // The second one is heard once more, and then both are silent.
        _ = coordinator.apply(
            .workerPolled(WorkerID(2), WorkerHealth()),
            at: .zero + .seconds(4)
        )
        var suspectAt: [WorkerID: Instant] = [:]
        var goneAt: [WorkerID: Instant] = [:]
        while let deadline = coordinator.nextDeadline {
            _ = coordinator.apply(.tick, at: deadline)
            for id in [WorkerID(1), WorkerID(2)] {
                let worker = coordinator.workers[id]
                if worker == nil, goneAt[id] == nil { goneAt[id] = deadline }
                if worker?.isSuspect ?? false, suspectAt[id] == nil { suspectAt[id] = deadline }
            }
        }
        func seconds(_ count: Int) -> Instant { .zero + .seconds(count) }
        #expect(suspectAt == [WorkerID(1): seconds(6), WorkerID(2): seconds(9)])
        #expect(goneAt == [WorkerID(1): seconds(16), WorkerID(2): seconds(19)])
    }
}

@Suite struct RejoinTests {
    /// The first attempt that is found to be lost ends the job, and so stops the other ones.
    @Test func whatItsJobHasStoppedIsNotStartedAgain() {
        var policy = Policy()
        policy.maxClusterFailures = 1
        var coordinator = Coordinator(policy: policy)
        func apply(_ event: Event) -> [AddressedCommand] {
            coordinator.apply(event, at: .zero).commands
        }
        func join(_ id: Int, slots: Int) -> [AddressedCommand] {
            apply(.workerJoined(WorkerID(id), WorkerProfile(slots: slots), attempts: []))
        }
        _ = join(1, slots: 1)
        _ = apply(.jobSubmitted(testJob(1, maps: 1, reducers: 2)))
        _ = apply(.workerPolled(WorkerID(1), WorkerHealth(isDraining: true)))
        _ = join(2, slots: 3)
        let map = AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 0), number: 0)
        let report = TaskReport(attempt: map, outcome: .succeeded(testOutput(map)))
        _ = apply(.attemptReported(WorkerID(1), report))
        #expect(coordinator.workers[WorkerID(2)]?.runningCount == 2)
        // The map runs once more, beside its readers.
        _ = apply(.workerLeft(WorkerID(1)))
        #expect(coordinator.workers[WorkerID(2)]?.runningCount == 3)
        #expect(coordinator.jobs.all.first?.outcome == nil)
        let commands = join(2, slots: 3)
        #expect(coordinator.jobs.all.first?.outcome != nil)
        for item in commands {
            if case .start = item.command { Issue.record("\(item)") }
        }
        #expect(coordinator.workers[WorkerID(2)]?.runningCount == 0)
    }
}

@Suite struct LostOutputTests {
    /// A map's run is lost when the reducer has read it, and the job is done before the map has run
    /// again: what it counted and passed over is part of the answer.
    @Test func whatIsLostWhenAllHaveReadItCounts() throws {
        var coordinator = Coordinator()
        func apply(_ event: Event) { _ = coordinator.apply(event, at: .zero) }
        func succeed(_ stage: Int, _ index: Int, on worker: Int) {
            let task = TaskID(job: JobID(1), stage: stage, index: index)
            let attempt = AttemptID(task: task, number: 0)
            var output = testOutput(attempt)
            output.badRecords = [BadRecord(file: "\(attempt)", offset: 0, reason: "")]
            let report = TaskReport(attempt: attempt, outcome: .succeeded(output))
            apply(.attemptReported(WorkerID(worker), report))
        }
        for worker in 1...2 {
            apply(.workerJoined(WorkerID(worker), WorkerProfile(slots: 1), attempts: []))
        }
        apply(.jobSubmitted(testJob(1, maps: 2, reducers: 1, maxBadRecords: 3)))
        succeed(0, 1, on: 2)
        succeed(0, 0, on: 1)
        apply(.workerLeft(WorkerID(2)))
        let running = try #require(coordinator.jobs[JobID(1)])
        #expect(running.stages[0].doneCount == 1 && running.counters["attempts"] == 1)
        succeed(1, 0, on: 1)
        let job = try #require(coordinator.jobs[JobID(1)])
        #expect(job.phase == .committing)
        #expect(job.counters["attempts"] == 3)
        #expect(job.skippedRecords.count == 3)
    }
}

@Suite struct GraphTests {
    /// Each stage behind a changed output runs again once, in however many ways it reads of it.
    @Test func aStageIsRenewedOnce() {
        var coordinator = Coordinator()
        var running: [AttemptID] = []
        func take(_ effects: Effects) {
            for item in effects.commands {
                if case .start(let assignment) = item.command {
                    running.append(assignment.attempt)
                }
            }
        }
        for worker in 1...2 {
            let profile = WorkerProfile(slots: 1)
            take(
                coordinator.apply(.workerJoined(WorkerID(worker), profile, attempts: []), at: .zero)
            )
        }
        take(
            coordinator.apply(
                .jobSubmitted(testJob(1, maps: 1, reducers: 2, graph: .diamonds)),
                at: .zero
            )
        )
        func report(_ attempt: AttemptID, variant: Int = 0) -> [JournalEntry] {
            let output = testOutput(attempt, variant: variant)
            let effects = coordinator.apply(
                .attemptReported(
                    coordinator.jobs[attempt: attempt]?.worker ?? WorkerID(0),
                    TaskReport(attempt: attempt, outcome: .succeeded(output))
                ),
                at: .zero
            )
            take(effects)
            return effects.journal
        }
        let stageCount = TestGraph.diamonds.plan.stages.count
        while let next = running.first, next.task.stage < stageCount - 1 {
            running.removeFirst()
            _ = report(next)
        }
        // The last stage cannot read of the one before, which cannot read of its own, and so on.
        var source = stageCount - 2
        while source >= 0, let reader = running.first {
            running.removeFirst()
            let read = coordinator.jobs[JobID(1)]?.sources(of: reader.task.stage).first?.stage ?? 0
            let task = TaskID(job: JobID(1), stage: read, index: 0)
            guard let winner = coordinator.jobs[task: task]?.winner else { break }
            take(
                coordinator.apply(
                    .fetchFailed(
                        coordinator.jobs[attempt: reader]?.worker ?? WorkerID(0),
                        reader,
                        source: AttemptID(task: task, number: winner),
                        message: "gone"
                    ),
                    at: .zero
                )
            )
            running.sort()
            source = read - 1
        }
        let first = AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 0), number: 1)
        #expect(running.contains(first))
        let changed = report(first, variant: 1).compactMap { entry in
            if case .inputChanged(_, let stage) = entry { stage } else { nil }
        }
        #expect(changed == Array(1..<stageCount))
    }
}

@Suite struct OutputLogTests {
    private func entry(_ task: Int, _ attempt: Int) -> StageOutputs.Entry {
        StageOutputs.Entry(
            task: task,
            attempt: attempt,
            worker: WorkerID(1),
            path: "\(task).\(attempt)",
            byteCount: 1
        )
    }

    @Test func aLaterEntryTakesThePlaceOfAnEarlierOne() {
        var table = OutputTable()
        let entries = [entry(2, 0), entry(0, 0), entry(2, 1), entry(1, 3), entry(0, 4)]
        table.add(StageOutputs(entries: Array(entries[..<3]), workers: [], isDone: false))
        table.add(StageOutputs(entries: Array(entries[3...]), workers: [], isDone: true))
        #expect(table.sources(0).isEmpty)
        #expect(table.sources(2) == [entry(0, 0), entry(2, 0)])
        #expect(table.sources(4) == [entry(0, 0), entry(1, 3), entry(2, 1)])
        #expect(table.sources(9) == [entry(0, 4), entry(1, 3), entry(2, 1)])
    }

    /// What was lost is in the log, and has no path; what is left out has no log, and is done.
    @Test func theLogIsToldFromAnEntryOn() throws {
        var jobs = Jobs()
        jobs.apply(.jobSubmitted(testJob(1, maps: 2, reducers: 2, graph: .rounds), at: .zero))
        func succeed(_ stage: Int, _ index: Int, _ number: Int = 0) {
            let task = TaskID(job: JobID(1), stage: stage, index: index)
            let attempt = AttemptID(task: task, number: number)
            jobs.apply(.attemptStarted(attempt, worker: WorkerID(7 + index), at: .zero))
            jobs.apply(.attemptSucceeded(attempt, testOutput(attempt), at: .zero))
        }
        func outputs(_ stage: Int, after: Int, atMost count: Int = 9) -> StageOutputs? {
            guard let job = jobs[JobID(1)] else { return nil }
            return StageOutputs(of: job, stage: stage, after: after, atMost: count) { worker in
                WorkerAddress(worker: worker, url: "\(worker)", host: "", incarnation: "")
            }
        }
        succeed(0, 1)
        succeed(0, 0)
        jobs.apply(.outputLost(TaskID(job: JobID(1), stage: 0, index: 1)))
        let all = try #require(outputs(0, after: 0))
        #expect(all.entries.map(\.path) == ["", "job1-stage0-task0-attempt0"])
        #expect(all.entries.map(\.byteCount) == [0, 1])
        #expect(all.workers.map(\.worker) == [WorkerID(7), WorkerID(8)])
        #expect(!all.isDone)
        succeed(0, 1, 1)
        let last = try #require(outputs(0, after: 1, atMost: 1))
        #expect(last.entries.map(\.task) == [0] && last.isDone)
        #expect(last.workers.map(\.url) == ["worker7"])
        #expect(outputs(0, after: 3)?.entries == [StageOutputs.Entry]())
        #expect(outputs(0, after: 4) == nil && outputs(0, after: -1) == nil)
        #expect(outputs(5, after: 0) == nil && outputs(-1, after: 0) == nil)
        succeed(1, 0)
        succeed(1, 1)
        #expect(outputs(3, after: 0)?.isDone == true)
        #expect(outputs(4, after: 0)?.isDone == false)
    }
}

@Suite struct PartitionSizesTests {
    private func sizes(_ graph: TestGraph, _ reads: [(Int, String, Int)]) throws -> PartitionSizes?
    {
        var jobs = Jobs()
        jobs.apply(.jobSubmitted(testJob(1, maps: 1, reducers: 2, graph: graph), at: .zero))
        for (index, read) in reads.enumerated() {
            let task = TaskID(job: JobID(1), stage: 2, index: index)
            let attempt = AttemptID(task: task, number: 0)
            var output = testOutput(attempt, read: read.0)
            output.heaviestKey = HeavyKey(key: read.1, pairCount: read.2)
            jobs.apply(.attemptStarted(attempt, worker: WorkerID(1), at: .zero))
            jobs.apply(.attemptSucceeded(attempt, output, at: .zero))
        }
        return JobStatus(try #require(jobs[JobID(1)]), output: "").stages[2].partitions
    }

    @Test func theyAreThoseOfTheWinners() throws {
        let found = try #require(try sizes(.union, [(10, "a", 3), (30, "b", 20)]))
        #expect(found.count == 2 && found.smallest == 10 && found.largest == 30)
        #expect(found.median == 10 && found.largestIndex == 1 && found.pairCount == 40)
        #expect(found.heaviestKey?.key == "b" && found.heaviestKeyIndex == 1)
        #expect(found.heaviestShare == 0.5)
        #expect(found.couldCombine)
        #expect(try sizes(.join, [(10, "a", 3), (30, "b", 20)])?.couldCombine == false)
        #expect(try sizes(.union, [(10, "a", 3)]) == nil, "the stage is not done")
    }
}
