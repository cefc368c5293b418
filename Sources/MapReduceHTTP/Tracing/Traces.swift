internal import HTTPTypes
internal import MapReduceModel
internal import MapReduceReport
internal import NIOHTTP1
package import Tracing

/// The traces of a cluster, for executables built with a tracing backend.
package enum Traces {
    /// The backend; nil if none is installed, in which case nothing is done for traces.
    ///
    /// Looked up once: it is installed before any service starts.
    package static let tracer: (any Tracer)? = {
        let tracer = InstrumentationSystem.tracer
        return tracer is NoOpTracer ? nil : tracer
    }()

    /// What another process needs to continue a trace: names with values, in the backend's terms.
    package typealias Carrier = [String: String]

    package static func carrier(of span: any Span) -> Carrier {
        var carrier: Carrier = [:]
        tracer?.inject(span.context, into: &carrier, using: CarrierFields())
        return carrier
    }

    /// Returns the context in a carrier; nil if the carrier has nothing that the backend
    /// recognizes.
    package static func context(of carrier: Carrier) -> ServiceContext? {
        var context = ServiceContext.topLevel
        tracer?.extract(carrier, into: &context, using: CarrierFields())
        return context.isEmpty ? nil : context
    }

    /// Runs the body within a span.
    ///
    /// `context`: the context of the parent span; nil to run the body without a span.
    package static func span<Result>(
        _ name: String,
        in context: ServiceContext?,
        _ kind: SpanKind = .internal,
        _ attributes: SpanAttributes = [:],
        isolation: isolated (any Actor)? = #isolation,
        _ body: (_ span: (any Span)?) async throws -> Result
    ) async throws -> Result {
        guard let tracer, let context else { return try await body(nil) }
        let span = tracer.startAnySpan(name, context: context, ofKind: kind)
        span.attributes.merge(attributes)
        defer { span.end() }
        do {
            return try await ServiceContext.$current.withValue(span.context) {
                try await body(span)
            }
        } catch {
            span.fail("\(error)")
            throw error
        }
    }
}

/// Runs the body within a span of the current trace, or of a new one if there is none; without a
/// tracing backend, it only runs the body.
package func traced<Result>(
    _ name: String,
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Result
) async throws -> Result {
    try await Traces.span(name, in: ServiceContext.current ?? .topLevel) { _ in try await body() }
}

extension Span {
    package func fail(_ message: String) { setStatus(SpanStatus(code: .error, message: message)) }
}

extension AttemptID {
    /// The attributes of every span about the attempt.
    package var attributes: SpanAttributes {
        [
            "mapreduce.job": .int64(Int64(task.job.number)),
            "mapreduce.task": .string("\(TaskName(task))"),
            "mapreduce.attempt": .int64(Int64(number)),
        ]
    }
}

/// A reader and writer of carriers that are dictionaries.
private struct CarrierFields: Extractor, Injector {
    func extract(key: String, from carrier: Traces.Carrier) -> String? { carrier[key] }

    func inject(_ value: String, forKey key: String, into carrier: inout Traces.Carrier) {
        carrier[key] = value
    }
}

/// A reader of a request's trace headers.
struct RequestFields: Extractor {
    func extract(key: String, from carrier: HTTPFields) -> String? {
        HTTPField.Name(key).flatMap { carrier[$0] }
    }
}

/// A writer of trace headers into a call.
struct CallHeaders: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout HTTPHeaders) {
        carrier.replaceOrAdd(name: key, value: value)
    }
}
