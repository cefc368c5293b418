import ClusterTestSupport
import Foundation
import TestSupport
import Testing

/// Which signals and which ends of others end the processes of a cluster.
@Suite(.serialized) struct LifetimeTests {
    private static let text = sampleTexts[1]

    /// Starts a command from a shell that ignores a signal.
    private func ignoring(
        _ signal: String,
        _ cluster: TestCluster,
        _ words: [String]
    ) throws
        -> Command
    {
        let command = try Command(
            "/bin/sh",
            ["-c", "trap '' \(signal); exec \"$@\"", "sh", Command.products + "/mapreduce"] + words,
            environment: ["MAPREDUCE_COORDINATOR": cluster.url]
        )
        try command.start()
        return command
    }

    /// As under `nohup`, or in the background of a script.
    @Test(arguments: [("HUP", SIGHUP), ("INT", SIGINT)])
    func submitIgnoresWhatItIsToIgnore(_ name: String, _ number: Int32) throws {
        let cluster = try TestCluster(workers: 1)
        try FileManager.default.createDirectory(
            atPath: cluster.directory("gates"),
            withIntermediateDirectories: true
        )
        let gate = cluster.directory("gates/gate")
        #expect(mkfifo(gate, 0o600) == 0)
        let text = try cluster.directory.write("in.txt", "wait gate\n")
        let command = try ignoring(
            name,
            cluster,
            ["submit", Command.products + "/faultyjob", text, "-o", cluster.out]
                + ["--map-at", "wait", "--fault", "wait", "--gates", cluster.directory("gates")]
        )
        #expect(try eventually { try !cluster.workersRunning(stage: 0).isEmpty })
        command.send(number)
        // Opens when the task does, and lets it go on.
        try Data().write(to: URL(fileURLWithPath: gate))
        let result = try command.wait()
        #expect(result.code == 0, "\(result.errors)")
        try cluster.stop()
    }

    @Test func servicesIgnoreWhatTheyAreToIgnore() throws {
        let cluster = try TestCluster(workers: 0)
        let worker = try ignoring(
            "HUP INT",
            cluster,
            ["worker", "--scratch", cluster.directory("scratch"), "--min-free-disk", "1"]
        )
        try cluster.waitForWorkers(1)
        worker.send(SIGHUP)
        worker.send(SIGINT)
        let job = try cluster.submit("wordcount", [Self.text, "-q"]).wait()
        #expect(job.code == 0 && worker.isRunning, "\(job.errors)")
        worker.send(SIGTERM)
        #expect(try worker.wait().code == 0)
        try cluster.stop()
    }

    /// SIGHUP ends a service as SIGTERM does, if it is not ignored.
    @Test func aClosedTerminalEndsAServiceInOrder() throws {
        let cluster = try TestCluster(workers: 1)
        let worker = try #require(cluster.workers.first)
        worker.send(SIGHUP)
        let result = try worker.wait()
        #expect(result.code == 0 && !result.wasSignaled, "\(result.errors)")
        try cluster.stop()
    }

    /// The process that starts a coordinator, or a cluster, is killed.
    @Test(arguments: ["coordinator", "cluster --workers 1"])
    func aServiceEndsWithItsParent(_ service: String) throws {
        let directory = try TemporaryDirectory()
        let words =
            "'\(Command.products)/mapreduce' \(service) --listen 127.0.0.1:0 "
            + "--data '\(directory("data"))' --exit-with-parent"
        let parent = try Command(
            "/bin/sh",
            ["-c", "\(words) & read line"],
            input: try pipe(in: directory),
            environment: ["TMPDIR": directory.path]
        )
        try parent.start()
        #expect(eventually { parent.outputSoFar.contains("coordinator at ") })
        #expect(try processes(of: directory) > 1, "the shell and the service")
        parent.send(SIGKILL)
        #expect(try eventually { try processes(of: directory) == 0 })
        _ = try parent.wait()
    }

    /// How many processes of the command line have a directory in theirs.
    private func processes(of directory: TemporaryDirectory) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").count { name in
            guard Int(name) != nil,
                let line = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(name)/cmdline"))
            else { return false }
            return String(decoding: line, as: UTF8.self).contains(directory.path)
        }
    }

    /// The process that starts the worker is killed.
    @Test func aWorkerEndsWithItsParent() throws {
        let cluster = try TestCluster(workers: 0)
        let words =
            "'\(Command.products)/mapreduce' worker --coordinator \(cluster.url) "
            + "--scratch '\(cluster.directory("scratch"))' --exit-with-parent "
            + "--drain-timeout 0 --min-free-disk 1"
        let parent = try Command(
            "/bin/sh",
            ["-c", "\(words) & read line"],
            input: try pipe(in: cluster.directory)
        )
        try parent.start()
        try cluster.waitForWorkers(1)
        parent.send(SIGKILL)
        #expect(try eventually { try cluster.processes().count == 1 }, "the coordinator is left")
        _ = try parent.wait()
        try cluster.stop()
    }

    /// A pipe that nobody writes to, and whose opening does not wait.
    private func pipe(in directory: TemporaryDirectory) throws -> String {
        let path = directory("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        #expect(open(path, O_RDWR | O_CLOEXEC) >= 0, "it stays open until the tests end")
        return path
    }

    @Test func aWorkerDoesNotWaitForEverForItsCoordinator() throws {
        let cluster = try TestCluster(workers: 0)
        try cluster.startWorker(["--coordinator-patience", "2"])
        try cluster.waitForWorkers(1)
        let worker = try #require(cluster.workers.first)
        try cluster.killCoordinator()
        let result = try worker.wait()
        #expect(result.code == 1)
        #expect(result.errors.contains("has not answered for 2 s"), "\(result.errors)")
        #expect(try cluster.jobFiles().isEmpty)
        // One that has never joined ends as well.
        try cluster.startWorker(["--coordinator-patience", "1"])
        #expect(try #require(cluster.workers.last).wait().code == 1)
    }

    /// A coordinator that is started again in time keeps its worker.
    @Test func aWorkerWaitsForARestart() throws {
        let cluster = try TestCluster(workers: 0)
        try cluster.startWorker(["--coordinator-patience", "60"])
        try cluster.waitForWorkers(1)
        try cluster.killCoordinator()
        try cluster.restartCoordinator()
        try cluster.waitForWorkers(1)
        let job = try cluster.submit("wordcount", [Self.text, "-q"]).wait()
        #expect(job.code == 0, "\(job.errors)")
        try cluster.stop()
    }
}
