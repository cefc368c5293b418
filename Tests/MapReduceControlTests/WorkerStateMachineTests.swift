import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

/// The state machine of a worker, told what happens step by step.
@Suite struct WorkerStateMachineTests {
    private let session = SessionID(epoch: 3, start: "s", number: 1)

    private func task(_ index: Int, job: Int = 1, stage: Int = 0) -> TaskID {
        TaskID(job: JobID(job), stage: stage, index: index)
    }

    private func attempt(_ index: Int, job: Int = 1, stage: Int = 0, _ number: Int = 0) -> AttemptID
    {
        AttemptID(task: task(index, job: job, stage: stage), number: number)
    }

    private func map(_ id: AttemptID) -> WorkerCommand {
        .start(Assignment(attempt: id, input: .split(Split(pieces: [])), badRecords: []))
    }

    private func reduce(_ id: AttemptID) -> WorkerCommand {
        .start(reading(id))
    }

    private func reading(_ id: AttemptID) -> Assignment {
        Assignment(
            attempt: id,
            input: .partition(id.task.index),
            sources: [ShuffleInput(stage: 0, outputLogLength: 2)],
            badRecords: []
        )
    }

    private func position(_ write: Int) -> JournalPosition {
        JournalPosition(epoch: 3, start: "s", write: write)
    }

    private func joined(slots: Int = 1) -> WorkerStateMachine {
        var machine = WorkerStateMachine(slotCount: slots)
        #expect(machine.apply(.started) == [.join(after: .zero)])
        let answer = JoinAnswer(
            worker: WorkerID(7),
            cluster: "c",
            session: session,
            endedJobs: [],
            position: position(1)
        )
        let actions = machine.apply(.joined(answer))
        #expect(actions.map(\.isPoll) == [true])
        return machine
    }

    /// The commands come with the answer to the poll that waits.
    private func answer(
        _ machine: inout WorkerStateMachine,
        _ numbered: [(Int, WorkerCommand)],
        delivered: [AttemptID] = [],
        mayLeave: Bool = false
    ) -> [WorkerAction] {
        let commands = numbered.map { NumberedCommand(number: $0.0, command: $0.1) }
        return machine.apply(
            .answered(
                .waiting,
                session,
                PollAnswer(commands: commands, position: position(2), mayLeave: mayLeave),
                delivered: delivered
            )
        ).filter { !$0.isPoll }
    }

    private func success(_ id: AttemptID) -> TaskReport {
        TaskReport(attempt: id, outcome: .succeeded(testOutput(id)))
    }

    @Test func anAttemptWaitsForItsProgramAndASlot() {
        var machine = joined()
        let actions = answer(&machine, [(1, map(attempt(0))), (2, map(attempt(1)))])
        #expect(actions == [.fetchJob(JobID(1))], "once for both")
        let ready = machine.apply(.jobReady(JobID(1)))
        #expect(ready.map(\.started) == [attempt(0)], "there is one slot")
        let ended = machine.apply(.attemptEnded(slot: 0, success(attempt(0)), log: "x"))
        #expect(ended.compactMap(\.started) == [attempt(1)])
        let reports = ended.compactMap(\.poll)
        #expect(reports.map(\.ended) == [[AttemptEnd(report: success(attempt(0)), log: "x")]])
        #expect(reports.map(\.wait) == [0], "a report does not wait behind the poll that does")
    }

    /// The job ends while its program is fetched: what the fetch leaves behind goes as well.
    @Test(arguments: [true, false])
    func aProgramThatComesTooLateIsRemoved(_ comes: Bool) {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        #expect(answer(&machine, [(2, .end(JobID(1)))]) == [.removeJob(JobID(1))])
        let late = machine.apply(
            comes ? .jobReady(JobID(1)) : .jobFailed(JobID(1), message: "cut")
        )
        #expect(late == [.removeJob(JobID(1))])
    }

    @Test func aCommandThatComesTwiceIsDoneOnce() {
        var machine = joined(slots: 2)
        _ = answer(&machine, [(1, map(attempt(0)))])
        _ = machine.apply(.jobReady(JobID(1)))
        #expect(answer(&machine, [(1, map(attempt(0)))]) == [])
        // Also under another number, after the worker has joined again.
        #expect(answer(&machine, [(2, map(attempt(0)))]) == [])
    }

