internal import MapReduceControl
internal import MapReduceEngine
package import MapReduceModel
package import MapReduceProcess

/// Finds out what a task was doing when its process died.
package enum CrashReport {
    /// Returns the failure of an attempt whose process is gone.
    ///
    /// `reason`: how the process ended, or why it was ended.
    /// `isTrap`: whether it ended the way code does that detects a mistake of its own.
    /// `launch`: starts another process of the job, which formats the key; nil if there
    ///   is none, in which case the report shows the key's bytes.
    package static func failure(
        of spec: TaskSpec,
        plan: Plan,
        kind: FailureKind = .crashed,
        reason: String,
        reading: FlightRecorder.Reading,
        processLogPath: String,
        isTrap: Bool = false,
        launch: TaskProcess.Launch? = nil
    ) -> Failure {
        let log = logTail(spec.logPath) ?? logTail(processLogPath) ?? ""
        let backtrace = Backtrace(log: log)?.text
        var message = kind == .timedOut ? reason : "the task process crashed: \(reason)"
        if let fatal = fatalLine(log) {
            message += "; \(fatal)"
        } else if isTrap {
            // Code that is compiled into a closure traps without a message.
            message +=
                "; the closure trapped: an arithmetic overflow, a division by zero, an index out "
                + "of range or an unexpected nil"
        }
        if !reading.note.isEmpty { message = "\(reading.note); then \(message)" }
        var failure = Failure(
            kind: kind,
            message: message,
            steps: plan.stages[spec.attempt.task.stage].label,
            backtrace: backtrace,
            log: backtrace == nil ? lastLines(log) : nil
        )
        if case .split = spec.input { failure.key = mergedKey(reading, spec, plan, launch) }
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
            guard case .files(_, let format) = plan.stages[spec.attempt.task.stage].input else {
                return failure
            }
            failure.record = RecordExcerpt.record(
                in: split,
                format: format,
                path: reading.path,
                offset: reading.offset
            ).map { $0.withUnsafeBytes(RecordQuote.text) }
        case .partition:
            failure.key = key(reading, stage: spec.attempt.task.stage, launch)
        }
        return failure
    }

    /// Returns the key whose values were being merged before the shuffle; nil if none were.
    private static func mergedKey(
        _ reading: FlightRecorder.Reading,
        _ spec: TaskSpec,
        _ plan: Plan,
        _ launch: TaskProcess.Launch?
    ) -> String? {
        guard !reading.key.isEmpty else { return nil }
        let readers = plan.readers(of: spec.attempt.task.stage)
        return key(reading, stage: readers.count == 1 ? readers[0] : nil, launch)
    }

    /// `stage`: a stage that reads such keys and knows how to format them.
    private static func key(
        _ reading: FlightRecorder.Reading,
        stage: Int?,
        _ launch: TaskProcess.Launch?
    ) -> String {
        let bytes = reading.key.withUnsafeBytes {
            RecordQuote.text(of: $0, isCut: reading.isKeyCut)
        }
        // The head of a key may be a different key.
        guard let launch, let stage, !reading.isKeyCut else { return bytes }
        return CrashedKey.text(of: reading.key, stage: stage, launch) ?? bytes
    }

    private static func logTail(_ path: String?) -> String? {
        guard let path else { return nil }
        do {
            let bytes = try Files.readTail(path, byteCount: TaskReportLimits.keptLogByteCount)
            return bytes.isEmpty
                ? nil : String(decoding: bytes, as: UTF8.self)
        } catch {
            // A process may die before it has a log; the report then omits it.
            return nil
        }
    }

    private static func lastLines(_ log: String) -> String? {
        var lines = log.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.isEmpty
            ? nil : lines.suffix(DriverLimits.maxReportLineCount).joined(separator: "\n")
    }

    /// Returns the runtime's message about the trap.
    private static func fatalLine(_ log: String) -> String? {
        log.split(separator: "\n").last { line in
            line.contains("Fatal error")
                || line.contains("Swift runtime failure")
                    && !line.contains(" 0x")
        }.map { line in
            // The runtime frames its own messages in asterisks.
            let isFrame: (Character) -> Bool = { $0 == "*" || $0 == " " }
            var rest = line.drop(while: isFrame)
            while let last = rest.last, isFrame(last) { rest.removeLast() }
            return String(rest)
        }
    }
}
