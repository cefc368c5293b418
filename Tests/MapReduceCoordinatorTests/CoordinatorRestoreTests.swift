import ClusterTestSupport
import Foundation
import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceCoordinator

/// A core that goes on where the store of an earlier one ends.
@Suite(.timeLimit(.minutes(5))) struct CoordinatorRestoreTests {
    @Test func aJobGoesOnWithTheWorkerThatRunsIt() async throws {
        let (second, (job, worker, running)) = try await TestCoordinator.afterCrash { first in
            let worker = try await first.join(slots: 1)
            let job = try await first.submit(maps: 2)
            return (job, worker, try await first.poll(worker).started)
        }
        try #require(running.count == 1)
        try await second.core.recover()
        #expect(await second.core.status(of: job)?.phase == .running)
        // The worker is expected: its old session is over, and what it runs goes on.
        await #expect(throws: (any Error).self) { try await second.poll(worker) }
        let again = try await second.join(slots: 1, attempts: running)
        #expect(again.worker == worker.worker && again.session.epoch == 2)
        #expect(try await second.poll(again).isEmpty)
        let ended = [SaidWorker.succeeded(running[0])]
        #expect(try await second.poll(again, ended).started.map(\.task.index) == [1])
        #expect(try await second.submit("other") == JobID(2))
    }

    @Test func aJobWhoseOutputIsNotItsOwnIsCancelled() async throws {
        let (second, job) = try await TestCoordinator.afterCrash { first in
            let job = try await first.submit()
            try FileManager.default.removeItem(atPath: first.directory("job"))
            return job
        }
        try await second.core.recover()
        #expect(try await second.end(of: job).phase == .cancelled)
    }

    /// What was being cleaned up after is cleaned up after again.
    @Test func theEndOfAJobIsKeptAfterARestart() async throws {
        let (second, job) = try await TestCoordinator.afterCrash { first in
            let job = try await first.submit()
            first.storage.add([.jobFinished(job, .cancelled, at: .zero)])
            return job
        }
        try await second.core.recover()
        #expect(try await second.end(of: job).phase == .cancelled)
        #expect(second.storage.job(job)?.status?.phase == .cancelled)
        #expect(await second.core.jobCount == 0)
    }
}
