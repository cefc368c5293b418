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
        return effects.messages.compactMap { message in
            if case .startAttempt(let worker, _) = message { worker.number } else { nil }
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
            .workerPolled(WorkerID(2), WorkerCondition()),
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
        func apply(_ event: Event) -> [Message] {
            coordinator.apply(event, at: .zero).messages
        }
        func join(_ id: Int, slots: Int) -> [Message] {
            apply(.workerJoined(WorkerID(id), WorkerProfile(slots: slots), attempts: []))
        }
        _ = join(1, slots: 1)
        _ = apply(.jobSubmitted(testJob(1, maps: 1, reducers: 2)))
        _ = apply(.workerPolled(WorkerID(1), WorkerCondition(isDraining: true)))
        _ = join(2, slots: 3)
        let map = AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 0), number: 0)
        let report = TaskReport(attempt: map, outcome: .succeeded(testOutput(map)))
        _ = apply(.attemptReported(WorkerID(1), report))
        #expect(coordinator.workers[WorkerID(2)]?.runningCount == 2)
        // The map runs once more, beside its readers.
        _ = apply(.workerLeft(WorkerID(1)))
        #expect(coordinator.workers[WorkerID(2)]?.runningCount == 3)
        #expect(coordinator.jobs.all.first?.outcome == nil)
        let messages = join(2, slots: 3)
        #expect(coordinator.jobs.all.first?.outcome != nil)
        for message in messages {
            if case .startAttempt = message { Issue.record("\(message)") }
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
        apply(.jobSubmitted(testJob(1, maps: 2, reducers: 1)))
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
