package import AsyncHTTPClient
package import MapReduceModel
internal import NIOCore
package import NIOHTTP1
package import NIOSSL
internal import Tracing

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A client for the services of a cluster.
package final class ClusterClient: Sendable {
    private let http: HTTPClient
    private let token: Token?

    package init(
        token: Token?,
        tls: TLSConfiguration?,
        connectionCount: Int = HTTPLimits.clientConnectionCount
    ) {
        self.token = token
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(
                connect: TimeAmount(HTTPLimits.connectTimeout),
                read: TimeAmount(HTTPLimits.readTimeout)
            ),
            connectionPool: HTTPClient.Configuration.ConnectionPool(
                idleTimeout: TimeAmount(HTTPLimits.idleClientTimeout),
                concurrentHTTP1ConnectionsPerHostSoftLimit: connectionCount
            )
        )
        configuration.httpVersion = .http1Only
        // Calls are traced here, where it is known which of them belong to a trace.
        configuration.tracing.tracer = nil
        // The caller retries, and knows how often.
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes all connections; no call may follow.
    package func shutdown() async throws { try await http.shutdown() }

    /// The reason why a call failed.
    package enum CallError: Error, Sendable, CustomStringConvertible {
        /// There was no answer: it is unknown whether the service accepted the request.
        case unreachable(url: String, reason: String)
        /// The answer is an error.
        case refused(status: Int, ErrorAnswer.Detail)

        package var description: String {
            switch self {
            case .unreachable(let url, let reason): "\(url) does not answer: \(reason)"
            case .refused(_, let detail): detail.message
            }
        }

        /// Whether the coordinator does not know the worker that sent the request.
        package var isUnknownWorker: Bool {
            if case .refused(409, _) = self { true } else { false }
        }

        /// Whether the service rejected the body of the request, so that it will not accept the
        /// same body later either.
        package var isRefusalOfBody: Bool {
            switch self {
            case .refused(400, _), .refused(413, _), .refused(422, _): true
            case .refused, .unreachable: false
            }
        }
    }

    // MARK: JSON

    package func get<Answer: Decodable & Sendable>(
        _ url: String,
        as type: Answer.Type = Answer.self,
        timeout: Duration = HTTPLimits.callTimeout
    ) async throws -> Answer {
        try await decode(send(.GET, url, timeout: timeout), type)
    }

    package func post<Answer: Decodable & Sendable>(
        _ url: String,
        _ body: some Encodable,
        as type: Answer.Type = Answer.self,
        timeout: Duration = HTTPLimits.callTimeout
    ) async throws -> Answer {
        let data = try JSONBody.encode(body)
        // The service would refuse it, and might close the connection before the client reads the
        // refusal.
        guard data.count <= HTTPLimits.maxBodyByteCount else {
            throw CallError.refused(
                status: 413,
                ErrorAnswer(
                    code: "too-large",
                    message: "a message of \(data.count) bytes is larger than the "
                        + "\(HTTPLimits.maxBodyByteCount) that a service takes"
                ).error
            )
        }
        return try await decode(
            send(
                .POST,
                url,
                headers: ["Content-Type": BodyTypeMiddleware.json],
                body: .bytes(ByteBuffer(bytes: data)),
                timeout: timeout
            ),
            type
        )
    }

    package func delete(_ url: String) async throws {
        _ = try await send(.DELETE, url, timeout: HTTPLimits.callTimeout).body
            .collect(upTo: HTTPLimits.maxRefusalByteCount)
    }

    /// Returns whether there is something at a URL.
    package func exists(_ url: String) async throws -> Bool {
        do {
            _ = try await send(.HEAD, url, timeout: HTTPLimits.callTimeout).body
                .collect(upTo: HTTPLimits.maxRefusalByteCount)
            return true
        } catch CallError.refused(404, _) {
            return false
        }
    }

    /// Returns the text at a URL, unmodified.
    package func text(
        _ url: String,
        timeout: Duration = HTTPLimits.callTimeout
    ) async throws -> String {
        let answer = try await send(.GET, url, timeout: timeout)
        return String(buffer: try await answer.body.collect(upTo: HTTPLimits.maxAnswerByteCount))
    }

    private func decode<Answer: Decodable>(
        _ response: HTTPClientResponse,
        _ type: Answer.Type
    ) async throws -> Answer {
        try JSONBody.decode(
            type,
            from: try await response.body.collect(upTo: HTTPLimits.maxAnswerByteCount)
        )
    }

    // MARK: Files

    /// Sends a file, reading its bytes as they are sent.
    package func put(_ url: String, file: String) async throws {
        let chunks = FileChunks(path: file)
        let size = try chunks.byteCount()
        let response = try await send(
            .PUT,
            url,
            headers: ["Content-Type": BodyTypeMiddleware.bytes],
            body: .stream(chunks, length: .known(Int64(size))),
            timeout: HTTPLimits.transferTimeout
        )
        _ = try await response.body.collect(upTo: HTTPLimits.maxRefusalByteCount)
    }

    /// Returns the bytes of a file between two offsets, as they arrive.
    ///
    /// `end`: the end offset; nil for the end of the file.
    package func bytes(
        _ url: String,
        from offset: Int = 0,
        to end: Int? = nil,
        timeout: Duration = HTTPLimits.transferTimeout
    ) async throws -> HTTPClientResponse.Body {
        let last = end.map { "\($0 - 1)" } ?? ""
        let headers: HTTPHeaders =
            offset > 0 || end != nil ? ["Range": "bytes=\(offset)-\(last)"] : [:]
        return try await send(.GET, url, headers: headers, timeout: timeout).body
    }

    /// Sends a request, within a span if the caller is in one.
    package func send(
        _ method: HTTPMethod,
        _ url: String,
        headers: HTTPHeaders = [:],
        body: HTTPClientRequest.Body? = nil,
        timeout: Duration
    ) async throws -> HTTPClientResponse {
        try await Traces.span(method.rawValue, in: ServiceContext.current, .client) { span in
            var headers = headers
            if let span {
                span.attributes["http.request.method"] = method.rawValue
                span.attributes["url.full"] = url
                Traces.tracer?.inject(span.context, into: &headers, using: CallHeaders())
            }
            let response = try await execute(method, url, headers, body, timeout)
            span?.attributes["http.response.status_code"] = Int(response.status.code)
            return response
        }
    }

    private func execute(
        _ method: HTTPMethod,
        _ url: String,
        _ headers: HTTPHeaders,
        _ body: HTTPClientRequest.Body?,
        _ timeout: Duration
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers = headers
        token?.secret.reveal {
            request.headers.add(name: "Authorization", value: "Bearer \($0)")
        }
        request.body = body
        let response: HTTPClientResponse
        do {
            response = try await http.execute(
                request,
                timeout: .nanoseconds(timeout.nanoseconds)
            )
        } catch let error as CancellationError {
            throw error
        } catch {
            throw CallError.unreachable(url: url, reason: CallFailure.words(for: error, url: url))
        }
        guard 200..<300 ~= response.status.code else {
            throw CallError.refused(
                status: Int(response.status.code),
                try await Self.detail(of: response)
            )
        }
        return response
    }

    private static func detail(of response: HTTPClientResponse) async throws -> ErrorAnswer.Detail {
        let body = try await response.body.collect(upTo: HTTPLimits.maxRefusalByteCount)
        do {
            return try JSONBody.decode(ErrorAnswer.self, from: body).error
        } catch {
            // The answer is not from one of our services; it may come from a proxy.
            return ErrorAnswer(
                code: "http",
                message: "the answer was \(response.status.code) \(response.status.reasonPhrase)"
            ).error
        }
    }
}
