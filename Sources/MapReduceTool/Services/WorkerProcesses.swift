internal import Foundation
internal import MapReduceHTTP
internal import MapReduceProcess
internal import ServiceLifecycle

/// Worker processes on this machine, which end with this process.
struct WorkerProcesses: Service, CustomStringConvertible {
    let count: Int
    /// The arguments of each worker, in addition to the coordinator's URL.
    let arguments: [String]
    /// The token that each worker gets in its environment; nil if the arguments or this process's
    /// own environment already provide it.
    let token: Token?
    let url: @Sendable () async throws -> String

    var description: String { "workers" }

    /// The environment of the workers; it has the token, because command lines are visible to all
    /// users.
    private var environment: [String: String] {
        var variables = ProcessInfo.processInfo.environment
        token?.secret.reveal { variables["MAPREDUCE_TOKEN"] = $0 }
        return variables
    }

    /// Runs the workers until the group shuts down.
    ///
    /// The standard input of each is a pipe that only this process holds, so that they notice its
    /// end, however it ends.
    func run() async throws {
        let url = try await self.url()
        let (ends, ended) = AsyncStream.makeStream(of: Int32.self)
        var processes: [Process] = []
        defer {
            for process in processes where process.isRunning { process.terminate() }
            for process in processes { process.waitUntilExit() }
        }
        for _ in 0..<count {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe")
                .resolvingSymlinksInPath()
            process.arguments = ["worker", "--coordinator", url] + arguments
            process.environment = environment
            process.standardInput = Pipe()
            process.standardOutput = FileHandle.nullDevice
            process.terminationHandler = { ended.yield($0.terminationStatus) }
            try process.run()
            processes.append(process)
        }
        var left = count
        for await status in ends.cancelOnGracefulShutdown() {
            left -= 1
            Terminal.write(
                "mapreduce: a worker ended with code \(status); \(left) are left\n",
                to: 2
            )
            if left == 0 { throw FailedJobError(description: "no worker is left") }
        }
    }
}
