import AsyncHTTPClient
import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

/// What people and scripts are told of real jobs.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ReportTests {
    private func report(_ arguments: [String], _ cluster: TestCluster) throws -> JobReport {
        let result = try cluster.mapreduce(arguments)
        try #require(result.code == 0, "\(result.errors)")
        let flaws = try jobReportSchema().flaws(of: try JSONValue(parsing: result.output))
        #expect(flaws == [])
        return try JSONDecoder().decode(JobReport.self, from: Data(result.output.utf8))
    }

    @Test func jobsThatRanAreAsTheSchemaSays() throws {
        let cluster = try TestCluster(workers: 2)
        let counted = try cluster.submit(
            "wordcount",
            sampleTexts + ["--reducers", "3", "--split-size", "20000"]
        ).wait()
        #expect(counted.code == 0, "\(counted.errors)")
        let first = try report(["job", "1", "--json"], cluster)
        #expect(first.job.phase == .succeeded && first.verdict != nil)
        #expect(first.verdict == first.job.verdict && first.settings?.reducerCount == 3)
        #expect(first.attempts.count { $0.state == .succeeded } == first.plan.taskTotal(first))
        #expect(first.workers.map(\.id) == [1, 2])
        #expect(first.job.owner.contains("@") && first.failures.isEmpty)
        #expect(
            first.replayCommand?.hasSuffix("replay 1 STAGE.TASK") ?? false,
            "as one would type it here"
        )
        #expect(first.shuffles.map(\.stage) == [0])

        let failed = try cluster.submit(
            "faultyjob",
            [sampleTexts[1], "--map-at", "lantern", "--fault", "throw", "--overwrite"]
        ).wait()
        #expect(failed.code == 1)
        let second = try report(["job", "2", "--json"], cluster)
        #expect(second.job.phase == .failed && second.verdict == nil)
        #expect(second.failures.count == 4 && second.failures[0].failure.location != nil)

        let sorted = try cluster.submit(
            "verbsjob",
            ["--verb", "iterate-until", sampleTexts[1], "--overwrite"]
        ).wait()
        #expect(sorted.code == 0, "\(sorted.errors)")
        let third = try report(["job", "3", "--json"], cluster)
        #expect(third.plan.stages.contains { $0.round != nil })
        #expect(third.job.stages.contains { $0.isLeftOut })
        try showsThem(cluster)
        try cluster.stop()
    }

    private func showsThem(_ cluster: TestCluster) throws {
        let job = try cluster.mapreduce(["job", "1"]).output
        #expect(job.contains("submitted by "))
        #expect(try cluster.mapreduce(["jobs"]).output.contains("owner"))
        let hasTold = try eventually {
            try cluster.workerStatuses().allSatisfy { $0.load != nil && $0.segments?.count == 0 }
        }
        #expect(hasTold)
        let workers = try cluster.mapreduce(["workers"]).output
        #expect(workers.contains("version") && workers.contains(Release.version))

        let page = cluster.directory("report.html")
        #expect(try cluster.mapreduce(["report", "1", "-o", page]).code == 0)
        #expect(try readText(page).contains("\"name\":\"wordcount\""))
        let printed = try cluster.mapreduce(["report", "1", "-o", "-"])
        #expect(try printed.output == readText(page) && printed.errors.isEmpty)
        let trace = cluster.directory("trace.json")
        #expect(try cluster.mapreduce(["trace", "1", "-o", trace]).code == 0)
        #expect(try JSONValue(parsing: try readText(trace))["traceEvents"] != nil)

        let directory = try cluster.mapreduce(["report", "1", "-o", cluster.directory.path])
        #expect(directory.code == 2 && directory.errors.contains("is a directory"))
        let nowhere = try cluster.mapreduce(["trace", "1", "-o", "/nowhere/trace.json"])
        #expect(nowhere.code == 1 && nowhere.errors.contains("/nowhere/trace.json"))
        let missing = try cluster.mapreduce(["report", "9", "-o", "-"])
        #expect(missing.code == 1 && missing.errors.contains("there is no job 9"))
    }

    /// The coordinator is killed while the job hangs; the next one goes on with the numbers.
    @Test func aStreamOutlivesItsCoordinator() async throws {
        let cluster = try TestCluster(workers: 2)
        let tokens = cluster.directory("tokens")
        try FileManager.default.createDirectory(
            atPath: tokens,
            withIntermediateDirectories: true
        )
        try cluster.directory.write("tokens/0", "")
        let job = try cluster.submit(
            "faultyjob",
            [sampleTexts[1], "--reducers", "2", "--split-size", "30000", "--map-at", "lantern"]
                + ["--fault", "hang", "--tokens", tokens]
        )
        try #require(try eventually { try cluster.directory.names(in: "tokens").isEmpty })
        var told = ToldJob()
        var events = SentEvents(try await stream(cluster, after: "0"))
        while told.attempts.isEmpty || told.lastID == nil {
            try told.hear(try #require(try await events.next()))
        }
        try cluster.killCoordinator()
        await #expect(throws: (any Error).self) {
            while let event = try await events.next() { try told.hear(event) }
            throw SentEvents.Ended(name: "the connection was closed")
        }

        try cluster.restartCoordinator()
        let after = try #require(told.lastID)
        events = SentEvents(try await stream(cluster, after: after))
        try cluster.waitForWorkers(2)
        let hanging = try hangingAttempt(cluster)
        let worker = try cluster.worker(WorkerID(hanging.worker))
        worker.send(SIGKILL)
        _ = try worker.wait()
        for event in try await events.rest() { try told.hear(event) }
        #expect(try job.wait().code == 0)
        let report = try report(["job", "1", "--json"], cluster)
        #expect(told.hasEnded && told.phase == .succeeded)
        #expect(told.attempts == report.attempts && told.failures == report.failures)
        #expect(told.lastID.flatMap { Int($0) } ?? 0 >= Int(after) ?? .max)
        try cluster.stop()
    }

    /// Waits until nothing of the first stage is left but what hangs.
    private func hangingAttempt(_ cluster: TestCluster) throws -> JobReport.Attempt {
        var hanging: JobReport.Attempt?
        let isFound = try eventually {
            let report = try report(["job", "1", "--json"], cluster)
            guard report.job.stages[0].taskCount - report.job.stages[0].doneCount == 1 else {
                return false
            }
            let done = Set(report.attempts.filter { $0.state == .succeeded }.map(\.task))
            hanging = report.attempts.first { $0.state == .running && !done.contains($0.task) }
            return hanging != nil
        }
        try #require(isFound)
        return try #require(hanging)
    }

    private func stream(
        _ cluster: TestCluster,
        after: String
    ) async throws -> HTTPClientResponse.Body {
        let request = HTTPClientRequest(
            url: "\(cluster.url)/v1/jobs/1/stream?after=\(after)"
        )
        return try await HTTPClient.shared.execute(request, timeout: .seconds(600)).body
    }
}

extension Plan {
    /// Tasks of all stages that ran.
    fileprivate func taskTotal(_ report: JobReport) -> Int {
        report.job.stages.reduce(0) { $0 + ($1.isLeftOut ? 0 : $1.taskCount) }
    }
}
