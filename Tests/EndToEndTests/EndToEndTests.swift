import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

/// A cluster of three workers, as processes, and its command line.
@Suite(.serialized) struct EndToEndTests {
    /// Runs in both ways: reading the runs of the other workers' files, and fetching them.
    @Test(arguments: [[], ["--fetch-over-network"]])
    func everyJobGivesTheSameAsOnOneMachine(_ worker: [String]) throws {
        let cluster = try TestCluster(worker: worker)
        for job in ["wordcount", "invertedindex", "topwords", "grep", "accesslog"] {
            var arguments = job == "accesslog" ? [sampleData + "/access.log"] : sampleTexts
            if job == "grep" { arguments += ["--pattern", "in"] }
            arguments += ["--reducers", "3", "--split-size", "20000"]
            let result = try cluster.submit(job, arguments + ["--overwrite"]).wait()
            #expect(result.code == 0, "\(job): \(result.errors)")
            #expect(try outputFiles(cluster.out) == localOutput(job, arguments), "\(job)")
            #expect(result.errors.contains("\(job): "), "a summary")
        }
        #expect(try cluster.jobs().map(\.phase) == Array(repeating: .succeeded, count: 5))
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "scratch is removed")
        try cluster.stop()
    }

    /// Most of these rows begin after a stray quote, an even run of them, or a quoted line end.
    @Test func malformedRowsAreTheSameAsOnOneMachine() throws {
        let cluster = try TestCluster(workers: 2)
        let users = (0..<400).map { id in
            switch id % 100 {
            case 40: "\(id),the 5\" disk\n"
            case 60: "\(id),a\"\"b\r"
            case 80: "\(id),\"two\nlines \"\"\"\r\n"
            default: "\(id),name\n"
            }
        }
        let directory = cluster.directory
        let arguments = [
            "users=" + (try directory.write("users.csv", "id,name\n" + users.joined())),
            "orders=" + (try directory.write("orders.csv", "user,cents\n1,5\n")), "--all",
            "--reducers", "1",
        ]
        let expected = try localOutput("join", arguments)
        #expect(expected["part-00000.tsv"]?.count { $0 == 0x0A } == 400)
        for size in [150, 1500] {
            let cut = arguments + ["--split-size", "\(size)", "--overwrite"]
            let result = try cluster.submit("join", cut).wait()
            #expect(result.code == 0, "cut to \(size) bytes: \(result.errors)")
            #expect(try outputFiles(cluster.out) == expected, "cut to \(size) bytes")
        }
        try cluster.stop()
    }

    @Test func theCommandLineShowsTheCluster() throws {
        let cluster = try TestCluster(workers: 1)
        let detached = try cluster.mapreduce(
            ["submit", "--detach", Command.products + "/wordcount", sampleTexts[1], "-o"]
                + [cluster.out]
        )
        #expect(detached.output == "1\n")
        #expect(try cluster.mapreduce(["wait", "1"]).code == 0)
        let job = try cluster.mapreduce(["job", "1"])
        #expect(job.output.contains("job 1, wordcount: succeeded"))
        #expect(try cluster.mapreduce(["jobs"]).output.contains("wordcount"))
        #expect(try cluster.mapreduce(["tasks", "1"]).output.contains("succeeded"))
        #expect(try cluster.mapreduce(["workers"]).output.contains("ready"))
        let missing = try cluster.mapreduce(["job", "7"])
        #expect(missing.code == 1 && missing.errors.contains("there is no job 7"))
        try cluster.stop()
    }

    @Test func whatIsWrongWithAJobIsSaidAtOnce() throws {
        let cluster = try TestCluster(workers: 1)
        let missing = try cluster.submit("wordcount", ["/nowhere"]).wait()
        #expect(missing.code == 2 && missing.errors.contains("/nowhere"))
        let local = try cluster.submit("wordcount", [sampleTexts[0], "--in-process"]).wait()
        #expect(local.code == 2 && local.errors.contains("--in-process"))
        try FileManager.default.createDirectory(
            atPath: cluster.out,
            withIntermediateDirectories: true
        )
        let exists = try cluster.submit("wordcount", [sampleTexts[0]]).wait()
        #expect(exists.code == 2 && exists.errors.contains("exists"), "\(exists.errors)")
        let plan = try cluster.mapreduce(["submit", Command.products + "/wordcount", "--plan"])
        #expect(plan.code == 0 && plan.output.contains("stage 0"))
        #expect(try cluster.jobs().isEmpty)
        try cluster.stop()
    }

    @Test func aJobThatFailsSaysWhereAsOnOneMachine() throws {
        let cluster = try TestCluster(workers: 2)
        let result = try cluster.submit(
            "faultyjob",
            [sampleTexts[1], "--map-at", "lantern", "--fault", "trap"]
        ).wait()
        #expect(result.code == 1)
        #expect(result.errors.contains("the job failed at stage 0"), "\(result.errors)")
        #expect(result.errors.contains("the test asked for it"))
        #expect(result.errors.contains("english.txt at byte"))
        #expect(result.errors.contains("lantern"))
        #expect(!FileManager.default.fileExists(atPath: cluster.out))
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "scratch is removed")
        try cluster.stop()
    }

    @Test func whatClosuresPrintIsInTheLogs() throws {
        let cluster = try TestCluster(workers: 1)
        let result = try cluster.submit(
            "faultyjob",
            [sampleTexts[1], "--map-at", "lantern", "--fault", "print", "-q"]
        ).wait()
        #expect(result.code == 0 && result.errors == "")
        #expect(try cluster.mapreduce(["logs", "1"]).output.contains("a closure prints"))
        #expect(try cluster.mapreduce(["logs", "1", "0.0"]).output.contains("a closure prints"))
        #expect(try cluster.mapreduce(["logs", "1", "1.0"]).output == "")
        try cluster.stop()
    }

    @Test func aPlanThatDiffersInATaskProcessEndsTheJob() throws {
        let cluster = try TestCluster(workers: 1)
        let result = try cluster.submit("faultyjob", [sampleTexts[1], "--shifty"]).wait()
        #expect(result.code == 1)
        #expect(result.errors.contains("built another plan"), "\(result.errors)")
        try cluster.stop()
    }

    @Test(arguments: ["SIGINT", "cancel"])
    func aCancelledJobLeavesNothing(_ how: String) throws {
        let cluster = try TestCluster(workers: 2)
        let job = try cluster.submit(
            "faultyjob",
            [sampleTexts[1], "--map-at", "lantern", "--fault", "hang"]
        )
        #expect(try eventually { try !cluster.workersRunning(stage: 0).isEmpty })
        if how == "cancel" {
            #expect(try cluster.mapreduce(["cancel", "1"]).code == 0)
        } else {
            job.send(SIGINT)
        }
        #expect(try job.wait().code == 130)
        #expect(!FileManager.default.fileExists(atPath: cluster.out))
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "scratch is removed")
        // The slots are free again.
        let next = try cluster.submit("wordcount", [sampleTexts[1]]).wait()
        #expect(next.code == 0, "\(next.errors)")
        try cluster.stop()
    }

    @Test func anAddressThatIsTakenIsNamed() throws {
        let cluster = try TestCluster(workers: 0)
        let address = String(cluster.url.dropFirst("http://".count))
        let second = try Command.run(
            "mapreduce",
            ["coordinator", "--listen", address, "--data", cluster.directory("other")]
        )
        #expect(second.code == 2 && second.errors.contains(address), "\(second.errors)")
        let same = try Command.run(
            "mapreduce",
            ["coordinator", "--listen", "127.0.0.1:0", "--data", cluster.directory("data")]
        )
        #expect(same.code == 2 && same.errors.contains("another coordinator"), "\(same.errors)")
        try cluster.stop()
    }

    private func children(of parent: Int32) throws -> [Int32] {
        // Each thread has those that it started.
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task").flatMap {
            try readText("/proc/\(parent)/task/\($0)/children").split(separator: " ")
        }.compactMap { Int32($0) }
    }

    @Test func theClusterCommandStopsAllThatItStarted() throws {
        let directory = try TemporaryDirectory()
        let cluster = try Command(
            "mapreduce",
            ["cluster", "--workers", "2", "--listen", "127.0.0.1:0"]
                + ["--scratch", directory("scratch")]
        )
        try cluster.start()
        #expect(eventually { cluster.outputSoFar.contains("Ctrl-C stops") })
        let words = cluster.outputSoFar.split(whereSeparator: { " ,\n".contains($0) })
        let url = String(try #require(words.first { $0.hasPrefix("http://") }))
        let result = try Command.run(
            "mapreduce",
            ["submit", "--coordinator", url, Command.products + "/wordcount", sampleTexts[1]]
                + ["-o", directory("out"), "-q"]
        )
        #expect(result.code == 0 && result.errors == "", "\(result.errors)")
        // A worker that dies is told of, and the other one goes on.
        let worker = try #require(try children(of: cluster.processID).first)
        kill(worker, SIGKILL)
        #expect(eventually { cluster.errorsSoFar.contains("1 are left") })
        cluster.send(SIGINT)
        #expect(try cluster.wait().code == 0)
        #expect(!FileManager.default.fileExists(atPath: directory("scratch")))
    }
}
