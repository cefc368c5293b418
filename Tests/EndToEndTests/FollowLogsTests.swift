import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceTool

/// `mapreduce logs -f`, with processes of their own: tasks print, and wait at pipes until the test
/// opens them.
@Suite(.serialized) struct FollowLogsTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func gate(_ name: String) throws -> String {
        let path = directory(name)
        try #require(mkfifo(path, 0o600) == 0)
        return path
    }

    /// Lets the task go on that waits, or will wait, at a pipe.
    private func open(_ gate: String) {
        close(Glibc.open(gate, O_WRONLY))
    }

    /// Submits a job of one task for each text, which waits at the gate that its text names.
    private func submit(
        _ cluster: TestCluster,
        _ texts: [String],
        _ arguments: [String] = []
    ) throws -> Command {
        let files = try texts.enumerated().map { index, text in
            try directory.write("input\(index).txt", text + "\n")
        }
        let command = try cluster.submit(
            "faultyjob",
            files + ["--map-at", "wait", "--fault", "wait", "--gates", directory.path]
                + ["--split-size", "11", "--reducers", "1"] + arguments
        )
        let isThere = try eventually { try !cluster.jobs().isEmpty }
        try #require(isThere, "\(command.errorsSoFar)")
        return command
    }

    private func sees(_ follower: Command, _ text: String) -> Bool {
        eventually { follower.outputSoFar.contains(text) || !follower.isRunning }
            && follower.outputSoFar.contains(text)
    }

    @Test func aLineIsSeenBeforeItsTaskEnds() throws {
        let (first, other) = (try gate("first"), try gate("other"))
        let cluster = try TestCluster(workers: 2)
        let job = try submit(cluster, ["wait first", "wait other"])
        let follower = try cluster.start(["logs", "-f", "1"])
        #expect(sees(follower, "| line 1 of first\n"), "\(follower.errorsSoFar)")
        #expect(sees(follower, "| line 1 of other\n"))
        #expect(try cluster.tasks().filter { $0.stage == 0 }.allSatisfy { $0.state == .running })
        open(first)
        #expect(sees(follower, "| first goes on\n"))
        #expect(follower.isRunning && !follower.outputSoFar.contains("other goes on"))
        open(other)
        let result = try follower.wait()
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(
            Set(lines) == [
                "0.0#1 | line 1 of first", "0.0#1 | first goes on", "0.1#1 | line 1 of other",
                "0.1#1 | other goes on",
            ] && lines.count == 4,
            "\(lines)"
        )
        #expect(try job.wait().code == 0)
        // Afterwards there is what the coordinator has kept.
        let later = try cluster.mapreduce(["logs", "--follow", "1"])
        #expect(later.code == 0)
        #expect(Set(later.output.split(separator: "\n").map(String.init)) == Set(lines))
        try cluster.stop()
    }

    /// Far more than the coordinator keeps, and than is sent at once; of one task no line is
    /// prefixed.
    @Test func aLongLogComesWhole() throws {
        let long = try gate("long")
        let cluster = try TestCluster(workers: 1)
        let job = try submit(cluster, ["wait long"], ["--lines", "30000"])
        let follower = try cluster.start(["logs", "-f", "1", "0.0"])
        #expect(sees(follower, "\nline 30000 of long\n"), "\(follower.errorsSoFar)")
        open(long)
        let result = try follower.wait()
        let expected = (1...30_000).map { "line \($0) of long\n" }.joined() + "long goes on\n"
        #expect(result.code == 0 && result.output == expected)
        #expect(try job.wait().code == 0)
        try cluster.stop()
    }

    @Test func eachLineIsAnObjectForPrograms() throws {
        struct Line: Decodable {
            let job, stage, task, attempt, worker: Int
            let text: String
        }
        let gate = try gate("gate")
        let cluster = try TestCluster(workers: 1)
        let job = try submit(cluster, ["wait gate"])
        let follower = try cluster.start(["logs", "-f", "1", "--json"])
        #expect(sees(follower, "line 1 of gate"), "\(follower.errorsSoFar)")
        open(gate)
        let lines = try follower.wait().output.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(lines.map(\.text) == ["line 1 of gate", "gate goes on"])
        #expect(
            lines.allSatisfy {
                $0.job == 1 && $0.stage == 0 && $0.task == 0 && $0.attempt == 0 && $0.worker == 1
            }
        )
        #expect(try job.wait().code == 0)
        try cluster.stop()
    }

    @Test func anotherAttemptIsFollowedWhenAWorkerDies() throws {
        let gate = try gate("gate")
        let cluster = try TestCluster(workers: 2)
        let job = try submit(cluster, ["wait gate"])
        let follower = try cluster.start(["logs", "-f", "1", "0.0"])
        #expect(sees(follower, "line 1 of gate\n"), "\(follower.errorsSoFar)")
        let id = try #require(try cluster.workersRunning(stage: 0).first)
        try cluster.worker(id).send(SIGKILL)
        // The one of the dead worker ends by itself, and holds the pipe no more.
        #expect(sees(follower, "0.0#2 | line 1 of gate\n"), "\(follower.errorsSoFar)")
        open(gate)
        let result = try follower.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(
            result.output == """
                line 1 of gate
                0.0#2 | line 1 of gate
                0.0#2 | gate goes on

                """
        )
        #expect(try job.wait().code == 0)
        try cluster.stop()
    }

    @Test func itGoesOnWhenTheCoordinatorIsStartedAgain() throws {
        let gate = try gate("gate")
        let cluster = try TestCluster(workers: 1)
        let job = try submit(cluster, ["wait gate"])
        let follower = try cluster.start(["logs", "-f", "1"])
        #expect(sees(follower, "line 1 of gate\n"), "\(follower.errorsSoFar)")
        try cluster.killCoordinator()
        open(gate)
        // The worker is asked, and not the coordinator.
        #expect(sees(follower, "gate goes on\n"), "\(follower.errorsSoFar)")
        try cluster.restartCoordinator()
        let result = try follower.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output == "0.0#1 | line 1 of gate\n0.0#1 | gate goes on\n")
        #expect(try job.wait().code == 0)
        try cluster.stop()
    }

    /// A failed attempt's log is removed at once; the coordinator has the end of it.
    @Test func logsOfFailedAttemptsAreSeen() throws {
        let cluster = try TestCluster(workers: 1)
        // There is no such gate: an error is thrown.
        let job = try submit(cluster, ["wait nowhere"], ["--max-attempts", "2"])
        let follower = try cluster.start(["logs", "-f", "1"])
        let result = try follower.wait()
        #expect(result.code == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").filter { $0.contains("line 1") }
        #expect(lines.sorted() == ["0.0#1 | line 1 of nowhere", "0.0#2 | line 1 of nowhere"])
        #expect(try job.wait().code == 1)
        try cluster.stop()
    }

    @Test func itEndsWhenItIsInterruptedAndWhenNobodyReads() throws {
        let gate = try gate("gate")
        let cluster = try TestCluster(workers: 1)
        let job = try submit(cluster, ["wait gate"], ["--lines", "3"])
        let follower = try cluster.start(["logs", "-f", "1"])
        #expect(sees(follower, "line 3 of gate\n"), "\(follower.errorsSoFar)")
        follower.send(SIGINT)
        let result = try follower.wait()
        #expect(result.code == 130 && !result.wasSignaled && result.errors.isEmpty)
        // Nothing more is printed when `head` has ended, and still the follower does.
        let pipe = try Command.run(
            "/bin/bash",
            [
                "-c", "set -o pipefail; \"$0\" logs -f 1 --coordinator \"$1\" | head -n 1",
                Command.products + "/mapreduce", cluster.url,
            ]
        )
        #expect(pipe.code == 0 && pipe.errors.isEmpty, "\(pipe.errors)")
        #expect(pipe.output == "0.0#1 | line 1 of gate\n")
        #expect(job.isRunning)
        open(gate)
        #expect(try job.wait().code == 0)
        try cluster.stop()
    }

    /// Tasks that end before they are noticed, and with them the job: nothing is lost of what they
    /// printed, and nothing comes twice.
    @Test func allLinesOfManyShortTasksCome() throws {
        let cluster = try TestCluster(workers: 2)
        let input = try directory.write(
            "many.txt",
            String(repeating: "wait the cat sat on the mat\n", count: 5000)
        )
        let job = try cluster.submit(
            "faultyjob",
            [input, "--map-at", "wait", "--fault", "print", "--split-size", "2000"]
                + ["--reducers", "1"]
        )
        try #require(try eventually { try !cluster.jobs().isEmpty })
        let follower = try cluster.start(["logs", "-f", "1"])
        let result = try follower.wait()
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(try job.wait().code == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 5000)
        #expect(lines.allSatisfy { $0.hasSuffix("#1 | a closure prints") })
        #expect(Set(lines).count == (try cluster.tasks().count { $0.stage == 0 }))
        try cluster.stop()
    }

    /// As behind a pager that shows one screen: nothing is read, and Ctrl-C still ends it.
    @Test func itEndsWhenItsReaderWaits() throws {
        let (gate, pipe) = (try gate("gate"), try gate("pipe"))
        let reader = Glibc.open(pipe, O_RDWR)
        defer { close(reader) }
        let cluster = try TestCluster(workers: 1)
        let job = try submit(cluster, ["wait gate"], ["--lines", "30000"])
        let follower = try Command(
            "/bin/sh",
            [
                "-c", "exec \"$0\" logs -f 1 --coordinator \"$1\" > \"$2\"",
                Command.products + "/mapreduce", cluster.url, pipe,
            ]
        )
        try follower.start()
        let isFull = eventually {
            var count: Int32 = 0
            return ioctl(reader, UInt(FIONREAD), &count) == 0 && count > 60_000
        }
        #expect(isFull, "\(follower.errorsSoFar)")
        follower.send(SIGINT)
        let result = try follower.wait()
        #expect(result.code == 130 && result.errors.isEmpty, "\(result.errors)")
        open(gate)
        #expect(try job.wait().code == 0)
        try cluster.stop()
    }

    @Test func whatCannotBeFollowedIsSaid() throws {
        let cluster = try TestCluster(workers: 0)
        let unknown = try cluster.mapreduce(["logs", "-f", "7"])
        #expect(unknown.code == 1 && unknown.errors.contains("no job 7"), "\(unknown.errors)")
        #expect(try cluster.mapreduce(["logs", "-f", "7", "nonsense"]).code == 2)
        try cluster.stop()
    }
}
