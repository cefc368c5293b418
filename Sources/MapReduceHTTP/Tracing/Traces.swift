internal import HTTPTypes
internal import MapReduceModel
internal import MapReduceReport
internal import NIOHTTP1
package import Tracing

/// The traces of a cluster, for whoever has built an executable with a backend for them.
package enum Traces {
    /// The backend; nil when none is installed, and then nothing is done for traces.
    ///
    /// Looked for once: it is installed before any service starts.
    package static let tracer: (any Tracer)? = {
        let tracer = InstrumentationSystem.tracer
        return tracer is NoOpTracer ? nil : tracer
    }()

    /// What another process needs to go on with a trace: names with values, as the backend wants
    /// them.
    package typealias Carrier = [String: String]

    package static func carrier(of span: any Span) -> Carrier {
        var carrier: Carrier = [:]
        tracer?.inject(span.context, into: &carrier, using: CarrierFields())
        return carrier
    }

    /// Nil when nothing that the backend knows is in it.
    package static func context(of carrier: Carrier) -> ServiceContext? {
        var context = ServiceContext.topLevel
        tracer?.extract(carrier, into: &context, using: CarrierFields())
        return context.isEmpty ? nil : context
    }

    /// Does something within a span.
    ///
    /// `context`: of the span above; nil to do it without one.
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

/// Does something within a span that begins a trace, if there is a backend for traces.
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
    /// What every span about the attempt has.
    package var attributes: SpanAttributes {
        [
            "mapreduce.job": .int64(Int64(task.job.number)),
            "mapreduce.task": .string("\(TaskName(task))"),
            "mapreduce.attempt": .int64(Int64(number)),
        ]
    }
}

/// Reads and writes carriers that are dictionaries.
private struct CarrierFields: Extractor, Injector {
    func extract(key: String, from carrier: Traces.Carrier) -> String? { carrier[key] }

    func inject(_ value: String, forKey key: String, into carrier: inout Traces.Carrier) {
        carrier[key] = value
    }
}

/// Reads what a request carries.
struct RequestFields: Extractor {
    func extract(key: String, from carrier: HTTPFields) -> String? {
        HTTPField.Name(key).flatMap { carrier[$0] }
    }
}

/// Writes into the headers of a call.
struct CallHeaders: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout HTTPHeaders) {
        carrier.replaceOrAdd(name: key, value: value)
    }
}
