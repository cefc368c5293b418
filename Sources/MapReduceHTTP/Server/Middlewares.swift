internal import HTTPTypes
package import Hummingbird
package import Logging
internal import MapReduceEngine
internal import MapReduceModel
internal import NIOCore

/// A middleware that refuses requests without the cluster's token, except health checks and paths
/// that reveal nothing.
struct TokenMiddleware: RouterMiddleware {
    typealias Context = ClusterContext

    let token: Token
    let connections: Connections
    var openPaths: Set<String> = []

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        if token.matches(request.bearer) {
            connections.prove(context.channel)
        } else if !path.hasPrefix("/health/") && !openPaths.contains(path) {
            throw ClusterError(
                .unauthorized,
                "unauthorized",
                "the request does not carry the cluster's token; set MAPREDUCE_TOKEN, or give "
                    + "--token-file; `mapreduce cluster` says at its start where its token is"
            )
        }
        return try await next(request, context)
    }
}

extension Request {
    fileprivate var bearer: String? { headers[.authorization] }
}

extension ClusterRouter {
    /// Returns a router without routes that does for each request what every service does: measures
    /// and traces it, turns errors into answers, and refuses it if it is not allowed.
    ///
    /// `openPaths`: paths that reveal nothing, and need no token.
    package static func service(
        metrics: HTTPMetrics,
        logger: Logger,
        token: Token?,
        isSecure: Bool,
        connections: Connections,
        openPaths: Set<String> = []
    ) -> ClusterRouter {
        let router = ClusterRouter(context: ClusterContext.self)
        router.add(middleware: MetricsMiddleware(metrics: metrics))
        if let tracer = Traces.tracer { router.add(middleware: TraceMiddleware(tracer: tracer)) }
        router.add(middleware: ErrorMiddleware(logger: logger))
        router.protect(
            token: token,
            isSecure: isSecure,
            connections: connections,
            openPaths: openPaths
        )
        return router
    }

    /// Protects all routes from clients that may not use them: those without the token or, if there
    /// is no token, the pages of other sites.
    ///
    /// `openPaths`: paths that reveal nothing.
    func protect(
        token: Token?,
        isSecure: Bool,
        connections: Connections,
        openPaths: Set<String> = []
    ) {
        if let token {
            add(
                middleware: TokenMiddleware(
                    token: token,
                    connections: connections,
                    openPaths: openPaths
                )
            )
        } else {
            add(
                middleware: LocalRequestsMiddleware(
                    isSecure: isSecure,
                    connections: connections,
                    openPaths: openPaths
                )
            )
        }
        add(middleware: BodyTypeMiddleware())
    }
}

/// A middleware that turns every error into an answer whose body is an `ErrorAnswer`.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = ClusterContext

    let logger: Logger

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as CancellationError {
            throw error
        } catch {
            let refusal = refusal(for: error, request)
            // The answer to HEAD never has a body, even for an error.
            return request.method == .head
                ? Response(status: refusal.status) : try Self.answer(refusal)
        }
    }

    private func refusal(for error: any Error, _ request: Request) -> ClusterError {
        switch error {
        case let error as ClusterError: return error
        case let error as HTTPError: return Self.translate(error, request)
        case is NIOTooManyBytesError: return .tooLarge
        case let error as EngineError where error.kind == .badInput:
            return ClusterError(.unprocessableContent, "bad-input", error.message)
        default:
            logger.error(
                "a request failed",
                metadata: [
                    "method": "\(request.method)", "path": "\(request.uri.path)",
                    "error": "\(error)",
                ]
            )
            return ClusterError(.internalServerError, "internal", "the request failed: \(error)")
        }
    }

    private static func translate(_ error: HTTPError, _ request: Request) -> ClusterError {
        if error.status == .contentTooLarge { return .tooLarge }
        guard error.status == .notFound else {
            return ClusterError(error.status, "refused", error.body ?? "\(error.status)")
        }
        let first = request.uri.path.dropFirst().prefix { $0 != "/" }
        let version = first.dropFirst()
        if first.hasPrefix("v"), version != "\(ClusterProtocol.version)", Int(version) != nil {
            return .unknownVersion(String(version))
        }
        return .notFound("there is nothing at \(request.method) \(request.uri.path)")
    }

    static func answer(_ error: ClusterError) throws -> Response {
        try JSONBody.response(
            ErrorAnswer(code: error.code, message: error.message),
            status: error.status
        )
    }
}

extension ClusterError {
    static let tooLarge = ClusterError(
        .contentTooLarge,
        "too-large",
        "the body of the request is larger than is allowed"
    )
}
