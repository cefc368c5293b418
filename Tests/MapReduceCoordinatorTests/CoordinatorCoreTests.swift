import ClusterTestSupport
import Foundation
import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// The core of a coordinator on a store in memory and a clock that the test sets: what is durable
/// before what leaves, and what happens when it cannot be.
@Suite(.timeLimit(.minutes(5))) struct CoordinatorCoreTests {
    private func code(of error: any Error) -> String {
        (error as? ClusterError)?.code ?? "\(error)"
    }

    private func attempt(_ task: Int, _ number: Int = 0) -> AttemptID {
        AttemptID(task: TaskID(job: JobID(1), stage: 0, index: task), number: number)
    }

    // MARK: What is durable before what leaves

    @Test func aJobIsInTheStoreWhenItsSubmissionIsAnswered() async throws {
        let test = try TestCoordinator()
        #expect(try await test.submit(maps: 3) == JobID(1))
        #expect(test.storage.jobIDs == [JobID(1)] && test.storage.entries.count == 1)
        guard case .jobSubmitted(let submission, _) = test.storage.entries[0] else {
            Issue.record("\(test.storage.entries)")
            return
        }
        #expect(submission.splits.map(\.count) == [3, 0])
        #expect(try await test.submit("other") == JobID(2))
        #expect(try await test.core.statuses().map(\.phase) == [.running, .running])
    }

    @Test func aCommandLeavesOnlyWhenItsEntryIsDurable() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 2)
        test.storage.holdWrites()
        let submitting = Task { try await test.submit(maps: 2) }
        await test.storage.waitForHeldWrite()
        // The state is ahead: both attempts have been started, and the store knows of neither.
        #expect(await test.core.coordinator.jobs[attempt: attempt(1)]?.isRunning == true)
        #expect(test.storage.entries.isEmpty)
        #expect(await test.core.sessions.hasNoCommands(for: worker.worker))
        let seen = Task { try await test.core.jobCounts(test.storage) }
        // A poll that brings nothing to write waits for what is being written.
        let polling = Task { try await test.poll(worker) }
        test.storage.releaseWrites()
        _ = try await submitting.value
        #expect(try await seen.value == (1, 1))
        #expect(test.storage.entries.count == 3)
        _ = try await polling.value
        #expect(try await test.poll(worker).started == [attempt(0), attempt(1)])
    }

    @Test func whatWaitsIsWrittenAtOnce() async throws {
        let test = try TestCoordinator()
        test.storage.holdWrites()
        let first = Task { try await test.submit(maps: 1, "first") }
        await test.storage.waitForHeldWrite()
        let others = (2...4).map { number in
            Task { try await test.submit(maps: 1, "job\(number)") }
        }
        // Each has its number when it has claimed its output, and is in the queue then.
        while await test.core.jobCount < 4 { await Task.yield() }
        test.storage.releaseWrites()
        for task in [first] + others { _ = try await task.value }
        #expect(Set(test.storage.jobIDs.map(\.number)) == [1, 2, 3, 4])
        #expect(test.storage.position.write == 2)
    }

    // MARK: A store that fails

    @Test func aJobThatCannotBeWrittenIsRefusedAndLeavesNothing() async throws {
        let test = try TestCoordinator()
        test.storage.failWrites()
        await #expect(throws: FakeStorage.Unwritable.self) { try await test.submit() }
        #expect(await !test.core.isReady)
        #expect(await test.core.jobCount == 0)
        #expect(try test.directory.names().contains("job") == false)
    }

    /// The state is ahead of the journal for good: nothing of it is shown or done.
    @Test func nothingLeavesWhenTheStoreHasFailed() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 1)
        test.storage.holdWrites()
        let submitting = Task { try await test.submit() }
        await test.storage.waitForHeldWrite()
        let report = Task { try await test.core.report(of: JobID(1)) }
        let poll = Task { try await test.poll(worker) }
        test.storage.failWrites()
        test.storage.releaseWrites()
        await #expect(throws: FakeStorage.Unwritable.self) { _ = try await submitting.value }
        await #expect(throws: FakeStorage.Unwritable.self) { _ = try await report.value }
        await #expect(throws: FakeStorage.Unwritable.self) { _ = try await poll.value }
        #expect(await test.core.sessions.hasNoCommands(for: worker.worker))
        await #expect(throws: FakeStorage.Unwritable.self) { try await test.core.tick() }
        await #expect(throws: FakeStorage.Unwritable.self) { _ = try await test.poll(worker) }
        #expect(test.storage.entries.isEmpty)
    }

    // MARK: Waiting

    @Test func aPollIsAnsweredWhenThereIsACommand() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 1)
        // The clock stands still: nothing but the command ends the poll.
        let polling = Task { try await test.poll(worker, waiting: .seconds(1)) }
        _ = try await test.submit()
        #expect(try await polling.value.started == [attempt(0)])
        #expect(try await test.poll(worker).started == [attempt(0)], "sent until acknowledged")
        #expect(try await test.poll(worker, received: 1).isEmpty)
    }

    @Test func aPollIsAnsweredWhenItsTimeIsUp() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 1)
        let polling = Task { try await test.poll(worker, waiting: .seconds(2)) }
        let end = try await test.letTimePass(until: polling, steps: .milliseconds(500))
        #expect(end.value.isEmpty && end.time >= .seconds(2))
    }

    @Test func aCallerThatWaitsForAJobIsWokenByItsEnd() async throws {
        let test = try TestCoordinator()
        let job = try await test.submit()
        let ending = Task { try await test.end(of: job) }
        try await test.core.cancel(job)
        #expect(try await ending.value.phase == .cancelled)
        #expect(test.clock.time == .zero)
    }

    @Test func aCallerThatWaitsForAJobGetsItsStatusWhenItsTimeIsUp() async throws {
        let test = try TestCoordinator()
        let job = try await test.submit()
        let waiting = Task { try await test.core.status(of: job, wait: .seconds(2)) }
        let end = try await test.letTimePass(until: waiting, steps: .milliseconds(500))
        #expect(end.value.phase == .running && end.time >= .seconds(2))
    }

    @Test func aCoordinatorThatStopsAnswersAll() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 1)
        let number = try await test.core.followCluster().number
        let polling = Task { try await test.poll(worker, waiting: .seconds(1)) }
        let stream = Task { () -> Int in
            var count = 0
            while try await test.core.nextClusterUpdate(for: number) != nil { count += 1 }
            return count
        }
        await test.core.stop()
        #expect(try await polling.value.isEmpty)
        #expect(try await stream.value <= 1)
    }

    // MARK: Limits

    @Test func aWorkerHasAsManySlotsAsAreAllowed() async throws {
        let test = try TestCoordinator()
        let limit = JobLimits.maxSlotCount
        #expect(try await test.join(slots: limit).worker == WorkerID(1))
        for slots in [limit + 1, 0] {
            await #expect(throws: ClusterError.self) { try await test.join(slots: slots, "other") }
        }
        #expect(await test.core.slotCount == limit)
    }

    @Test func anUploadIsNeededAndGoesWithTheLastJobThatHasIt() async throws {
        let test = try TestCoordinator()
        let job = TestSubmission(maps: 1, "job")
        let request = try job.request(in: test.directory)
        await #expect(throws: ClusterError.self) { try await test.core.submit(request) }
        #expect(test.storage.entries.isEmpty)
        try test.upload(job)
        let id = try await test.core.submit(request).id
        test.storage.setUnused([job.digest])
        try await test.core.cancel(id)
        _ = try await test.end(of: id)
        #expect(try test.directory.names(in: "data/executables").isEmpty)
    }

    @Test func anOutputIsClaimedByOneJob() async throws {
        let test = try TestCoordinator()
        let job = try await test.submit()
        await #expect(throws: (any Error).self) { try await test.submit() }
        #expect(test.storage.jobIDs == [job])
    }

    // MARK: Workers

    @Test func aPollOfAnotherSessionMustJoinAgain() async throws {
        let test = try TestCoordinator()
        let first = try await test.join(slots: 1)
        let second = try await test.join(slots: 1)
        #expect(first.worker == second.worker && first.session != second.session)
        do {
            _ = try await test.poll(first)
            Issue.record("the first session is over")
        } catch {
            #expect(code(of: error) == "join-again")
        }
        _ = try await test.poll(second)
    }

    @Test func aSilentWorkerIsGivenUpAndItsWorkRunsElsewhere() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 1)
        _ = try await test.submit()
        let dead = Policy().deadAfter
        while test.clock.time < dead { try await test.pass(.milliseconds(500)) }
        try await test.pass(.milliseconds(500))
        #expect(await test.core.sessions[worker.worker] == nil)
        do {
            _ = try await test.poll(worker)
            Issue.record("the worker was given up")
        } catch {
            #expect(code(of: error) == "join-again")
        }
        let other = try await test.join(slots: 1, "other")
        #expect(try await test.poll(other).started == [attempt(0, 1)])
    }

    /// A machine that was suspended hears from no worker, and gives none of them up.
    @Test func workersKeepTheirPlaceWhenTheCoordinatorDidNotRun() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 1)
        try await test.pass(.seconds(3600))
        #expect(try await test.poll(worker).isEmpty)
    }
}
