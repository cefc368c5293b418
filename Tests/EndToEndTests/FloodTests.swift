import Foundation
import Logging
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// Connections of those who have no token, and who are not polite.
@Suite(.serialized, .timeLimit(.minutes(15))) struct FloodTests {
    /// A connection as bytes.
    private final class RawConnection {
        private let descriptor: Int32

        init(port: Int, from address: String = "127.0.0.1") throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                let size = socklen_t(MemoryLayout<timeval>.size)
                setsockopt(descriptor, SOL_SOCKET, option, &limit, size)
            }
            var own = Self.address(address, 0)
            guard Self.call(&own, { bind(descriptor, $0, $1) }) == 0 else {
                throw POSIXError(.EADDRNOTAVAIL)
            }
            var other = Self.address("127.0.0.1", port)
            guard Self.call(&other, { connect(descriptor, $0, $1) }) == 0 else {
                throw POSIXError(.ECONNREFUSED)
            }
        }

        deinit { close(descriptor) }

        private static func address(_ text: String, _ port: Int) -> sockaddr_in {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            inet_pton(AF_INET, text, &address.sin_addr)
            return address
        }

        private static func call(
            _ address: inout sockaddr_in,
            _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
        ) -> Int32 {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }

        /// - Returns: whether all was taken.
        func write(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            return send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }

        /// What comes until the service closes the connection, or has closed it.
        func readToEnd() -> (text: String, isClosed: Bool) {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else {
                    let isClosed = count == 0 || errno == ECONNRESET
                    return (String(decoding: text, as: UTF8.self), isClosed)
                }
                text += buffer[..<count]
            }
        }

        /// What has come.
        func readSome() -> String {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        }
    }

    /// A coordinator and a worker with a token and few files.
    private final class SmallCluster {
        let directory: TemporaryDirectory
        let coordinator: Command
        let worker: Command
        let url: String
        let token: String

        var port: Int { Int(url.split(separator: ":").last ?? "") ?? 0 }

        init(fileLimit: Int) throws {
            directory = try TemporaryDirectory()
            token = try directory.write("token", "0123456789abcdef\n")
            chmod(token, 0o600)
            coordinator = try Self.start(
                ["coordinator", "--listen", "127.0.0.1:0", "--data", directory("data")]
                    + ["--token-file", token],
                fileLimit
            )
            url = try Self.url(coordinator)
            worker = try Self.start(
                ["worker", "--coordinator", url, "--scratch", directory("scratch")]
                    + ["--min-free-disk", "1", "--slots", "1", "--drain-timeout", "0"]
                    + ["--token-file", token],
                fileLimit
            )
            #expect(try eventually { try ask("workers").output.contains(" ready ") })
        }

        private static func start(_ arguments: [String], _ fileLimit: Int) throws -> Command {
            let command = try Command(
                "/bin/sh",
                ["-c", "ulimit -n \(fileLimit) && exec \"$0\" \"$@\""]
                    + [Command.products + "/mapreduce"] + arguments
            )
            try command.start()
            return command
        }

        private static func url(_ command: Command) throws -> String {
            #expect(eventually { command.outputSoFar.contains("\n") || !command.isRunning })
            let words = command.outputSoFar.split(whereSeparator: \.isWhitespace)
            return String(try #require(words.last, "\(command.errorsSoFar)"))
        }

        func ask(_ command: String) throws -> CommandResult {
            try Command.run(
                "mapreduce",
                [command, "--coordinator", url, "--token-file", token]
            )
        }

        deinit {
            for process in [worker, coordinator] where process.isRunning { process.send(SIGKILL) }
        }
    }

    /// More connections than the process may have files, of an address of its own and of the one
    /// that people use: both services go on.
    @Test(arguments: ["127.0.0.1", "127.0.0.2"])
    func aFloodLeavesOthersAnswered(_ address: String) throws {
        let cluster = try SmallCluster(fileLimit: 512)
        #expect(cluster.coordinator.errorsSoFar.contains("few connections"))
        #expect(cluster.coordinator.errorsSoFar.contains("connections=128"))
        let workerPort = Int(
            cluster.worker.outputSoFar.split(separator: ":").last?.dropLast() ?? ""
        )
        for port in [cluster.port, try #require(workerPort)] {
            for round in 0..<6 {
                var flood: [RawConnection] = []
                for _ in 0..<150 { flood.append(try RawConnection(port: port, from: address)) }
                // Some ask for what needs no token, and read nothing.
                for connection in flood.prefix(20 * round) {
                    _ = connection.write("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
                }
                let jobs = try cluster.ask("jobs")
                #expect(jobs.code == 0, "\(jobs.errors)")
            }
        }
        #expect(try eventually { try cluster.ask("workers").output.contains(" ready ") })
        #expect(cluster.coordinator.isRunning && cluster.worker.isRunning)
        for process in [cluster.worker, cluster.coordinator] {
            process.send(SIGTERM)
            let result = try process.wait()
            #expect(result.code == 0 && !result.wasSignaled, "\(result.errors)")
        }
    }

    // MARK: One connection

    /// Calls the body with the port of a service that runs meanwhile, on a thread of its own.
    ///
    /// `body`: returns what was not as it should be.
    private func withService(
        firstRequestTimeout: Duration = .seconds(3600),
        _ body: @Sendable @escaping (Int) throws -> [String]
    ) async throws {
        let directory = try TemporaryDirectory()
        let server = try ServerSettings(host: "127.0.0.1", port: 0, token: .random())
        let settings = CoordinatorSettings(server: server, dataDirectory: directory("data"))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let core = try CoordinatorCore(settings: settings, logger: logger)
        let connections = try Connections(
            fileLimit: 4096,
            firstRequestTimeout: firstRequestTimeout
        )
        let service = HTTPService(
            settings: server,
            connections: connections,
            router: CoordinatorRoutes(
                core: core,
                metrics: core.httpMetrics,
                token: server.token,
                isSecure: false,
                connections: connections,
                logger: logger
            ).router,
            logger: logger
        )
        let running = Task { try await service.run() }
        let port = try await service.port
        let problems = try await onOwnThread { try body(port) }
        #expect(problems == [])
        running.cancel()
        _ = await running.result
    }

    @Test func aConnectionThatAsksNothingIsClosed() async throws {
        try await withService(firstRequestTimeout: .milliseconds(20)) { port in
            let heads = [
                "", "GET /health/live HTT", "GET /health/live HTTP/1.1\r\nHost: x\r\n",
            ]
            return try heads.filter { head in
                let connection = try RawConnection(port: port)
                return !connection.write(head) || !connection.readToEnd().isClosed
            }
        }
    }

    @Test(arguments: [
        "GET /health/live HTTP/1.0\r\n\r\n", "GET /health/live HTTP/1.0\r\nHost: x\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n",
    ])
    func aConnectionIsClosedWhereItsClientKeepsNone(_ request: String) async throws {
        try await withService { port in
            let connection = try RawConnection(port: port)
            guard connection.write(request) else { return ["not taken"] }
            let (text, isClosed) = connection.readToEnd()
            let isWhole = text.hasPrefix("HTTP/1.1 200") && text.hasSuffix("live\n")
            return isClosed && isWhole ? [] : [text]
        }
    }

    /// The refusal is read, and then the connection ends however much there is to come.
    @Test(arguments: [true, false])
    func aRefusedBodyEnds(_ isFast: Bool) async throws {
        try await withService { port in
            let connection = try RawConnection(port: port)
            let head = "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            guard connection.write(head) else { return ["not taken"] }
            let answer = connection.readSome()
            guard answer.hasPrefix("HTTP/1.1 401") else { return [answer] }
            if isFast {
                let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
                while connection.write(chunk) {}
            } else {
                _ = connection.write("1\r\nx\r\n")
            }
            return connection.readToEnd().isClosed ? [] : ["it is open still"]
        }
    }

    /// One that is not large is read, and the connection used again.
    @Test func aRefusedBodyThatEndsLeavesTheConnectionOpen() async throws {
        try await withService { port in
            let connection = try RawConnection(port: port)
            let request = "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
            let answers = (0..<3).map { _ in
                connection.write(request) ? connection.readSome() : "not taken"
            }
            return answers.filter { !$0.hasPrefix("HTTP/1.1 401") }
        }
    }
}
