import AsyncHTTPClient
import Foundation
import Logging
import MapReduceControl
import MapReduceCoordinator
import MapReduceHTTP
import MapReduceModel
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import TestSupport
import Testing

/// A coordinator in the test's own process, and what workers and people ask it.
package final class TestService: Sendable {
    package let url: String
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    /// Goes on with the journal in a directory, if there is one.
    package init(
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
    package func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
    }

    // MARK: Requests

    package struct Refusal: Error {
        package let status: Int
        package let code: String
        package let message: String
        package let headers: HTTPHeaders

        package init(status: Int, code: String, message: String, headers: HTTPHeaders) {
            self.status = status
            self.code = code
            self.message = message
            self.headers = headers
        }
    }

    package func ask(
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

    package func get<Value: Decodable>(
        _ path: String,
        as type: Value.Type = Value.self
    ) async throws
        -> Value
    {
        let body = try await ask(.GET, path).body.collect(upTo: 1 << 26)
        return try JSONDecoder().decode(type, from: Data(buffer: body))
    }

    package func post<Value: Decodable>(
        _ path: String,
        _ body: some Encodable,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        let bytes = [UInt8](try JSONEncoder().encode(body))
        let answer = try await ask(.POST, path, bytes).body.collect(upTo: 1 << 26)
        return try JSONDecoder().decode(type, from: Data(buffer: answer))
    }

    package func report(of job: JobID) async throws -> JobReport {
        try await get("/v1/jobs/\(job.number)/report")
    }

    /// The events of a stream, as they come.
    package func events(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> SentEvents {
        SentEvents(try await ask(.GET, path, [], headers).body)
    }

    // MARK: Jobs and workers

    /// Submits a job of `maps` maps and two reducers, whose executable is never started.
    package func submit(
        maps: Int,
        in directory: TemporaryDirectory,
        _ name: String,
        owner: String = "ada@test",
        maxAttempts: Int = 1000
    ) async throws -> JobID {
        let job = TestSubmission(maps: maps, name, owner: owner, maxAttempts: maxAttempts)
        _ = try await ask(.PUT, "/v1/executables/\(job.digest)", TestSubmission.executable)
        let answer: SubmitAnswer = try await post("/v1/jobs", job.request(in: directory))
        return answer.id
    }
}

extension HTTPHeaders {
    /// Says what the body of a request of ours is, unless it is said already.
    package mutating func addBodyType(of method: HTTPMethod) {
        guard !contains(name: "Content-Type") else { return }
        switch method {
        case .POST: add(name: "Content-Type", value: "application/json")
        case .PUT: add(name: "Content-Type", value: "application/octet-stream")
        default: break
        }
    }
}
