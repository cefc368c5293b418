import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

/// Closures that fail on a cluster: what is said of them, and their tasks run again here.
@Suite(.serialized) struct CrashTests {
    private static let text = sampleTexts[1]

    /// Whether a report has all that it needs to have.
    private func check(_ report: String, has parts: [String]) {
        for part in parts + ["record: \"Use like there lantern", "english.txt at byte 5643"] {
            #expect(report.contains(part), "\(part) is not in \(report)")
        }
    }

    /// On the terminal of `submit`, and from the journal afterwards.
    @Test func aHangIsToldAsACrashIs() throws {
        let cluster = try TestCluster(workers: 1)
        let result = try cluster.submit(
            "faultyjob",
            [Self.text, "--map-at", "lantern", "--fault", "spin", "--task-timeout", "1"]
                + ["--max-attempts", "2"]
        ).wait()
        #expect(result.code == 1)
        let parts = [
            "no progress for 1 s (--task-timeout)", "FaultyJob.spin() at ",
            "closure #1 in FaultyJob.pipeline(_:) at ", "(map at FaultyJob.swift:",
            "(record 123)", "to run this task again:\n    ", "mapreduce replay 1 0.0\n",
        ]
        check(result.errors, has: parts)
        check(try cluster.mapreduce(["job", "1"]).output, has: parts)
        #expect(!FileManager.default.fileExists(atPath: cluster.out))
        try cluster.stop()
    }

    @Test func recordsThatHangArePassedOverOnAClusterToo() throws {
        let cluster = try TestCluster(workers: 1)
        let input = try cluster.directory.write("in.txt", "good\nbad one\nfine\nbad two\nlast\n")
        let arguments = [input, "--map-at", "bad", "--fault", "spin", "--task-timeout", "1"]
        let many = try cluster.submit("faultyjob", arguments + ["--max-bad-records", "1"]).wait()
        #expect(many.code == 1)
        #expect(many.errors.contains("more bad records than the 1 allowed"), "\(many.errors)")
        let result = try cluster.submit("faultyjob", arguments + ["--max-bad-records", "2"]).wait()
        #expect(result.code == 0, "\(result.errors)")
        let reason = "the closure made no progress for 1 s (--task-timeout)"
        #expect(
            try readText(cluster.out + "/_bad/records.jsonl") == """
                {"bytes":"bad one","file":"\(input)","offset":5,"reason":"\(reason)"}
                {"bytes":"bad two","file":"\(input)","offset":18,"reason":"\(reason)"}

                """
        )
        try cluster.stop()
    }

    /// It skips the record at which the closure throws first, unless that is asked for.
    @Test func aReplayComesAsFarAsTheLastAttempt() throws {
        let cluster = try TestCluster(workers: 1)
        let input = try cluster.directory.write("in.txt", "bad one\nfine\nbad two\nlast\n")
        let failed = try cluster.submit(
            "faultyjob",
            [input, "--map-at", "bad", "--fault", "throw", "--max-bad-records", "1"]
        ).wait()
        #expect(failed.code == 1)
        let command = ["replay", "1", "0.0", "--scratch", cluster.directory("replay")]
        let replay = try cluster.mapreduce(command)
        #expect(replay.code == 1 && replay.errors.contains("record: \"bad two\""))
        let first = try cluster.mapreduce(command + ["--with-bad-records"])
        #expect(first.code == 1 && first.errors.contains("record: \"bad one\""), "\(first.errors)")
        try cluster.stop()
    }

    /// The executable is in another directory by then, and the job has ended.
    @Test func aTaskThatFailedFailsAgainHere() throws {
        let cluster = try TestCluster(workers: 2)
        let failed = try cluster.submit("faultyjob", [Self.text, "--map-at", "lantern"]).wait()
        #expect(failed.code == 1)
        let scratch = cluster.directory("replay")
        let replay = try cluster.mapreduce(
            ["replay", "1", "job1-stage0-task0", "--scratch", scratch]
        )
        #expect(replay.code > 128, "as a shell counts signals")
        check(
            replay.errors,
            has: [
                "faultyjob: reading \(Self.text), bytes 0 to ", "the task crashed: ",
                "Fatal error: the test asked for it", "FaultyJob.misbehave(_:)", "(record 123)",
            ]
        )
        #expect(!FileManager.default.fileExists(atPath: scratch), "the program is removed")
        try cluster.stop()
    }

    /// The parts are those of the job, though fewer slots are here.
    @Test func tasksThatSucceededWriteTheSameHere() throws {
        let cluster = try TestCluster(workers: 3)
        let arguments = [Self.text, sampleTexts[3], "--split-size", "30000"]
        let job = try cluster.submit("faultyjob", arguments).wait()
        #expect(job.code == 0, "\(job.errors)")
        for index in 0..<3 {
            let scratch = cluster.directory("kept\(index)")
            let replay = try cluster.mapreduce(
                ["replay", "1", "1.\(index)", "--keep", "--scratch", scratch]
            )
            #expect(replay.code == 0, "\(replay.errors)")
            #expect(replay.errors.contains("computing what task 1.\(index)"))
            let line = try #require(
                replay.errors.split(separator: "\n").first { $0.contains(", to ") }
            )
            let path = try #require(line.components(separatedBy: ", to ").last)
            let part = path.components(separatedBy: "/").last ?? ""
            #expect(try readFile(path) == readFile(cluster.out + "/" + part), "\(part)")
        }
        let map = try cluster.mapreduce(
            ["replay", "1", "0.2", "--scratch", cluster.directory("map")]
        )
        #expect(map.code == 0 && map.errors.contains("task 0.2"), "\(map.errors)")
        try cluster.stop()
    }

    @Test func aTaskThatIsNotThereIsAnsweredWithThoseThatAre() throws {
        let cluster = try TestCluster(workers: 1)
        #expect(try cluster.submit("wordcount", [Self.text, "-q"]).wait().code == 0)
        let missing = try cluster.mapreduce(["replay", "1", "0.7"])
        #expect(missing.code == 1 && missing.errors.contains("no task 0.7; it has 0.0 (map at"))
        let wrong = try cluster.mapreduce(["replay", "1", "seven"])
        #expect(wrong.code == 2 && wrong.errors.contains("seven is no task"))
        let job = try cluster.mapreduce(["replay", "9", "0.0"])
        #expect(job.code == 1 && job.errors.contains("there is no job 9"))
        try cluster.stop()
    }

    /// Where there is no lldb, the program stays for another debugger.
    @Test func withoutADebuggerTheCommandIsShown() throws {
        let cluster = try TestCluster(workers: 1)
        #expect(try cluster.submit("wordcount", [Self.text, "-q"]).wait().code == 0)
        let shown = try Command.run(
            "mapreduce",
            ["replay", "1", "0.0", "--lldb", "--scratch", cluster.directory("kept")],
            environment: ["MAPREDUCE_COORDINATOR": cluster.url, "PATH": "/nowhere"]
        )
        #expect(shown.code == 0 && shown.errors.contains("there is no lldb in PATH"))
        let line = try #require(
            shown.errors.split(separator: "\n").first { $0.contains("wordcount --replay-from") }
        )
        let replay = try Command.run("/bin/sh", ["-c", String(line)])
        #expect(replay.code == 0 && replay.errors.contains("task 0.0"), "\(replay.errors)")
        try cluster.stop()
    }
}
