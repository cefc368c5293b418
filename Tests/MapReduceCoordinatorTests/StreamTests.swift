import ClusterTestSupport
import Foundation
import MapReduceModel
import NIOHTTP1
import TestSupport
import Testing

@testable import MapReduceHTTP

/// What a coordinator tells those who follow a job or the cluster.
@Suite(.timeLimit(.minutes(15))) struct StreamTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    // MARK: A job

    @Test func eventsArriveWhileAJobRuns() async throws {
        let service = try await TestService(directory)
        let job = try await service.submit(maps: 2, in: directory, "job")
        var events = try await service.events("/v1/jobs/1/stream")
        var told = ToldJob()
        try told.hear(try await events.next("status"))
        #expect(told.phase == .running && told.attempts.isEmpty)

        var worker = try await SaidWorker(service, slots: 2)
        try await worker.poll()
        try #require(worker.running.count == 2)
        while told.attempts.count < 2 { try told.hear(try #require(try await events.next())) }
        #expect(told.attempts.allSatisfy { $0.state == .running && $0.end == nil })
        #expect(told.attempts.map(\.worker) == [1, 1])

        let first = worker.running[0]
        try await worker.poll([SaidWorker.failed(first)])
        while told.failures.isEmpty { try told.hear(try #require(try await events.next())) }
        #expect(told.failures.map(\.failure.message) == ["no"])

        _ = try await service.ask(.DELETE, "/v1/jobs/1")
        while let event = try await events.next() { try told.hear(event) }
        #expect(told.hasEnded && told.phase == .cancelled)
        let report = try await service.report(of: job)
        #expect(told.attempts == report.attempts && told.failures == report.failures)
        #expect(told.lastID == report.lastEvent.map { "\($0)" })
        #expect(report.workers.map(\.name) == ["http://127.0.0.1:1/w"])
        #expect(report.workers.map(\.slotCount) == [2] && report.job.owner == "ada@test")
        try await service.stop()
    }

    /// Wherever a stream is cut, also between the events of one batch: what comes when it is taken
    /// up again makes up for what is missing.
    @Test func aCutChangesNothing() async throws {
        for seed in testSeeds(4) {
            print("aCutChangesNothing: SEED=\(seed)")
            var generator = SeededGenerator(seed: seed)
            let directory = try TemporaryDirectory()
            let service = try await TestService(directory)
            let job = try await service.submit(maps: 6, in: directory, "job")
            var whole = try await service.events("/v1/jobs/1/stream")
            var heard: [SentEvent] = []
            // A second follower that is cut and goes on while the job runs.
            var cut = ToldJob()
            var worker = try await SaidWorker(service, slots: 3)
            for _ in 0..<12 {
                try await worker.poll()
                let ends = worker.running.filter { $0.task.stage == 0 }
                    .filter { _ in Bool.random(using: &generator) }
                try await worker.poll(
                    ends.map { attempt in
                        Bool.random(using: &generator)
                            ? SaidWorker.failed(attempt) : SaidWorker.succeeded(attempt)
                    }
                )
                if Bool.random(using: &generator) {
                    let headers: HTTPHeaders = cut.lastID.map { ["Last-Event-ID": $0] } ?? [:]
                    var events = try await service.events("/v1/jobs/1/stream", headers)
                    for _ in 0..<Int.random(in: 1...3, using: &generator) {
                        let event = try #require(try await events.next())
                        try cut.hear(event)
                        if event.name == "status" { break }
                    }
                }
            }
            _ = try await service.ask(.DELETE, "/v1/jobs/1")
            while let event = try await whole.next() { heard.append(event) }
            let report = try await service.report(of: job)

            for length in 0...heard.count {
                var told = ToldJob()
                for event in heard[..<length] { try told.hear(event) }
                try await goOn(&told, service)
                #expect(told.attempts == report.attempts, "cut after \(length)")
                #expect(told.failures == report.failures, "cut after \(length)")
            }
            try await goOn(&cut, service)
            #expect(cut.attempts == report.attempts && cut.failures == report.failures)
            #expect(report.attempts.count >= 6)
            try await service.stop()
        }
    }

    /// Takes a stream up after what was heard last, and hears it to its end.
    private func goOn(_ told: inout ToldJob, _ service: TestService) async throws {
        let after = told.lastID ?? "0"
        var events = try await service.events("/v1/jobs/1/stream?after=\(after)")
        for event in try await events.rest() { try told.hear(event) }
        #expect(told.hasEnded && told.phase == .cancelled)
    }

    @Test func anotherCoordinatorGoesOnWithTheNumbers() async throws {
        let first = try await TestService(directory)
        let job = try await first.submit(maps: 4, in: directory, "job")
        var worker = try await SaidWorker(first, slots: 2)
        try await worker.poll()
        try await worker.poll([SaidWorker.failed(worker.running[0])])
        var events = try await first.events("/v1/jobs/1/stream")
        var told = ToldJob()
        while told.failures.isEmpty || told.lastID == nil {
            try told.hear(try #require(try await events.next()))
        }
        try await first.stop()
        await events.cut()

        let second = try await TestService(directory)
        let after = try #require(told.lastID)
        events = try await second.events("/v1/jobs/1/stream?after=\(after)")
        worker = try await SaidWorker(second, slots: 2, running: worker.running)
        try await worker.poll([SaidWorker.succeeded(try #require(worker.running.first))])
        _ = try await second.ask(.DELETE, "/v1/jobs/1")
        for event in try await events.rest() { try told.hear(event) }
        let report = try await second.report(of: job)
        #expect(told.hasEnded && told.attempts == report.attempts)
        #expect(told.failures == report.failures && report.attempts.count > 2)
        #expect(report.workers.map(\.name) == ["http://127.0.0.1:1/w"])
        #expect(told.lastID.flatMap { Int($0) } ?? 0 > Int(after) ?? .max)
        try await second.stop()
    }

    /// A number that the journal has never given, and one of long ago, are answered with all.
    @Test func aNumberThatSaysNothingGivesEverything() async throws {
        let service = try await TestService(directory)
        let job = try await service.submit(maps: 3, in: directory, "job")
        var worker = try await SaidWorker(service, slots: 3)
        try await worker.poll()
        _ = try await service.ask(.DELETE, "/v1/jobs/1")
        let report = try await ended(job, service)
        for after in ["0", "999999", "\(Int.max)"] {
            var told = ToldJob()
            var events = try await service.events("/v1/jobs/1/stream?after=\(after)")
            for event in try await events.rest() { try told.hear(event) }
            #expect(told.attempts == report.attempts && told.hasEnded)
        }
        var told = ToldJob()
        let last = try #require(report.lastEvent)
        var events = try await service.events("/v1/jobs/1/stream?after=\(last)")
        for event in try await events.rest() { try told.hear(event) }
        #expect(told.attempts.isEmpty && told.hasEnded, "nothing was missing")
        try await service.stop()
    }

    private func ended(_ job: JobID, _ service: TestService) async throws -> JobReport {
        while true {
            let status: JobStatus = try await service.get("/v1/jobs/\(job.number)?wait=10000")
            if status.phase.isFinished { return try await service.report(of: job) }
        }
    }

    @Test func progressIsToldWithoutAnEntry() async throws {
        let service = try await TestService(directory)
        _ = try await service.submit(maps: 1, in: directory, "job")
        var worker = try await SaidWorker(service, slots: 1)
        try await worker.poll()
        var events = try await service.events("/v1/jobs/1/stream")
        _ = try await events.next("status")
        let attempt = try #require(worker.running.first)
        try await worker.poll(
            progress: [AttemptProgress(attempt: attempt, records: 41, bytes: 82)]
        )
        struct Status: Decodable { let job: JobStatus }
        let status: Status = try await events.next("status").decoded()
        #expect(status.job.recordsRead == 41 && status.job.bytesRead == 82)
        try await service.stop()
    }

    // MARK: The cluster

    @Test func theClusterIsToldOfJobsAndWorkers() async throws {
        let service = try await TestService(directory)
        var events = try await service.events("/v1/stream")
        #expect(try await events.next("jobs").decoded(as: [JobStatus].self).isEmpty)
        var worker = try await SaidWorker(service, slots: 2)
        var workers: [WorkerStatus] = []
        while workers.isEmpty { workers = try await events.next("workers").decoded() }
        #expect(workers.map(\.slotCount) == [2])
        #expect(workers[0].version == Release.version && workers[0].disk == nil)

        let machine = HostStatus(
            load: HostStatus.Load(one: 1.5, processorCount: 4),
            memory: HostStatus.Memory(availableByteCount: 5, totalByteCount: 9),
            disk: HostStatus.Disk(freeByteCount: 3, totalByteCount: 7),
            segments: HostStatus.Segments(count: 2, byteCount: 18)
        )
        try await worker.poll(machine: machine)
        while workers[0].disk == nil { workers = try await events.next("workers").decoded() }
        #expect(workers[0].load == machine.load && workers[0].memory == machine.memory)
        #expect(workers[0].disk == machine.disk && workers[0].segments == machine.segments)

        let first = try await service.submit(maps: 1, in: directory, "first")
        var jobs: [JobStatus] = try await events.next("jobs").decoded()
        #expect(jobs.map(\.id) == [first] && jobs[0].owner == "ada@test")
        let second = try await service.submit(maps: 1, in: directory, "second")
        _ = try await service.ask(.DELETE, "/v1/jobs/1")
        while !jobs.contains(where: { $0.phase == .cancelled }) {
            jobs = try await events.next("jobs").decoded()
        }
        // Whoever comes later is told of all.
        var late = try await service.events("/v1/stream")
        jobs = try await late.next("jobs").decoded()
        #expect(jobs.map(\.id) == [first, second] && jobs.map(\.phase) == [.cancelled, .running])
        try await service.stop()
        await events.cut()
        await late.cut()
    }

    @Test func anExcludedWorkerIsShown() async throws {
        let service = try await TestService(directory)
        _ = try await service.submit(maps: 1, in: directory, "job")
        var workers: [SaidWorker] = []
        for name in ["a", "b", "c"] {
            workers.append(try await SaidWorker(service, slots: 1, incarnation: name))
        }
        var count = 0
        while count < 3 {
            try await workers[0].poll()
            guard let attempt = workers[0].running.first else {
                // Another one has it, and gives it back.
                for index in 1...2 {
                    try await workers[index].poll()
                    guard let attempt = workers[index].running.first else { continue }
                    try await workers[index].poll([
                        TaskReport(
                            attempt: attempt,
                            outcome: .failed(Failure(kind: .fetchFailed, message: "gone"))
                        )
                    ])
                }
                continue
            }
            try await workers[0].poll([SaidWorker.failed(attempt)])
            count += 1
        }
        let statuses: [WorkerStatus] = try await service.get("/v1/workers")
        #expect(statuses.map(\.excludedJobs) == [[JobID(1)], [], []])
        try await service.stop()
    }
}
