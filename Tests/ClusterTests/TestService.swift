import AsyncHTTPClient
import Crypto
import Foundation
import Logging
import MapReduceControl
import MapReduceModel
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// A coordinator in the test's own process, and what workers and people ask it.
final class TestService: Sendable {
    let url: String
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    /// Goes on with the journal in a directory, if there is one.
    init(
        _ directory: TemporaryDirectory,
        _ change: (inout CoordinatorSettings) throws -> Void = { _ in }
    ) async throws {
        var settings = CoordinatorSettings(
            server: try ServerSettings(host: "127.0.0.1", port: 0),
            dataDirectory: directory("data")
        )
        settings.streamInterval = .milliseconds(1)
        // Other tests may have all processors for long, and nobody is to be given up for that.
        settings.policy.suspectAfter = .seconds(3600)
        settings.policy.deadAfter = .seconds(3600)
        try change(&settings)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = try CoordinatorService(settings, logger: logger)
        let group = ServiceGroup(services: [service], logger: logger)
        self.group = group
        running = Task { try await group.run() }
        url = try await service.url
    }

    /// Ends the coordinator as a signal does.
    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
    }

    // MARK: Requests

    struct Refusal: Error {
        let status: Int
        let code: String
        let message: String
        let headers: HTTPHeaders
    }

    func ask(
        _ method: HTTPMethod,
        _ path: String,
        _ body: [UInt8] = [],
        _ headers: HTTPHeaders = [:]
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers = headers
        request.headers.addBodyType(of: method)
        if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        guard 200..<300 ~= response.status.code else {
            let bytes = Data(buffer: try await response.body.collect(upTo: 1 << 20))
            let error =
                bytes.isEmpty ? nil : try JSONDecoder().decode(ErrorAnswer.self, from: bytes).error
            throw Refusal(
                status: Int(response.status.code),
                code: error?.code ?? "",
                message: error?.message ?? "",
                headers: response.headers
            )
        }
        return response
    }

    func get<Value: Decodable>(
        _ path: String,
        as type: Value.Type = Value.self
    ) async throws
        -> Value
    {
        let body = try await ask(.GET, path).body.collect(upTo: 1 << 26)
        return try JSONDecoder().decode(type, from: Data(buffer: body))
    }

    func post<Value: Decodable>(
        _ path: String,
        _ body: some Encodable,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        let bytes = [UInt8](try JSONEncoder().encode(body))
        let answer = try await ask(.POST, path, bytes).body.collect(upTo: 1 << 26)
        return try JSONDecoder().decode(type, from: Data(buffer: answer))
    }

    func report(of job: JobID) async throws -> JobReport {
        try await get("/v1/jobs/\(job.number)/report")
    }

    /// The events of a stream, as they come.
    func events(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> SentEvents {
        SentEvents(try await ask(.GET, path, [], headers).body)
    }

    // MARK: Jobs and workers

    /// Submits a job of so many maps and two reducers, whose executable nobody will start.
    func submit(
        maps: Int,
        in directory: TemporaryDirectory,
        _ name: String,
        owner: String = "ada@test",
        maxAttempts: Int = 1000
    ) async throws -> JobID {
        let executable = Array("#!/bin/sh\n".utf8)
        let digest = SHA256.hash(data: Data(executable)).map { String(format: "%02x", $0) }.joined()
        _ = try await ask(.PUT, "/v1/executables/\(digest)", executable)
        let path = try directory.write(name + ".txt", String(repeating: "x\n", count: maps))
        let file = try OpenedFile(path)
        let plan = Plan(
            name: name,
            stages: [
                StagePlan(
                    id: 0,
                    input: .files(name: "", format: .lines),
                    steps: [Step(verb: "map", file: "Words.swift", line: 7)],
                    outputs: [.shuffle(partitionCount: 2)]
                ),
                StagePlan(
                    id: 1,
                    input: .shuffle(stage: 0),
                    steps: [Step(verb: "reduce", file: "Words.swift", line: 9)],
                    outputs: [.files]
                ),
            ]
        )
        let request = SubmitRequest(
            description: JobDescription(
                plan: plan,
                inputs: [Split(pieces: [file.piece]), Split(pieces: [])],
                output: directory(name),
                overwrites: false,
                splitByteCount: 2,
                maxAttempts: maxAttempts,
                maxBadRecords: 0,
                taskTimeout: 600,
                isQuiet: true,
                isVerbose: false
            ),
            program: JobProgramFile(
                sha256: digest,
                arguments: ["job"],
                directory: "/",
                slotCount: 1
            ),
            owner: owner
        )
        let answer: SubmitAnswer = try await post("/v1/jobs", request)
        return answer.id
    }

    private struct OpenedFile {
        let piece: FilePiece

        init(_ path: String) throws {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let size = (attributes[.size] as? Int) ?? 0
            let date = attributes[.modificationDate] as? Date
            piece = FilePiece(
                path: path,
                offset: 0,
                byteCount: size,
                compression: .none,
                signature: FileSignature(
                    byteCount: size,
                    modificationTime: Int64((date?.timeIntervalSince1970 ?? 0) * 1e9)
                )
            )
        }
    }
}

extension HTTPHeaders {
    /// Says what the body of a request of ours is, unless it is said already.
    mutating func addBodyType(of method: HTTPMethod) {
        guard !contains(name: "Content-Type") else { return }
        switch method {
        case .POST: add(name: "Content-Type", value: "application/json")
        case .PUT: add(name: "Content-Type", value: "application/octet-stream")
        default: break
        }
    }
}

