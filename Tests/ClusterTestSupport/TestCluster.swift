import Foundation
import MapReduceModel
import TestSupport
import Testing

/// A coordinator and workers as processes of their own, on ports that are free.
///
/// They end with the process of the tests, even if that is killed.
package final class TestCluster {
    package let directory: TemporaryDirectory
    package private(set) var coordinator: Command
    package private(set) var workers: [Command] = []
    package private(set) var url = ""
    private let coordinatorArguments: [String]
    private let workerArguments: [String]

    /// Seconds of silence after which a worker is given up.
    package static let deadAfter = 3.0

    /// Starts a coordinator and workers, and waits until they have joined.
    ///
    /// `speculates`: whether a slow task gets a backup. A test that waits for what a task does
    /// leaves it off, or a backup ends the task on a machine that is busy.
    package init(
        workers count: Int = 3,
        deadAfter: Double = TestCluster.deadAfter,
        speculates: Bool = false,
        coordinator coordinatorArguments: [String] = [],
        worker workerArguments: [String] = []
    ) throws {
        directory = try TemporaryDirectory()
        self.coordinatorArguments =
            coordinatorArguments + [
                "--exit-with-parent", "--data", directory("data"), "--dead-after", "\(deadAfter)",
                speculates ? "--speculation" : "--no-speculation",
            ]
        self.workerArguments = workerArguments
        coordinator = try Command(
            "mapreduce",
            ["coordinator", "--listen", "127.0.0.1:0"] + self.coordinatorArguments
        )
        try coordinator.start()
        url = try Self.url(of: coordinator)
        for _ in 0..<count { try startWorker() }
        if count > 0 { try waitForWorkers(count) }
    }

    deinit {
        for process in workers + [coordinator] where process.isRunning { process.send(SIGKILL) }
    }

    private static func url(of process: Command) throws -> String {
        var url = ""
        let hasStarted = eventually {
            guard let line = process.outputSoFar.split(separator: "\n").first else {
                return !process.isRunning
            }
            url = String(line.split(separator: " ").last ?? "")
            return process.outputSoFar.contains("\n")
        }
        try #require(hasStarted && !url.isEmpty, "\(process.errorsSoFar)")
        return url
    }

    /// `wrapper`: a command line that ends by running what follows it.
    package func startWorker(_ arguments: [String] = [], under wrapper: [String] = []) throws {
        let words = wrapper.isEmpty ? ["mapreduce"] : wrapper + [Command.products + "/mapreduce"]
        let worker = try Command(
            words[0],
            words.dropFirst() + [
                "worker", "--coordinator", url, "--scratch", directory("scratch"), "--slots", "1",
            ]
                + ["--exit-with-parent", "--min-free-disk", "1"] + workerArguments + arguments
        )
        try worker.start()
        workers.append(worker)
    }

    /// Waits until so many workers are connected and ready.
    package func waitForWorkers(_ count: Int) throws {
        let areThere = try eventually {
            try workerStatuses().count { $0.state == .ready } == count
        }
        try #require(areThere, "\(count) workers join")
    }

    // MARK: The command line

    package func mapreduce(_ arguments: [String]) throws -> CommandResult {
        try Command.run("mapreduce", arguments, environment: environment)
    }

    /// Starts a command of the cluster that goes on.
    package func start(_ arguments: [String]) throws -> Command {
        let command = try Command("mapreduce", arguments, environment: environment)
        try command.start()
        return command
    }

    private var environment: [String: String] { ["MAPREDUCE_COORDINATOR": url] }

    /// Starts `mapreduce submit`, with the output `out`.
    package func submit(_ job: String, _ arguments: [String]) throws -> Command {
        let command = try Command(
            "mapreduce",
            ["submit", Command.products + "/" + job] + arguments + ["-o", out],
            environment: environment
        )
        try command.start()
        return command
    }

    package var out: String { directory("out") }

    private func json<Value: Decodable>(_ arguments: [String], as type: Value.Type) throws -> Value
    {
        let result = try mapreduce(arguments + ["--json"])
        try #require(result.code == 0, "\(result.errors)")
        return try JSONDecoder().decode(type, from: Data(result.output.utf8))
    }

    package func workerStatuses() throws -> [WorkerStatus] {
        try json(["workers"], as: [WorkerStatus].self)
    }
    /// The tasks of a job; none before it is submitted.
    package func tasks(of job: Int = 1) throws -> [TaskStatus] {
        guard try jobs().contains(where: { $0.id == JobID(job) }) else { return [] }
        return try json(["tasks", "\(job)"], as: [TaskStatus].self)
    }
    package func jobs() throws -> [JobStatus] { try json(["jobs"], as: [JobStatus].self) }

    // MARK: Faults

    /// The process of a worker that the coordinator knows under an id.
    package func worker(_ id: WorkerID) throws -> Command {
        let url = try workerStatuses().first { $0.id == id }?.url ?? ""
        return try #require(workers.first { $0.outputSoFar.contains("\(url)\n") })
    }

    /// The workers on which attempts of a stage run now.
    package func workersRunning(stage: Int) throws -> [WorkerID] {
        try tasks().filter { $0.stage == stage }.flatMap(\.attempts)
            .filter { $0.state == .running }.map(\.worker)
    }

    /// The workers on which attempts of a stage have succeeded.
    package func workersDone(stage: Int) throws -> [WorkerID] {
        try tasks().filter { $0.stage == stage }.flatMap(\.attempts)
            .filter { $0.state == .succeeded }.map(\.worker)
    }

    package func killCoordinator() throws {
        coordinator.send(SIGKILL)
        _ = try coordinator.wait()
    }

    /// Starts the coordinator anew, on the same address.
    package func restartCoordinator() throws {
        coordinator = try Command(
            "mapreduce",
            ["coordinator", "--listen", String(url.dropFirst("http://".count))]
                + coordinatorArguments
        )
        try coordinator.start()
        #expect(try Self.url(of: coordinator) == url)
    }

    // MARK: The end

    /// Stops all processes, and checks that nothing is left of them.
    package func stop() throws {
        for worker in workers where worker.isRunning { worker.send(SIGTERM) }
        for worker in workers { _ = try worker.wait() }
        coordinator.send(SIGTERM)
        _ = try coordinator.wait()
        #expect(try eventually { try processes().isEmpty }, "no process is left")
    }

    /// Names of the files below the workers' scratch directories, but for what belongs to no job.
    package func jobFiles() throws -> [String] {
        let files =
            FileManager.default.enumerator(atPath: directory("scratch"))?
            .compactMap { $0 as? String } ?? []
        return files.filter { $0.contains("/job") }
    }

    /// Task processes whose command line names this cluster's directory.
    package func processes() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int(name) != nil,
                let line = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(name)/cmdline"))
            else { return false }
            return String(decoding: line, as: UTF8.self).contains(directory.path)
        }
    }
}

package let sampleData = packageRoot + "/sample-data"
package let sampleTexts = ["edge-cases.txt", "english.txt", "more-english.gz", "tongues.txt"]
    .map { sampleData + "/" + $0 }

/// The files of an output by their names, the manifest aside.
package func outputFiles(_ path: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path)
    where name != "_MANIFEST.json" {
        files[name] = try readFile(path + "/" + name)
    }
    return files
}

/// The files of the output of a job that ran on this machine alone.
package func localOutput(_ job: String, _ arguments: [String]) throws -> [String: [UInt8]] {
    let directory = try TemporaryDirectory()
    let result = try Command.run(job, arguments + ["-q", "-o", directory("out")])
    try #require(result.code == 0, "\(result.errors)")
    return try outputFiles(directory("out"))
}
