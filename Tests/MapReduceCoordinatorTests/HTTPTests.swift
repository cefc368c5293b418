import AsyncHTTPClient
import ClusterTestSupport
import Crypto
import Foundation
import Logging
import MapReduceModel
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// Requests to a coordinator that listens on a port of its own.
@Suite struct HTTPTests {
    private let directory: TemporaryDirectory
    private static let secret = "0123456789abcdef"

    init() throws { directory = try TemporaryDirectory() }

    private struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: String

        /// The body as an error; one without a code when it is none.
        var error: ErrorAnswer.Detail {
            do {
                return try JSONDecoder().decode(ErrorAnswer.self, from: Data(body.utf8)).error
            } catch {
                return ErrorAnswer(code: "", message: "").error
            }
        }
    }

    /// Calls the body with a function that asks a coordinator which runs as long as the body does.
    private func withCoordinator(
        token: String? = nil,
        maxUploadByteCount: Int = 1 << 20,
        _ body: (_ ask: (HTTPMethod, String, [UInt8], HTTPHeaders) async throws -> Answer)
            async throws -> Void
    ) async throws {
        var settings = CoordinatorSettings(
            server: try ServerSettings(
                host: "127.0.0.1",
                port: 0,
                token: try token.map { try Token($0) }
            ),
            dataDirectory: directory("data")
        )
        settings.maxUploadByteCount = maxUploadByteCount
        // The workers of these tests do not poll, and a loaded machine may take its time.
        settings.policy.deadAfter = .seconds(3600)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = try CoordinatorService(settings, logger: logger)
        let group = ServiceGroup(services: [service], logger: logger)
        let running = Task { try await group.run() }
        let url = try await service.url
        try await body { method, path, bytes, headers in
            var request = HTTPClientRequest(url: url + path)
            request.method = method
            request.headers = headers
            request.headers.addBodyType(of: method)
            if !bytes.isEmpty { request.body = .bytes(ByteBuffer(bytes: bytes)) }
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
            return Answer(
                status: Int(response.status.code),
                headers: response.headers,
                body: String(buffer: try await response.body.collect(upTo: 1 << 24))
            )
        }
        await group.triggerGracefulShutdown()
        try await running.value
    }

    @Test func healthAndMetricsAreThere() async throws {
        try await withCoordinator { ask in
            #expect(try await ask(.GET, "/health/live", [], [:]).status == 200)
            #expect(try await ask(.GET, "/health/ready", [], [:]).status == 200)
            let metrics = try await ask(.GET, "/metrics", [], [:])
            #expect(metrics.headers.first(name: "Content-Type")?.contains("version=0.0.4") ?? false)
            let families = try Exposition.parse(metrics.body)
            #expect(families["mapreduce_jobs"]?.value(["state": "running"]) == 0)
            #expect(families["mapreduce_workers"]?.value(["state": "ready"]) == 0)
            let answered = families["mapreduce_http_requests_total"]?.value([
                "method": "GET", "route": "/health/live", "status": "200",
            ])
            #expect(answered == 1)
        }
    }

    @Test func everyRequestButHealthNeedsTheToken() async throws {
        try await withCoordinator(token: Self.secret) { ask in
            #expect(try await ask(.GET, "/health/live", [], [:]).status == 200)
            for path in ["/v1/jobs", "/metrics", "/v1/nothing", "/v1/workers/1/poll"] {
                #expect(try await ask(.GET, path, [], [:]).status == 401, "\(path)")
                let wrong = try await ask(.GET, path, [], ["Authorization": "Bearer wrong"])
                #expect(wrong.status == 401 && wrong.error.code == "unauthorized")
            }
            let right = try await ask(
                .GET,
                "/v1/jobs",
                [],
                ["Authorization": "Bearer \(Self.secret)"]
            )
            #expect(right.status == 200 && right.body == "[]")
        }
    }

    @Test func anUnknownVersionNamesBoth() async throws {
        try await withCoordinator { ask in
            let path = try await ask(.GET, "/v2/jobs", [], [:])
            #expect(path.status == 400 && path.error.code == "unknown-version")
            #expect(path.error.message.contains("version 1"))
            #expect(path.error.message.contains("version 2"))
            let join = JoinRequest(version: 7, incarnation: "i", url: "u", host: "h", slots: 1)
            let body = [UInt8](try JSONEncoder().encode(join))
            let answer = try await ask(.POST, "/v1/workers", body, [:])
            #expect(answer.status == 400 && answer.error.message.contains("version 7"))
        }
    }

    @Test(arguments: [
        "", "{", "[]", "{\"version\":1}", "null", "\u{0}\u{1}\u{2}",
        "{\"version\":1,\"incarnation\":3}", "{\"version\":9223372036854775808}",
    ])
    func aMalformedBodyIsRefused(_ body: String) async throws {
        try await withCoordinator { ask in
            for path in ["/v1/jobs", "/v1/workers", "/v1/workers/1/poll"] {
                let answer = try await ask(.POST, path, Array(body.utf8), [:])
                #expect(answer.status == 400, "\(path) \(body): \(answer.body)")
                #expect(answer.error.code == "bad-request")
            }
            #expect(try await ask(.GET, "/health/live", [], [:]).status == 200)
        }
    }

    @Test(arguments: [
        "/v1/jobs/x", "/v1/jobs/-1", "/v1/jobs/99999999999999999999", "/v1/jobs/1/events?after=x",
        "/v1/jobs/1/stages/x/outputs", "/v1/executables/..%2F..%2Fetc%2Fpasswd",
        "/v1/executables/\(String(repeating: "g", count: 64))",
    ])
    func aPathThatIsNoneIsRefused(_ path: String) async throws {
        try await withCoordinator { ask in
            let answer = try await ask(.GET, path, [], [:])
            #expect(answer.status == 400 || answer.status == 404, "\(path): \(answer.body)")
            #expect(!answer.error.message.isEmpty)
        }
    }

    @Test func headersAreBounded() async throws {
        try await withCoordinator { ask in
            let long = String(repeating: "x", count: 100_000)
            var status = 431
            do {
                status = try await ask(.GET, "/v1/jobs", [], ["X-Long": long]).status
            } catch is HTTPClientError {
                // Closing the connection is an answer too.
            }
            #expect((400..<500).contains(status))
            let health = try await ask(.GET, "/health/live", [], [:])
            #expect(health.status == 200)
        }
    }

    // MARK: Executables

    private func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: Data(bytes)).map { String(format: "%02x", $0) }.joined()
    }

    @Test func anExecutableIsVerifiedBeforeItIsThere() async throws {
        try await withCoordinator { ask in
            let bytes = Array("#!/bin/sh\n".utf8)
            let path = "/v1/executables/\(digest(bytes))"
            #expect(try await ask(.HEAD, path, [], [:]).status == 404)
            let wrong = try await ask(.PUT, path, bytes + [0], [:])
            #expect(wrong.status == 400 && wrong.error.message.contains("SHA-256"))
            #expect(try await ask(.HEAD, path, [], [:]).status == 404)
            #expect(try directory.names(in: "data/executables").isEmpty, "nothing stays")
            #expect(try await ask(.PUT, path, bytes, [:]).status == 201)
            #expect(try await ask(.PUT, path, bytes, [:]).status == 200)
            #expect(try await ask(.HEAD, path, [], [:]).status == 200)
            #expect(try await ask(.GET, path, [], [:]).body == "#!/bin/sh\n")
        }
    }

    @Test func anExecutableThatIsTooLargeIsRefused() async throws {
        try await withCoordinator(maxUploadByteCount: 1000) { ask in
            let bytes = [UInt8](repeating: 7, count: 5000)
            let answer = try await ask(.PUT, "/v1/executables/\(digest(bytes))", bytes, [:])
            #expect(answer.status == 413 && answer.error.message.contains("1000"))
            #expect(try directory.names(in: "data/executables").isEmpty, "nothing stays")
        }
    }

    @Test func aSideFileIsVerifiedAndMustBeThere() async throws {
        try await withCoordinator(maxUploadByteCount: 1000) { ask in
            let program: [UInt8] = [1]
            let executable = "/v1/executables/\(digest(program))"
            #expect(try await ask(.PUT, executable, program, [:]).status == 201)
            let bytes = Array("the\nand\n".utf8)
            let file = UploadedFile(name: "stopwords", sha256: digest(bytes))
            let job = try submission { $0.program.files = [file] }
            let early = try await ask(.POST, "/v1/jobs", job, [:])
            #expect(early.status == 400, "\(early.body)")
            #expect(early.error.message.contains("side file stopwords"))
            let path = "/v1/files/\(file.sha256)"
            #expect(try await ask(.HEAD, path, [], [:]).status == 404)
            let wrong = try await ask(.PUT, path, bytes + [0], [:])
            #expect(wrong.status == 400 && wrong.error.message.contains("SHA-256"))
            let large = try await ask(.PUT, path, Array(repeating: 0, count: 1001), [:])
            #expect(large.status == 413 && large.error.message.contains("a side file may have"))
            #expect(try directory.names(in: "data/files").isEmpty, "nothing stays")
            #expect(try await ask(.PUT, path, bytes, [:]).status == 201)
            #expect(try await ask(.PUT, path, bytes, [:]).status == 200)
            #expect(try await ask(.HEAD, path, [], [:]).status == 200)
            #expect(try await ask(.GET, path, [], [:]).body == "the\nand\n")
            let answer = try await ask(.POST, "/v1/jobs", job, [:])
            #expect(answer.status == 201, "\(answer.body)")
        }
    }

    // MARK: Submissions

    private func submission(
        _ change: (inout SubmitRequest) -> Void = { _ in }
    ) throws -> [UInt8] {
        let plan = Plan(
            name: "job",
            stages: [
                StagePlan(
                    id: 0,
                    input: .files(name: "", format: .lines),
                    steps: [],
                    outputs: [.shuffle(partitionCount: 2)]
                ),
                StagePlan(
                    id: 1,
                    input: .shuffle(stage: 0),
                    steps: [],
                    outputs: [.files]
                ),
            ]
        )
        var request = SubmitRequest(
            description: JobDescription(
                plan: plan,
                inputs: [Split(pieces: []), Split(pieces: [])],
                output: directory("out"),
                overwrites: false,
                splitByteCount: 1,
                retryPolicy: RetryPolicy(),
                taskTimeout: 600,
                isQuiet: true,
                isVerbose: false
            ),
            program: JobProgramFile(
                sha256: digest([1]),
                arguments: ["job"],
                directory: "/",
                slotCount: 1
            )
        )
        change(&request)
        return [UInt8](try JSONEncoder().encode(request))
    }

    /// What would be a trap if it were believed.
    @Test func aSubmissionThatCannotBeIsRefused() async throws {
        let changes: [(inout SubmitRequest) -> Void] = [
            { $0.version = 2 }, { $0.weight = 0 }, { $0.weight = .max },
            { $0.description.output = "relative" }, { $0.description.splitByteCount = 0 },
            { $0.description.retryPolicy.maxAttempts = 0 },
            { $0.description.retryPolicy.maxBadRecords = -1 },
            { $0.description.plan.stages = [] }, { $0.description.inputs = [] },
            { $0.description.plan.stages[1].input = .shuffle(stage: 7) },
            { $0.description.plan.stages[1].input = .shuffle(stage: 1) },
            { $0.description.plan.stages[1].input = .shuffle(stage: -1) },
            { $0.description.plan.stages[0].outputs = [.shuffle(partitionCount: 0)] },
            { $0.description.plan.stages[0].outputs = [.shuffle(partitionCount: .max)] },
            { $0.description.plan.stages[0].id = 3 },
            { $0.description.plan.stages[0].outputs = [.files] },
            { $0.description.plan.stages[1].outputs = [.shuffle(partitionCount: 1)] },
            { $0.description.plan.stages[1].input = .shuffles([]) },
            { $0.description.plan.stages[1].input = .shuffle(stage: 0, output: -1) },
            { $0.description.plan.stages[1].broadcasts = [ShuffleSource(stage: 0, output: 0)] },
            { $0.description.plan.stages[1].round = Round(iteration: 0, number: 1, until: "x") },
            { request in
                let shuffle = request.description.plan.stages[0].outputs[0]
                request.description.plan.stages[0].outputs = Array(repeating: shuffle, count: 1001)
            },
            {
                $0.description.plan.stages[0].outputs = [
                    .shuffle(partitionCount: 2), .shuffle(partitionCount: 4095),
                ]
            },
            { $0.program.sha256 = "../x" }, { $0.program.arguments = [] },
            { $0.program.arguments = ["a\u{0}b"] }, { $0.program.slotCount = 0 },
            { $0.program.files = [UploadedFile(name: "../x", sha256: $0.program.sha256)] },
            { $0.program.files = [UploadedFile(name: "x", sha256: "../x")] },
            {
                let file = UploadedFile(name: "x", sha256: $0.program.sha256)
                $0.program.files = [file, file]
            },
            { request in
                request.program.files = (0...64).map {
                    UploadedFile(name: "f\($0)", sha256: request.program.sha256)
                }
            },
        ]
        try await withCoordinator { ask in
            for (index, change) in changes.enumerated() {
                let answer = try await ask(.POST, "/v1/jobs", try submission(change), [:])
                #expect(answer.status == 400, "change \(index): \(answer.body)")
            }
            for sizes in [(Int.max, Int.max), (-1, -1), (5, 6)] {
                let body = try submission { request in
                    let piece = FilePiece(
                        path: "/x",
                        offset: 0,
                        byteCount: sizes.0,
                        compression: .none,
                        signature: FileSignature(byteCount: sizes.1, modificationTime: 0)
                    )
                    request.description.inputs[0] = Split(pieces: [piece, piece])
                }
                #expect(try await ask(.POST, "/v1/jobs", body, [:]).status == 400)
            }
            let unknown = try await ask(.POST, "/v1/jobs", try submission(), [:])
            #expect(unknown.status == 400 && unknown.error.message.contains("not uploaded"))
            #expect(!FileManager.default.fileExists(atPath: directory("out")))
        }
    }

    /// A worker that was killed and started again is found at the same address as before, and has
    /// nothing of what it had.
    @Test func aWorkerTakesThePlaceOfOneWithItsURL() async throws {
        try await withCoordinator { ask in
            func join(_ incarnation: String, _ url: String) async throws -> WorkerID {
                let request = JoinRequest(incarnation: incarnation, url: url, host: "h", slots: 1)
                let body = [UInt8](try JSONEncoder().encode(request))
                let answer = try await ask(.POST, "/v1/workers", body, [:])
                #expect(answer.status == 200, "\(answer.body)")
                return try JSONDecoder().decode(JoinAnswer.self, from: Data(answer.body.utf8))
                    .worker
            }
            func workers() async throws -> [WorkerID] {
                let answer = try await ask(.GET, "/v1/workers", [], [:])
                return try JSONDecoder().decode([WorkerStatus].self, from: Data(answer.body.utf8))
                    .map(\.id)
            }
            let first = try await join("first", "http://127.0.0.1:1")
            let other = try await join("other", "http://127.0.0.1:2")
            #expect(try await join("first", "http://127.0.0.1:1") == first)
            #expect(try await workers() == [first, other])
            let second = try await join("second", "http://127.0.0.1:1")
            #expect(try await workers() == [other, second])
        }
    }

    @Test func aWorkerOfAnotherEpochJoinsAgain() async throws {
        try await withCoordinator { ask in
            let poll = [UInt8](
                try JSONEncoder().encode(
                    PollRequest(session: SessionID(epoch: 0, start: "s", number: 1), received: 0)
                )
            )
            let answer = try await ask(.POST, "/v1/workers/1/poll", poll, [:])
            #expect(answer.status == 409 && answer.error.code == "join-again")
        }
    }
}