    @Test func anEndIsToldUntilItIsDelivered() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        _ = machine.apply(.jobReady(JobID(1)))
        let end = machine.apply(.attemptEnded(slot: 0, success(attempt(0)), log: nil))
        #expect(end.compactMap(\.poll).map(\.ended.count) == [1])
        // The report is lost, and so is the next poll.
        #expect(machine.apply(.pollFailed(.reporting, session, mustJoin: false)).isEmpty == false)
        let again = machine.apply(.pollFailed(.waiting, session, mustJoin: false))
        #expect(again.compactMap(\.poll).map(\.ended.count) == [1])
        #expect(machine.joinState.attempts == [attempt(0)])
        _ = answer(&machine, [], delivered: [attempt(0)])
        #expect(machine.joinState.attempts.isEmpty)
    }

    @Test func aStoppedAttemptFreesItsSlotWhenItsProcessIsGone() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0))), (2, map(attempt(1)))])
        _ = machine.apply(.jobReady(JobID(1)))
        #expect(answer(&machine, [(3, .stop(attempt(0)))]) == [.stop(slot: 0)])
        // It ended in the same moment: nobody is told.
        let late = machine.apply(.attemptEnded(slot: 0, success(attempt(0)), log: nil))
        #expect(late.filter { !$0.isPoll } == [])
        let free = machine.apply(.slotStopped(0))
        #expect(free.first == .removeAttempt(attempt(0)))
        #expect(free.compactMap(\.started) == [attempt(1)])
    }

    @Test func aJobThatEndsIsRemovedWhenNothingOfItRuns() {
        var machine = joined(slots: 2)
        _ = answer(&machine, [(1, map(attempt(0))), (2, reduce(attempt(0, stage: 1)))])
        _ = machine.apply(.jobReady(JobID(1)))
        let end = answer(&machine, [(3, .end(JobID(1)))])
        #expect(end == [.stop(slot: 0), .cancelFetch(attempt(0, stage: 1))])
        let gone = machine.apply(.slotStopped(0)).filter { !$0.isPoll }
        #expect(gone == [.removeAttempt(attempt(0)), .removeJob(JobID(1))])
        #expect(machine.joinState.jobs.isEmpty)
    }

    @Test func theIdleProcessOfAJobEndsWithIt() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        _ = machine.apply(.jobReady(JobID(1)))
        _ = machine.apply(.attemptEnded(slot: 0, success(attempt(0)), log: nil))
        #expect(answer(&machine, [(2, .end(JobID(1)))]) == [.stop(slot: 0)])
        #expect(machine.apply(.slotStopped(0)).contains(.removeJob(JobID(1))))
    }

    @Test func aRunThatCannotBeReadNamesTheAttemptThatWroteIt() {
        var machine = joined()
        _ = answer(&machine, [(1, reduce(attempt(0, stage: 1)))])
        let fetch = machine.apply(.jobReady(JobID(1))).first
        #expect(
            fetch == .fetchInput(reading(attempt(0, stage: 1)))
        )
        let input = (0..<2).map { index in
            FetchedSegment(
                segment: Segment(run: "/run\(index)", partition: 0),
                source: attempt(index, 4)
            )
        }
        _ = machine.apply(.inputReady(attempt(0, stage: 1), [input]))
        let failure = Failure(kind: .fetchFailed, message: "damaged", run: "/run1")
        let report = TaskReport(attempt: attempt(0, stage: 1), outcome: .failed(failure))
        let actions = machine.apply(.attemptEnded(slot: 0, report, log: nil))
        #expect(actions.compactMap(\.poll).flatMap(\.ended).map(\.source) == [attempt(1, 4)])
        #expect(actions.contains(.removeAttempt(attempt(0, stage: 1))))
    }

    @Test func theTimeOfFetchingIsAddedToTheReport() {
        var machine = joined()
        let id = attempt(0, stage: 1)
        _ = answer(&machine, [(1, reduce(id))])
        _ = machine.apply(.jobReady(JobID(1)))
        _ = machine.apply(.inputReady(id, [[]], seconds: 1.5))
        let output = TaskOutput(counters: Counters(), times: TaskTimes(merge: 0.25))
        let report = TaskReport(attempt: id, outcome: .succeeded(output))
        let actions = machine.apply(.attemptEnded(slot: 0, report, log: nil))
        let ends = actions.compactMap(\.poll).flatMap(\.ended)
        var told = output
        told.times.fetch = 1.5
        #expect(ends.map(\.report) == [TaskReport(attempt: id, outcome: .succeeded(told))])
    }

    @Test func aSegmentThatCannotBeFetchedFailsTheAttempt() {
        var machine = joined()
        _ = answer(&machine, [(1, reduce(attempt(0, stage: 1)))])
        _ = machine.apply(.jobReady(JobID(1)))
        let actions = machine.apply(
            .inputFailed(attempt(0, stage: 1), source: attempt(1), message: "gone")
        )
        let ends = actions.compactMap(\.poll).flatMap(\.ended)
        #expect(ends.map(\.source) == [attempt(1)])
    }

    @Test func aProgramThatCannotBeFetchedIsTheClustersFault() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        let actions = machine.apply(.jobFailed(JobID(1), message: "no"))
        guard
            case .failed(let failure) = actions.compactMap(\.poll).first?.ended.first?.report
                .outcome
        else {
            Issue.record("the attempt fails")
            return
        }
        #expect(failure.kind.consequence == .retryCountedAgainstCluster)
        // The next attempt asks again.
        #expect(answer(&machine, [(2, map(attempt(0, 1)))]) == [.fetchJob(JobID(1))])
    }

    /// The worker's full disk is told as such, so that it is held against this worker.
    @Test func whatDoesNotFitOnTheDiskIsNotTheFaultOfWhoWroteIt() {
        let reader = attempt(0, stage: 1)
        for event in [
            WorkerEvent.jobFailed(JobID(1), message: "full", kind: .diskFull),
            .inputFailed(reader, source: nil, message: "full", kind: .diskFull),
        ] {
            var machine = joined()
            _ = answer(&machine, [(1, reduce(reader))])
            if case .inputFailed = event { _ = machine.apply(.jobReady(JobID(1))) }
            let ends = machine.apply(event).compactMap(\.poll).flatMap(\.ended)
            let failure = Failure(kind: .diskFull, message: "full")
            #expect(ends.map(\.report.outcome) == [.failed(failure)])
            #expect(ends.map(\.source) == [nil])
        }
    }

    @Test func aProgramThatComesAfterTheEndOfItsJobIsRemoved() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        #expect(answer(&machine, [(2, .end(JobID(1)))]) == [.removeJob(JobID(1))])
        let actions = machine.apply(.jobReady(JobID(1)))
        #expect(actions == [.removeJob(JobID(1))])
    }

    @Test func whoIsNotKnownJoinsAgainWithAllItHas() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        _ = machine.apply(.jobReady(JobID(1)))
        let actions = machine.apply(.pollFailed(.waiting, session, mustJoin: true))
        #expect(actions == [.join(after: .zero)])
        #expect(machine.joinState.attempts == [attempt(0)])
        #expect(machine.joinState.jobs == [HeldJob(id: JobID(1), uuid: "")])
        #expect(machine.joinState.position == position(2), "the latest that it has heard")
        // What comes from the old session is not heard any more.
        #expect(answer(&machine, [(2, .end(JobID(1)))]) == [])
        let next = JoinAnswer(
            worker: WorkerID(7),
            cluster: "c",
            session: SessionID(epoch: 4, start: "s", number: 1),
            endedJobs: [JobID(1)],
            position: position(2)
        )
        #expect(machine.apply(.joined(next)).contains(.stop(slot: 0)))
    }

    @Test func anotherClusterMeansBeginningAnew() {
        var machine = joined()
        _ = machine.apply(.pollFailed(.waiting, session, mustJoin: true))
        let other = JoinAnswer(
            worker: WorkerID(1),
            cluster: "d",
            session: session,
            endedJobs: [],
            position: position(1)
        )
        #expect(machine.apply(.joined(other)) == [.reset])
    }

    /// The coordinator says so, or gives the number of a job that is here to another one.
    @Test func anotherHistoryMeansBeginningAgain() {
        var machine = joined()
        _ = machine.apply(.pollFailed(.waiting, session, mustJoin: true))
        let forked = JoinAnswer(
            worker: WorkerID(0),
            cluster: "c",
            session: session,
            endedJobs: [],
            mustReset: true,
            position: position(1)
        )
        #expect(machine.apply(.joined(forked)) == [.reset])

        var other = joined()
        var assignment = Assignment(
            attempt: attempt(0),
            jobUUID: "first",
            input: .split(Split(pieces: [])),
            badRecords: []
        )
        _ = answer(&other, [(1, .start(assignment))])
        _ = other.apply(.jobReady(JobID(1), uuid: "first"))
        assignment.attempt = attempt(1)
        assignment.jobUUID = "second"
        #expect(answer(&other, [(2, .start(assignment))]).contains(.reset))
    }

    @Test func theProgramOfAnotherJobOfTheSameNumberIsNotRun() {
        var machine = joined()
        let assignment = Assignment(
            attempt: attempt(0),
            jobUUID: "first",
            input: .split(Split(pieces: [])),
            badRecords: []
        )
        _ = answer(&machine, [(1, .start(assignment))])
        let actions = machine.apply(.jobReady(JobID(1), uuid: "second"))
        #expect(actions.contains(.reset))
        #expect(!actions.contains { if case .run = $0 { true } else { false } })
    }

    @Test func aDrainedWorkerLeavesWhenItIsNotNeeded() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        _ = machine.apply(.jobReady(JobID(1)))
        _ = machine.apply(.drain)
        #expect(answer(&machine, [], mayLeave: true) == [], "it runs something")
        _ = machine.apply(.attemptEnded(slot: 0, success(attempt(0)), log: nil))
        #expect(answer(&machine, [], delivered: [attempt(0)]) == [], "its run is needed")
        #expect(answer(&machine, [], mayLeave: true) == [.leave])
    }

    @Test func whatIsToBePreparedWaitsForTheProgram() {
        var machine = joined()
        #expect(
            answer(&machine, [(1, .prepare(JobID(1), stage: 1, tasks: [2]))])
                == [.fetchJob(JobID(1))]
        )
        let actions = machine.apply(.jobReady(JobID(1)))
        #expect(actions.first == .prepare(JobID(1), stage: 1, tasks: [2]))
    }

    // MARK: Ends that the coordinator does not take

    private func poll(_ actions: [WorkerAction]) throws -> PollRequest {
        try #require(actions.compactMap(\.poll).first)
    }

    /// Of three ends one is too large: the others arrive, and it becomes a failure.
    @Test func anEndThatIsTooLargeHoldsUpNoOther() throws {
        var machine = joined(slots: 3)
        let ids = (0..<3).map { attempt($0, job: $0 + 1) }
        _ = answer(&machine, ids.enumerated().map { ($0 + 1, map($1)) })
        for id in ids { _ = machine.apply(.jobReady(id.task.job)) }
        var sent: [PollRequest] = []
        for slot in 0..<3 {
            sent += machine.apply(.attemptEnded(slot: slot, success(ids[slot]), log: nil))
                .compactMap(\.poll)
        }
        #expect(sent.map(\.ended.count) == [1], "one report at a time")
        // The report is lost, and the poll that follows has all three.
        _ = machine.apply(.pollFailed(.reporting, session, mustJoin: false))
        var request = try poll(machine.apply(.pollFailed(.waiting, session, mustJoin: false)))
        #expect(request.ended.count == 3)
        var arrived: [AttemptEnd] = []
        var actions = machine.apply(
            .pollRefused(.waiting, session, ended: ids, message: "it is too large")
        )
        for _ in 0..<4 {
            request = try poll(actions)
            #expect(request.ended.count == 1, "one by one")
            let id = try #require(request.ended.first).report.attempt
            let isFailure =
                if case .failed = request.ended[0].report.outcome { true } else { false }
            if id == ids[1], !isFailure {
                actions = machine.apply(
                    .pollRefused(.waiting, session, ended: [id], message: "it is too large")
                )
                #expect(actions.contains(.removeAttempt(id)))
            } else {
                arrived += request.ended
                actions = machine.apply(
                    .answered(
                        .waiting,
                        session,
                        PollAnswer(commands: [], position: position(2)),
                        delivered: [id]
                    )
                )
            }
        }
        #expect(arrived.map(\.report.attempt) == ids)
        guard case .failed(let failure) = arrived[1].report.outcome else {
            Issue.record("it is a failure")
            return
        }
        #expect(failure.kind == .badInput && failure.message.contains("it is too large"))
        #expect(machine.joinState.attempts.isEmpty)
        #expect(try poll(actions).ended.isEmpty)
    }

    @Test func aPollWithoutEndsThatIsRefusedIsTriedAgain() throws {
        var machine = joined()
        let actions = machine.apply(.pollRefused(.waiting, session, ended: [], message: "no"))
        #expect(try poll(actions).ended.isEmpty)
        #expect(
            actions.contains {
                if case .poll(_, _, let delay) = $0 { delay > .zero } else { false }
            }
        )
    }

    // MARK: Processes that do not end

    @Test func aLostSlotRunsNothingUntilItsProcessIsGone() throws {
        var machine = joined(slots: 2)
        _ = answer(&machine, [(1, map(attempt(0))), (2, map(attempt(1)))])
        _ = machine.apply(.jobReady(JobID(1)))
        _ = machine.apply(.slotLost(0))
        let report = TaskReport(
            attempt: attempt(0),
            outcome: .failed(Failure(kind: .timedOut, message: "it hangs"))
        )
        let ended = machine.apply(.attemptEnded(slot: 0, report, log: nil))
        #expect(try poll(ended).lostSlots == 1)
        // One that was on its way goes back.
        let late = answer(&machine, [(3, map(attempt(2)))], delivered: [attempt(0)])
        #expect(late == [.removeAttempt(attempt(2))])
        #expect(machine.joinState.attempts == [attempt(1), attempt(2)])
        _ = machine.apply(.slotStopped(0))
        let next = answer(&machine, [(4, map(attempt(3)))], delivered: [attempt(2)])
        #expect(next.compactMap(\.started) == [attempt(3)])
    }

    /// The job ends while its process does not: its files go when that is gone.
    @Test func filesStayAsLongAsAProcessMayWriteThem() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        _ = machine.apply(.jobReady(JobID(1)))
        #expect(answer(&machine, [(2, .end(JobID(1)))]) == [.stop(slot: 0)])
        #expect(machine.apply(.slotLost(0)).filter { !$0.isPoll } == [])
        let gone = machine.apply(.slotStopped(0)).filter { !$0.isPoll }
        #expect(gone == [.removeAttempt(attempt(0)), .removeJob(JobID(1))])
    }

    @Test func aSlotThatIsLostWhileIdleKeepsItsJobsFiles() {
        var machine = joined()
        _ = answer(&machine, [(1, map(attempt(0)))])
        _ = machine.apply(.jobReady(JobID(1)))
        _ = machine.apply(.slotLost(0))
        _ = machine.apply(.attemptEnded(slot: 0, success(attempt(0)), log: nil))
        #expect(answer(&machine, [(2, .end(JobID(1)))]) == [.stop(slot: 0)])
        #expect(
            machine.apply(.slotStopped(0)).filter { !$0.isPoll } == [.removeJob(JobID(1))]
        )
    }

    @Test func aSlotWithAProcessOfTheJobIsTakenFirst() {
        var machine = joined(slots: 2)
        _ = answer(&machine, [(1, map(attempt(0, job: 1))), (2, map(attempt(0, job: 2)))])
        _ = machine.apply(.jobReady(JobID(1)))
        _ = machine.apply(.jobReady(JobID(2)))
        _ = machine.apply(.attemptEnded(slot: 0, success(attempt(0, job: 1)), log: nil))
        _ = machine.apply(.attemptEnded(slot: 1, success(attempt(0, job: 2)), log: nil))
        let actions = answer(&machine, [(3, map(attempt(1, job: 2)))])
        guard case .run(let slot, _, _) = actions.first else {
            Issue.record("it runs")
            return
        }
        #expect(slot == 1)
    }
}

extension WorkerAction {
    fileprivate var isPoll: Bool { poll != nil }

    fileprivate var poll: PollRequest? {
        if case .poll(_, let request, _) = self { request } else { nil }
    }

    fileprivate var started: AttemptID? {
        if case .run(_, let assignment, _) = self { assignment.attempt } else { nil }
    }
}