/// A worker that runs nothing, and says what the test wants it to say.
struct SaidWorker {
    let service: TestService
    let answer: JoinAnswer
    private var received = 0
    /// What it was told to run, and has not ended.
    private(set) var running: [AttemptID] = []

    init(
        _ service: TestService,
        slots: Int,
        incarnation: String = "w",
        running: [AttemptID] = []
    ) async throws {
        self.service = service
        self.running = running
        answer = try await service.post(
            "/v1/workers",
            JoinRequest(
                incarnation: incarnation,
                url: "http://127.0.0.1:1/\(incarnation)",
                host: "h",
                slots: slots,
                attempts: running
            )
        )
    }

    /// Says how attempts ended, and hears what to do.
    mutating func poll(
        _ ended: [TaskReport] = [],
        progress: [AttemptProgress] = [],
        machine: MachineCondition? = nil
    ) async throws {
        let told: PollAnswer = try await service.post(
            "/v1/workers/\(answer.worker.number)/poll",
            PollRequest(
                session: answer.session,
                received: received,
                ended: ended.map { AttemptEnd(report: $0) },
                progress: progress,
                machine: machine
            )
        )
        let over = ended.map(\.attempt)
        running.removeAll { over.contains($0) }
        for command in told.commands where command.number > received {
            received = command.number
            switch command.command {
            case .start(let assignment): running.append(assignment.attempt)
            case .stop(let attempt): running.removeAll { $0 == attempt }
            case .end(let job): running.removeAll { $0.task.job == job }
            case .prepare: break
            }
        }
    }

    static func failed(_ attempt: AttemptID) -> TaskReport {
        TaskReport(attempt: attempt, outcome: .failed(Failure(kind: .threw, message: "no")))
    }

    /// What an attempt of the first stage leaves, of which no byte is there.
    static func succeeded(_ attempt: AttemptID) -> TaskReport {
        var counters = Counters()
        counters.add(1, to: BuiltInCounter.recordsRead)
        return TaskReport(
            attempt: attempt,
            outcome: .succeeded(
                TaskOutput(
                    run: OutputFile(path: "/x.run", byteCount: 9, recordCount: 1, checksum: 7),
                    parts: [],
                    counters: counters,
                    written: [PairChecksum()],
                    read: PairChecksum()
                )
            )
        )
    }
}

/// An event as a browser would see it.
struct SentEvent {
    var name = ""
    var id: String?
    var data = ""

    func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(data.utf8))
    }
}

/// Reads server-sent events as their standard says.
struct SentEvents {
    private var chunks: HTTPClientResponse.Body.AsyncIterator
    private var text = ""

    init(_ body: HTTPClientResponse.Body) { chunks = body.makeAsyncIterator() }

    /// Nil when the stream has ended.
    mutating func next() async throws -> SentEvent? {
        while true {
            while let end = text.range(of: "\n\n") {
                let block = text[..<end.lowerBound]
                text = String(text[end.upperBound...])
                var event = SentEvent()
                for line in block.split(separator: "\n") {
                    if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                    if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                    if line.hasPrefix("data: ") { event.data += line.dropFirst(6) }
                }
                // A comment is no event.
                if !event.name.isEmpty { return event }
            }
            guard let chunk = try await chunks.next() else { return nil }
            text += String(buffer: chunk)
        }
    }

    /// The next event of that name.
    mutating func next(_ name: String) async throws -> SentEvent {
        while let event = try await next() { if event.name == name { return event } }
        throw Ended(name: name)
    }

    struct Ended: Error { let name: String }

    /// Waits until the connection is closed, as it is when a coordinator stops in the midst.
    mutating func cut() async {
        do {
            while try await next() != nil {}
        } catch {
            // The body has no end.
        }
    }

    mutating func rest() async throws -> [SentEvent] {
        var events: [SentEvent] = []
        while let event = try await next() { events.append(event) }
        return events
    }
}

/// The attempts and failures of a job, as somebody knows them who was told events.
struct ToldJob: Equatable {
    private var attemptsByName: [String: JobReport.Attempt] = [:]
    private var failuresByName: [String: JobReport.AttemptFailure] = [:]
    /// What a stream that was cut is resumed after.
    private(set) var lastID: String?
    private(set) var hasEnded = false
    private(set) var phase: JobStatus.Phase?

    private struct Status: Decodable {
        let job: JobStatus
        let stages: [JobReport.Stage]
    }

    mutating func hear(_ event: SentEvent) throws {
        if let id = event.id { lastID = id }
        switch event.name {
        case "attempts":
            for attempt in try event.decoded(as: [JobReport.Attempt].self) {
                let name = "\(attempt.stage).\(attempt.task).\(attempt.number)"
                attemptsByName[name] = attempt
            }
        case "failures":
            for failure in try event.decoded(as: [JobReport.AttemptFailure].self) {
                failuresByName["\(failure.stage).\(failure.task).\(failure.number)"] = failure
            }
        case "status": phase = try event.decoded(as: Status.self).job.phase
        case "end":
            hasEnded = true
            phase = try event.decoded(as: JobStatus.self).phase
        default: Issue.record("an event \(event.name)")
        }
    }

    /// In the order of a report.
    var attempts: [JobReport.Attempt] {
        attemptsByName.values.sorted {
            ($0.stage, $0.task, $0.number) < ($1.stage, $1.task, $1.number)
        }
    }

    var failures: [JobReport.AttemptFailure] {
        let sorted = failuresByName.values.sorted {
            ($0.stage, $0.task, $0.number) < ($1.stage, $1.task, $1.number)
        }
        return Array(sorted.prefix(Policy.maxReportedFailures))
    }
}
