import ClusterTestSupport
import MapReduceControl
import MapReduceModel
import NIOCore
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// Streams that follow a job or the cluster, on a clock that the test sets.
@Suite(.timeLimit(.minutes(5))) struct SubscriptionTests {
    /// The next update of a job's stream; nil for a keep-alive, and at the end.
    private func update(
        _ test: TestCoordinator,
        _ stream: Subscription
    ) async throws -> JobUpdate? {
        guard case .update(let update) = try await test.core.nextJobUpdate(for: stream.number)
        else { return nil }
        return update
    }

    // MARK: A job

    @Test func aStreamBeginsWithTheWholeJobAndSendsWhatChanges() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 2)
        let job = try await test.submit(maps: 3)
        let stream = try await test.core.follow(job, after: 0)
        let first = try #require(try await update(test, stream))
        #expect(first.attempts.map(\.task) == [0, 1] && first.lastEvent == 3 && !first.isEnd)
        let running = try await test.poll(worker).started
        try await test.poll(worker, received: 2, [SaidWorker.failed(running[1])])
        test.clock.advance(by: CoordinatorLimits.streamInterval)
        let second = try #require(try await update(test, stream))
        #expect(second.failures.count == 1 && second.lastEvent == 5)
        #expect(Set(second.attempts.map(\.task)).isSubset(of: [1, 2]))
    }

    @Test func aStreamThatWasCutSendsWhatItHasMissed() async throws {
        let test = try TestCoordinator()
        let worker = try await test.join(slots: 2)
        let job = try await test.submit(maps: 2)
        let running = try await test.poll(worker).started
        try await test.poll(worker, received: 2, [SaidWorker.failed(running[1])])
        let last = test.storage.entries.count
        #expect(last == 5)

        let cut = try await test.core.follow(job, after: 3)
        let missed = try #require(try await update(test, cut))
        #expect(Set(missed.attempts.map(\.task)) == [1] && missed.lastEvent == last)
        let whole = try await test.core.follow(job, after: 0)
        #expect(try #require(try await update(test, whole)).attempts.count == 3)
        // One that has come further than this journal has is of another history.
        let foreign = try await test.core.follow(job, after: last + 1)
        #expect(try #require(try await update(test, foreign)).attempts.count == 3)
        let current = try await test.core.follow(job, after: last)
        #expect(try #require(try await update(test, current)).attempts.isEmpty)
    }

    @Test func aStreamEndsWithTheJob() async throws {
        let test = try TestCoordinator()
        let job = try await test.submit()
        let stream = try await test.core.follow(job, after: 0)
        _ = try await update(test, stream)
        try await test.core.cancel(job)
        _ = try await test.end(of: job)
        let end = try #require(try await update(test, stream))
        #expect(end.isEnd && end.status.phase == .cancelled)
        #expect(try await test.core.nextJobUpdate(for: stream.number) == nil)
        // One that begins now finds it in the store.
        let late = try await test.core.follow(job, after: 0)
        #expect(try #require(try await update(test, late)).isEnd)
    }

    @Test func aJobThatIsNotThereIsNotFollowed() async throws {
        let test = try TestCoordinator()
        await #expect(throws: ClusterError.self) {
            try await test.core.follow(JobID(1), after: 0)
        }
    }

    @Test func aSilentStreamKeepsItsConnectionAlive() async throws {
        let test = try TestCoordinator()
        let job = try await test.submit()
        let stream = try await test.core.follow(job, after: 0)
        _ = try await update(test, stream)
        let waiting = Task { () -> Bool in
            if case .keepAlive = try await test.core.nextJobUpdate(for: stream.number) {
                true
            } else {
                false
            }
        }
        let end = try await test.letTimePass(until: waiting, steps: .seconds(1))
        #expect(end.value && end.time >= CoordinatorLimits.streamSilence)
    }

    // MARK: The cluster

    @Test func theStreamOfTheClusterSendsTheJobsThatChange() async throws {
        let test = try TestCoordinator()
        _ = try await test.submit()
        let stream = try await test.core.followCluster()
        guard case .update(let first) = try await test.core.nextClusterUpdate(for: stream.number)
        else {
            Issue.record("a stream begins with all")
            return
        }
        let other = try await test.submit("other")
        let waiting = Task { try await test.core.nextClusterUpdate(for: stream.number) }
        guard
            case .update(let second) = try await test.letTimePass(
                until: waiting,
                steps: .milliseconds(500)
            ).value
        else {
            Issue.record("a job was submitted")
            return
        }
        #expect(second.version > first.version)
        let text = try second.events(epoch: 1).map { String(buffer: $0) }.joined()
        #expect(text.contains("\"name\":\"other\""))
        try await test.core.cancel(other)
    }

    // MARK: Limits

    @Test func thereAreAsManyStreamsAsAreAllowed() async throws {
        let test = try TestCoordinator { $0.maxStreamCount = 2 }
        let job = try await test.submit()
        let first = try await test.core.follow(job, after: 0)
        var second: Subscription? = try await test.core.followCluster()
        do {
            _ = try await test.core.follow(job, after: 0)
            Issue.record("two streams are open")
        } catch {
            #expect((error as? ClusterError)?.code == "too-many-streams")
        }
        #expect(second != nil)
        second = nil
        // The handle is freed at some time; what it was for is then free as well.
        while await test.core.streamCount > 1 { await Task.yield() }
        _ = try await test.core.followCluster()
        #expect(first.number == 1)
    }

    @Test func whatIsTooMuchToResumeIsSentAsAWhole() async throws {
        let storage = FakeStorage()
        let reports = Reports(store: storage)
        let limit = CoordinatorLimits.maxResumedEventCount
        storage.add(Array(repeating: .jobRetired(JobID(1)), count: limit))
        #expect(try await reports.entries(of: JobID(1), after: 0)?.count == limit)
        storage.add([.jobRetired(JobID(1))])
        #expect(try await reports.entries(of: JobID(1), after: 0) == nil)
        #expect(try await reports.entries(of: JobID(1), after: 1)?.count == limit)
    }
}
