internal import HTTPTypes
internal import Hummingbird
internal import Tracing

/// A middleware that makes a span for each request that belongs to a trace.
///
/// Polls and other repeated requests belong to none, and create no traces.
struct TraceMiddleware: RouterMiddleware {
    typealias Context = ClusterContext

    let tracer: any Tracer

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var origin = ServiceContext.topLevel
        tracer.extract(request.headers, into: &origin, using: RequestFields())
        if origin.isEmpty { return try await next(request, context) }
        let method = request.method.rawValue
        return try await Traces.span(method, in: origin, .server) { span in
            let response = try await next(request, context)
            let route = context.endpointPath ?? "none"
            span?.operationName = "\(method) \(route)"
            span?.attributes.merge([
                "http.request.method": .string(method), "http.route": .string(route),
                "http.response.status_code": .int64(Int64(response.status.code)),
            ])
            if response.status.code >= 500 { span?.fail("\(response.status)") }
            return response
        }
    }
}
