internal import MapReduceEngine
package import MapReduceModel
package import MapReduceProcess

/// Finds out what a task was doing when its process died.
package enum CrashReport {
    /// The most of a log that a report quotes, in bytes.
    private static let maxLogByteCount = 16 << 10

    /// The failure of an attempt whose process is gone.
    package static func failure(
        of spec: TaskSpec,
        plan: Plan,
        reason: String,
        reading: FlightRecorder.Reading,
        processLogPath: String
    ) -> Failure {
        let log = logTail(spec.logPath) ?? logTail(processLogPath) ?? ""
        let crash = crashText(in: log)
        var message = "the task process crashed: \(reason)"
        if let fatal = crash.flatMap(fatalLine) { message += "; \(fatal)" }
        var failure = Failure(
            kind: .crashed,
            message: message,
            steps: plan.stages[spec.attempt.task.stage].label,
            backtrace: crash
        )
        guard reading.recordNumber > 0, reading.offset >= 0, !reading.isPathCut else {
            return failure
        }
        switch spec.input {
        case .split(let split):
            failure.location = RecordLocation(
                path: reading.path,
                offset: reading.offset,
                recordNumber: reading.recordNumber
            )
            failure.record = RecordExcerpt.line(
                in: split,
                path: reading.path,
                offset: reading.offset
            ).map { $0.withUnsafeBytes(RecordQuote.text) }
        case .segments:
            failure.record = reading.key.withUnsafeBytes(RecordQuote.text)
        }
        return failure
    }

    private static func logTail(_ path: String?) -> String? {
        guard let path else { return nil }
        do {
            let bytes = try Files.readTail(path, byteCount: maxLogByteCount)
            return bytes.isEmpty
                ? nil : String(decoding: bytes, as: UTF8.self)
        } catch {
            // A process may die before it has a log: the report does without.
            return nil
        }
    }

    /// The log from the line on that tells of the crash.
    private static func crashText(in log: String) -> String? {
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
        let marks = ["Fatal error", "*** ", "Program crashed", "Backtrace", "libc++abi"]
        guard
            let first = lines.firstIndex(where: { line in marks.contains { line.contains($0) } })
        else { return nil }
        return lines[first...].joined(separator: "\n")
    }

    private static func fatalLine(_ crash: String) -> String? {
        crash.split(separator: "\n").first { line in
            line.contains("Fatal error") || line.contains("Swift runtime failure")
        }.map { line in
            // The runtime frames its own messages in asterisks.
            let isFrame: (Character) -> Bool = { $0 == "*" || $0 == " " }
            var rest = line.drop(while: isFrame)
            while let last = rest.last, isFrame(last) { rest.removeLast() }
            return String(rest)
        }
    }
}
