import Foundation
import InMemoryTracing
import Tracing

/// Keeps spans where a test finds them: one file for each process, in the directory `SPANS`.
enum SpanFile {
    private struct Line: Encodable {
        let name: String
        let trace: String
        let id: String
        let parent: String?
        let kind: String
        let attributes: [String: String]
        let error: String?
    }

    static func write(_ spans: [FinishedInMemorySpan]) {
        guard let directory = ProcessInfo.processInfo.environment["SPANS"] else { return }
        let lines = spans.map { span in
            var attributes: [String: String] = [:]
            // swift-format-ignore: ReplaceForEachWithForLoop
            span.attributes.forEach { name, value in
                attributes[name] =
                    switch value {
                    case .int64(let value): "\(value)"
                    case .string(let value): value
                    default: "\(value)"
                    }
            }
            return Line(
                name: span.operationName,
                trace: span.traceID,
                id: span.spanID,
                parent: span.parentSpanID,
                kind: "\(span.kind)",
                attributes: attributes,
                error: span.status?.code == .error ? span.status?.message : nil
            )
        }
        do {
            let path = "\(directory)/\(ProcessInfo.processInfo.processIdentifier).json"
            try JSONEncoder().encode(lines).write(to: URL(fileURLWithPath: path))
        } catch {
            fatalError("the spans cannot be kept: \(error)")
        }
    }
}

extension InMemoryTracer.IDGenerator {
    /// Spans of several processes are put together.
    static var unique: Self {
        Self(nextTraceID: { UUID().uuidString }, nextSpanID: { UUID().uuidString })
    }
}
