import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceHTTP

/// A coordinator whose data directory is replaced by an older copy: what is numbered again is not
/// taken for what had the number before.
@Suite struct RestoreTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var data: String { directory("data") }
    private var copy: String { directory("copy") }

    private func putBack(_ copy: String, at data: String) throws {
        try FileManager.default.removeItem(atPath: data)
        try FileManager.default.copyItem(atPath: copy, toPath: data)
    }

    private func refusal(
        _ body: () async throws -> Void
    ) async throws -> TestService.Refusal {
        do {
            try await body()
        } catch let refusal as TestService.Refusal {
            return refusal
        }
        throw TestService.Refusal(status: 200, code: "", message: "", headers: [:])
    }

    private func join(
        _ service: TestService,
        _ incarnation: String,
        after answer: JoinAnswer?,
        jobs: [HeldJob] = [],
        attempts: [AttemptID] = []
    ) async throws -> JoinAnswer {
        try await service.post(
            "/v1/workers",
            JoinRequest(
                incarnation: incarnation,
                url: "http://127.0.0.1:1/\(incarnation)",
                host: "h",
                slots: 1,
                cluster: answer?.cluster,
                position: answer?.position,
                attempts: attempts,
                jobs: jobs
            )
        )
    }

    /// Two workers join one coordinator; one of them before the data are copied, and hears no more.
    @Test func aWorkerThatKnowsMoreThanACopyBeginsAgain() async throws {
        var service = try await TestService(directory)
        let early = try await join(service, "early", after: nil)
        try await service.stop()
        try FileManager.default.copyItem(atPath: data, toPath: copy)

        service = try await TestService(directory)
        let late = try await join(service, "late", after: nil)
        _ = try await service.submit(maps: 1, in: directory, "old")
        let old: JobStatus = try await service.get("/v1/jobs/1")
        try await service.stop()
        try putBack(copy, at: data)

        service = try await TestService(directory)
        let id = try await service.submit(maps: 1, in: directory, "new")
        let new: JobStatus = try await service.get("/v1/jobs/1")
        #expect(id == old.id && new.uuid != old.uuid, "the number is given again")

        let poll = try await refusal {
            _ = try await service.post(
                "/v1/workers/\(late.worker.number)/poll",
                PollRequest(session: late.session, received: 0),
                as: PollAnswer.self
            )
        }
        #expect(poll.status == 409 && poll.code == "join-again")
        let held = [HeldJob(id: id, uuid: old.uuid)]
        let task = TaskID(job: id, stage: 0, index: 0)
        let again = try await join(
            service,
            "late",
            after: late,
            jobs: held,
            attempts: [AttemptID(task: task, number: 0)]
        )
        #expect(again.mustReset && again.endedJobs.isEmpty)
        let workers: [WorkerStatus] = try await service.get("/v1/workers")
        #expect(workers.isEmpty, "it was not taken in")
        let other = try await join(service, "early", after: early, jobs: held)
        #expect(other.mustReset, "it has the program of another job")
        let known = try await join(service, "early", after: early)
        #expect(!known.mustReset && known.worker == early.worker, "it knows nothing else")
        #expect(known.position.epoch == late.position.epoch)
        #expect(known.position.start != late.position.start)
        try await service.stop()
    }

    /// Whoever follows a job, or cancels it, is not led to another one of its number.
    @Test func aClientIsNotLedToAnotherJob() async throws {
        var service = try await TestService(directory)
        try await service.stop()
        try FileManager.default.copyItem(atPath: data, toPath: copy)
        service = try await TestService(directory)
        _ = try await service.submit(maps: 1, in: directory, "old")
        let old: JobStatus = try await service.get("/v1/jobs/1")
        try await service.stop()
        try putBack(copy, at: data)
        service = try await TestService(directory)
        _ = try await service.submit(maps: 1, in: directory, "new")
        let new: JobStatus = try await service.get("/v1/jobs/1")
        #expect(new.name == "new")
        let paths = [
            "", "/events", "/tasks", "/tasks/0/0", "/logs", "/logs/0/0/0", "/report", "/launch",
            "/stream", "/stages/0/outputs",
        ]
        for path in paths {
            let refusal = try await refusal {
                _ = try await service.ask(.GET, "/v1/jobs/1\(path)?uuid=\(old.uuid)")
            }
            #expect(refusal.status == 404 && refusal.code == "another-job", "\(path)")
        }
        let refusal = try await refusal {
            _ = try await service.ask(.DELETE, "/v1/jobs/1?uuid=\(old.uuid)")
        }
        #expect(refusal.code == "another-job")
        let still: JobStatus = try await service.get("/v1/jobs/1?uuid=\(new.uuid)")
        #expect(still.phase == .running, "it was not cancelled")
        try await service.stop()
    }

    /// The worker is stopped while the copy is put back, with a job under the number that another
    /// one gets: no task of the other one runs the program that is there.
    @Test func aWorkerThatWasStoppedRunsTheRightJob() throws {
        let cluster = try TestCluster(workers: 1, deadAfter: 60)
        let input = try cluster.directory.write("in.txt", "good words\nall of them\n")
        try cluster.killCoordinator()
        let data = cluster.directory("data")
        try FileManager.default.copyItem(atPath: data, toPath: cluster.directory("copy"))
        try cluster.restartCoordinator()
        try cluster.waitForWorkers(1)

        let gates = cluster.directory("gates")
        try FileManager.default.createDirectory(atPath: gates, withIntermediateDirectories: true)
        #expect(mkfifo(gates + "/them", 0o600) == 0)
        let waiting = ["--map-at", "them", "--fault", "wait", "--gates", gates]
        let old = try cluster.submit("faultyjob", [input] + waiting)
        let isRunning = try eventually { try !cluster.workersRunning(stage: 0).isEmpty }
        try #require(isRunning)
        let worker = try #require(cluster.workers.first)
        worker.send(SIGSTOP)
        try cluster.killCoordinator()
        try putBack(cluster.directory("copy"), at: data)
        try cluster.restartCoordinator()

        let followed = try old.wait()
        #expect(followed.code != 0, "its job is not known any more")
        #expect(followed.errors.contains("job 1"), "\(followed.errors)")
        let other = try cluster.directory.write("other.txt", "another text\n")
        let new = try cluster.submit("wordcount", [other])
        let isKnown = try eventually { try cluster.jobs().map(\.id) == [JobID(1)] }
        try #require(isKnown, "it has the number of the other one")
        worker.send(SIGCONT)
        let result = try new.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(
            try outputFiles(cluster.out) == localOutput("wordcount", [other, "--reducers", "1"])
        )
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "nothing is left of either job")
        try cluster.stop()
    }
}
