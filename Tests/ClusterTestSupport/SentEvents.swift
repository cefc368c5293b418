import AsyncHTTPClient
import Foundation
import MapReduceControl
import MapReduceModel
import NIOCore
import Testing

/// An event as a browser would see it.
package struct SentEvent {
    package var name = ""
    package var id: String?
    package var data = ""

    package func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(data.utf8))
    }
}

/// Reads server-sent events as their standard says.
package struct SentEvents {
    private var chunks: HTTPClientResponse.Body.AsyncIterator
    private var text = ""

    package init(_ body: HTTPClientResponse.Body) { chunks = body.makeAsyncIterator() }

    /// Nil when the stream has ended.
    package mutating func next() async throws -> SentEvent? {
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
    package mutating func next(_ name: String) async throws -> SentEvent {
        while let event = try await next() { if event.name == name { return event } }
        throw Ended(name: name)
    }

    /// The stream ended before an event of that name came.
    package struct Ended: Error {
        package let name: String

        package init(name: String) { self.name = name }
    }

    /// Waits until the connection is closed, as it is when a coordinator stops in the midst.
    package mutating func cut() async {
        do {
            while try await next() != nil {}
        } catch {
            // The body has no end.
        }
    }

    package mutating func rest() async throws -> [SentEvent] {
        var events: [SentEvent] = []
        while let event = try await next() { events.append(event) }
        return events
    }
}

/// The attempts and failures of a job, as somebody knows them who was told events.
package struct ToldJob: Equatable {
    private var attemptsByName: [String: JobReport.Attempt] = [:]
    private var failuresByName: [String: JobReport.AttemptFailure] = [:]
    /// What a stream that was cut is resumed after.
    package private(set) var lastID: String?
    package private(set) var hasEnded = false
    package private(set) var phase: JobStatus.Phase?

    package init() {}

    private struct Status: Decodable {
        let job: JobStatus
        let stages: [JobReport.Stage]
    }

    package mutating func hear(_ event: SentEvent) throws {
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
    package var attempts: [JobReport.Attempt] {
        attemptsByName.values.sorted {
            ($0.stage, $0.task, $0.number) < ($1.stage, $1.task, $1.number)
        }
    }

    package var failures: [JobReport.AttemptFailure] {
        let sorted = failuresByName.values.sorted {
            ($0.stage, $0.task, $0.number) < ($1.stage, $1.task, $1.number)
        }
        return Array(sorted.prefix(Policy.maxReportedFailures))
    }
}
