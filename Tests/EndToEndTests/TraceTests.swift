import ClusterTestSupport
import Foundation
import TestSupport
import Testing

@testable import MapReduceHTTP

/// Spans of real processes, whose executable has a backend for traces.
@Suite struct TraceTests {
    private struct Span: Decodable {
        let name: String
        let trace: String
        let id: String
        let parent: String?
        let kind: String
        let attributes: [String: String]
        let error: String?

        var attempt: [String?] {
            ["mapreduce.job", "mapreduce.task", "mapreduce.attempt"].map { attributes[$0] }
        }
    }

    /// The spans of a coordinator, two workers that fetch over the network, and whoever submits a
    /// job that succeeds and one that fails.
    private static let observed = Task { try observe() }

    private static func observe() throws -> [Span] {
        let directory = try TemporaryDirectory()
        let spans = directory("spans")
        try FileManager.default.createDirectory(atPath: spans, withIntermediateDirectories: true)
        let tool = Command.products + "/tracedtool"
        let environment = ["SPANS": spans]
        var services = [
            try Command(
                tool,
                ["coordinator", "--listen", "127.0.0.1:0", "--data", directory("data")],
                environment: environment
            )
        ]
        defer { for service in services where service.isRunning { service.send(SIGKILL) } }
        try services[0].start()
        try #require(eventually { services[0].outputSoFar.contains("\n") })
        let url = services[0].outputSoFar.split(separator: "\n")[0].split(separator: " ").last ?? ""
        for _ in 0..<2 {
            let worker = try Command(
                tool,
                [
                    "worker", "--coordinator", "\(url)", "--scratch", directory.path,
                    "--slots", "1", "--min-free-disk", "1", "--drain-timeout", "0",
                    "--fetch-over-network",
                ],
                environment: environment
            )
            try worker.start()
            services.append(worker)
        }
        try #require(
            try eventually {
                let list = try Command.run(tool, ["workers", "--json", "--coordinator", "\(url)"])
                return list.output.components(separatedBy: "\"ready\"").count == 3
            }
        )
        for (job, arguments, code) in [
            ("wordcount", ["--split-size", "64K", "--reducers", "3"], 0),
            ("faultyjob", ["--map-at", "the", "--max-attempts", "1"], 1),
        ] {
            let submit = try Command(
                tool,
                ["submit", "--coordinator", "\(url)", Command.products + "/" + job]
                    + [sampleTexts[1], "-o", directory(job), "-q"] + arguments,
                environment: environment
            )
            try submit.start()
            let result = try submit.wait()
            try #require(result.code == Int32(code), "\(result.errors)")
        }
        // The workers first: the coordinator is told that they leave.
        for service in services.reversed() {
            service.send(SIGTERM)
            let result = try service.wait()
            try #require(result.code == 0, "\(result.errors)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: spans)
        return try names.flatMap { name in
            try JSONDecoder().decode([Span].self, from: Data(readFile(spans + "/" + name)))
        }
    }

    @Test func aJobIsOneTrace() async throws {
        let all = try await Self.observed.value
        let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        let job = try #require(all.first { $0.name == "job wordcount" })
        #expect(job.attributes["mapreduce.job"] == "1")
        #expect(job.attributes["mapreduce.outcome"] == "succeeded")
        // From whoever submits, over a call and its request.
        var above: [String] = []
        var next = job.parent.flatMap { byID[$0] }
        while let span = next {
            above.append(span.name)
            next = span.parent.flatMap { byID[$0] }
        }
        #expect(above == ["POST /v1/jobs", "POST", "submit"])

        let stages = all.filter { $0.parent == job.id && $0.name.hasPrefix("stage ") }
        #expect(Set(stages.map(\.name)) == ["stage 0", "stage 1"])
        #expect(stages.allSatisfy { $0.attributes["mapreduce.job"] == "1" })
        for stage in stages {
            let attempts = all.filter { $0.parent == stage.id }
            #expect(attempts.count >= 2)
            for attempt in attempts {
                #expect(attempt.name == "attempt")
                #expect(attempt.trace == job.trace)
                #expect(attempt.attributes["mapreduce.outcome"] == "succeeded")
                #expect(attempt.attributes["mapreduce.worker"] != nil)
                #expect(attempt.attempt[0] == "1")
                let number = stage.attributes["mapreduce.stage"] ?? ""
                #expect(attempt.attempt[1]?.hasPrefix(number + ".") ?? false)
                #expect(attempt.attempt[2] == "0")
                // What the worker adds.
                let below = all.filter { $0.parent == attempt.id }
                // The first stage reads files.
                let fetches: Set<String> = stage.name == "stage 0" ? [] : ["fetch"]
                #expect(Set(below.map(\.name)) == fetches.union(["run", "report"]))
                #expect(below.allSatisfy { $0.attempt == attempt.attempt })
            }
        }
        #expect(all.contains { $0.name == "write journal" && $0.parent == job.id })
    }

    /// A segment that is fetched is a call within the attempt that reads it, or ahead of that
    /// within its job, and a request of the worker that has it.
    @Test func callsBetweenWorkersBelongToTheTrace() async throws {
        let all = try await Self.observed.value
        let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        let requests = all.filter { $0.name.hasPrefix("GET /v1/segments/") }
        #expect(!requests.isEmpty)
        for request in requests {
            #expect(request.kind == "server")
            let call = request.parent.flatMap { byID[$0] }
            #expect(call?.kind == "client")
            let fetch = call?.parent.flatMap { byID[$0] }
            #expect(["fetch", "prepare"].contains(fetch?.name))
            #expect(fetch?.attributes["mapreduce.job"] == "1")
        }
        let reports = all.filter { $0.kind == "server" && $0.name.hasSuffix("/poll") }
        #expect(!reports.isEmpty)
    }

    @Test func failuresAreMarked() async throws {
        let all = try await Self.observed.value
        let job = try #require(all.first { $0.name == "job faultyjob" })
        #expect(job.error != nil)
        #expect(job.attributes["mapreduce.outcome"] == "failed")
        let attempt = try #require(
            all.first { $0.name == "attempt" && $0.attributes["mapreduce.outcome"] == "failed" }
        )
        #expect(attempt.error?.contains("the test asked for it") ?? false, "\(attempt)")
        #expect(attempt.attempt[0] == "2")
        let run = try #require(all.first { $0.name == "run" && $0.parent == attempt.id })
        #expect(run.error == attempt.error)
    }

    /// Heartbeats and looks at a job that go on for ever make no traces.
    @Test func everySpanBelongsToAJob() async throws {
        let all = try await Self.observed.value
        #expect(Set(all.filter { $0.parent == nil }.map(\.name)) == ["submit"])
        #expect(Set(all.map(\.trace)).count == 2)
    }

    @Test func withoutABackendThereIsNothing() async throws {
        #expect(Traces.tracer == nil)
        let result = try await Traces.span("span", in: .topLevel) { span in span == nil }
        #expect(result)
    }

    /// What the page shows is what was tested.
    @Test func thePageShowsThisExecutable() throws {
        let page = try readText(packageRoot + "/Documentation/Observability.md")
        let example = try readText(packageRoot + "/Tests/Fixtures/TracedTool/TracedTool.swift")
        #expect(page.contains("```swift\n\(example)```\n"))
    }
}
