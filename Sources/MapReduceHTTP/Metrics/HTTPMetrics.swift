internal import HTTPTypes
internal import Hummingbird
internal import Synchronization

/// The requests that a service has answered, by route: the path with names in place of numbers, so
/// that there are only as many routes as the service defines.
package final class HTTPMetrics: Sendable {
    private let state = Mutex(State())

    package init() {}

    private struct State {
        var counts: [Request: Int] = [:]
        var durations: [String: Histogram] = [:]
    }

    private struct Request: Hashable, Comparable {
        let route: String
        let method: String
        let status: Int

        static func < (a: Request, b: Request) -> Bool {
            (a.route, a.method, a.status) < (b.route, b.method, b.status)
        }
    }

    /// The methods that routes use; a request may carry any other word.
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .delete]

    /// Counts a request that was answered.
    ///
    /// `route`: the route; nil if the path has none.
    func answered(
        _ method: HTTPRequest.Method,
        _ route: String?,
        _ status: HTTPResponse.Status,
        after duration: Duration
    ) {
        let request = Request(
            route: route ?? "none",
            method: Self.methods.contains(method) ? method.rawValue : "other",
            status: status.code
        )
        state.withLock { state in
            state.counts[request, default: 0] += 1
            state.durations[request.route, default: .calls].add(duration)
        }
    }

    package func add(to text: inout MetricsText) {
        let (counts, durations) = state.withLock { ($0.counts, $0.durations) }
        text.add(
            .counter,
            "mapreduce_http_requests_total",
            "Requests that were answered.",
            counts.sorted { $0.key < $1.key }.map { request, count in
                (
                    [
                        ("method", request.method), ("route", request.route),
                        ("status", "\(request.status)"),
                    ], count
                )
            }
        )
        text.add(
            "mapreduce_http_request_duration_seconds",
            "Time until the head of the answer, with what the request was willing to wait.",
            by: "route",
            durations.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        )
    }
}

/// A middleware that counts and times the requests; the outermost one, so that it sees every
/// answer.
struct MetricsMiddleware: RouterMiddleware {
    typealias Context = ClusterContext

    let metrics: HTTPMetrics

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let begin = ContinuousClock.now
        let response = try await next(request, context)
        metrics.answered(
            request.method,
            context.endpointPath,
            response.status,
            after: ContinuousClock.now - begin
        )
        return response
    }
}
