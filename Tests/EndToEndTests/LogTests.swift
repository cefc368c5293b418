import ClusterTestSupport
import Foundation
import TestSupport
import Testing

/// What real processes log.
@Suite struct LogTests {
    private typealias Line = [String: Any]

    private func lines(_ text: String) throws -> [Line] {
        try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Line
            return try #require(object, "\(line)")
        }
    }

    private func line(_ lines: [Line], _ message: String, _ job: Int? = nil) throws -> Line {
        try #require(
            lines.first { line in
                line["message"] as? String == message && (job == nil || line["job"] as? Int == job)
            },
            "\(message) of job \(job ?? 0)"
        )
    }

    @Test func everyLineSaysWhoAndWhen() async throws {
        let logs = try await ObservedCluster.shared.value.logs
        for (index, log) in logs.enumerated() {
            let lines = try lines(log)
            #expect(lines.count > 3)
            for line in lines {
                #expect(line["service"] as? String == (index == 0 ? "coordinator" : "worker"))
                #expect(line["time"] is String)
                #expect(line["level"] is String)
                #expect(line["message"] is String)
            }
        }
    }

    @Test func jobsAreToldWithCountsAndTimes() async throws {
        let coordinator = try lines(try await ObservedCluster.shared.value.logs[0])
        let submitted = try line(coordinator, "job submitted", 1)
        #expect(submitted["name"] as? String == "wordcount")
        #expect(submitted["stages"] as? Int == 2)
        #expect(submitted["tasks"] as? Int ?? 0 > 4)
        let finished = try line(coordinator, "job finished", 1)
        #expect(finished["outcome"] as? String == "succeeded")
        #expect(finished["tasks"] as? Int == submitted["tasks"] as? Int)
        #expect(finished["seconds"] as? Double ?? 0 > 0)
        #expect(finished["failures"] as? Int == 0)
        let failed = try line(coordinator, "job finished", 2)
        #expect(failed["outcome"] as? String == "failed")
        #expect(failed["failures"] as? Int == 2)
        #expect(failed["task"] is String)
        #expect(failed["attempt"] is Int)
    }

    /// A script can join what coordinator and workers say about an attempt.
    @Test func attemptsAreNamedAlikeEverywhere() async throws {
        let logs = try await ObservedCluster.shared.value.logs.map(lines)
        func attempts(_ lines: [Line], _ message: String) throws -> Set<String> {
            Set(
                try lines.filter { $0["message"] as? String == message }.map { line in
                    let job = try #require(line["job"] as? Int)
                    let task = try #require(line["task"] as? String)
                    let attempt = try #require(line["attempt"] as? Int)
                    let worker = try #require(line["worker"] as? Int)
                    #expect(task.wholeMatch(of: /\d+\.\d+/) != nil)
                    return "\(job) \(task) \(attempt) on \(worker)"
                }
            )
        }
        let started = try attempts(logs[0], "attempt started")
        let succeeded = try attempts(logs[0], "attempt succeeded")
        let failed = try attempts(logs[0], "attempt failed")
        #expect(started.isSuperset(of: succeeded.union(failed)))
        #expect(failed.count == 2)
        let workers = logs.dropFirst().flatMap { $0 }
        #expect(try attempts(workers, "attempt runs").isSuperset(of: succeeded.union(failed)))
        #expect(try attempts(workers, "attempt succeeded") == succeeded)
        #expect(try attempts(workers, "attempt failed") == failed)
        for line in logs.joined() where line["message"] as? String == "attempt failed" {
            #expect(line["level"] as? String == "warning")
            #expect(line["kind"] as? String == "crashed")
        }
    }

    /// The format comes from the environment too, and workers of `cluster` have it as well.
    @Test func aClusterOfOneCommandLogsAlike() throws {
        let directory = try TemporaryDirectory()
        let cluster = try Command(
            "mapreduce",
            [
                "cluster", "--workers", "3", "--listen", "127.0.0.1:0", "--scratch", directory.path,
                "--log-level", "debug",
            ],
            environment: ["MAPREDUCE_LOG_FORMAT": "json"]
        )
        try cluster.start()
        #expect(eventually { cluster.outputSoFar.contains("Ctrl-C") || !cluster.isRunning })
        cluster.send(SIGTERM)
        let result = try cluster.wait()
        let services = try lines(result.errors).map { $0["service"] as? String }
        #expect(Set(services) == ["coordinator", "worker"])
    }

    @Test func anotherFormatIsRefused() throws {
        let result = try Command.run("mapreduce", ["worker", "--log-format", "xml"])
        #expect(result.code == 2)
        #expect(result.errors == "mapreduce: xml is no format of logs; there are text and json\n")
    }

    /// A worker that stops without a word is told of twice: when it is not heard, and given up.
    @Test func silenceIsTold() throws {
        let cluster = try TestCluster(workers: 1, coordinator: ["--log-format", "json"])
        let worker = try #require(cluster.workers.first)
        worker.send(SIGKILL)
        _ = try worker.wait()
        #expect(eventually { cluster.coordinator.errorsSoFar.contains("given up") })
        let lines = try lines(cluster.coordinator.errorsSoFar)
        #expect(try line(lines, "worker joined")["worker"] as? Int == 1)
        let messages = ["a worker is not heard", "a worker was silent for too long"]
        for message in messages {
            let found = lines.filter { ($0["message"] as? String)?.hasPrefix(message) ?? false }
            #expect(found.count == 1, "\(message)")
            #expect(found.first?["worker"] as? Int == 1)
            #expect(found.first?["level"] as? String == "warning")
        }
        try cluster.stop()
    }
}
