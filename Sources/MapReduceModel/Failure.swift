/// Why an attempt failed.
///
/// Only its kind decides what happens next.
package struct Failure: Hashable, Codable, Sendable {
    package var kind: FailureKind
    /// One sentence that names the problem and says what to do next, of at most
    /// `TaskReportLimits.maxMessageByteCount` bytes, however long the text that a closure throws.
    package var message: String {
        didSet { message = message.cut(toByteCount: TaskReportLimits.maxMessageByteCount) }
    }
    /// The run that could not be read, for a failed fetch.
    package var run: String?
    /// The record that was being processed.
    package var location: RecordLocation?
    /// The record itself, shortened and escaped.
    package var record: String?
    /// The key whose pairs were being processed, as its type writes it, shortened and escaped.
    package var key: String?
    /// The user's steps that the stage runs.
    package var steps: String?
    /// Where the task process was when it crashed: the user's calls that had not returned,
    /// innermost first, one per line.
    package var backtrace: String?
    /// The end of what the task printed, if there is no backtrace.
    package var log: String?

    package init(
        kind: FailureKind,
        message: String,
        run: String? = nil,
        location: RecordLocation? = nil,
        record: String? = nil,
        key: String? = nil,
        steps: String? = nil,
        backtrace: String? = nil,
        log: String? = nil
    ) {
        let cut = { (text: String) in text.cut(toByteCount: TaskReportLimits.maxDetailByteCount) }
        self.kind = kind
        self.message = message.cut(toByteCount: TaskReportLimits.maxMessageByteCount)
        self.run = run
        self.location = location
        self.record = record.map(cut)
        self.key = key.map(cut)
        self.steps = steps.map(cut)
        self.backtrace = backtrace.map(cut)
        self.log = log.map(cut)
    }

    /// Texts are cut here as well, because another process wrote them.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try values.decode(FailureKind.self, forKey: .kind),
            message: try values.decode(String.self, forKey: .message),
            run: try values.decodeIfPresent(String.self, forKey: .run),
            location: try values.decodeIfPresent(RecordLocation.self, forKey: .location),
            record: try values.decodeIfPresent(String.self, forKey: .record),
            key: try values.decodeIfPresent(String.self, forKey: .key),
            steps: try values.decodeIfPresent(String.self, forKey: .steps),
            backtrace: try values.decodeIfPresent(String.self, forKey: .backtrace),
            log: try values.decodeIfPresent(String.self, forKey: .log)
        )
    }
}

/// What caused a failure, and so how it is handled.
package enum FailureKind: String, Codable, Sendable, CaseIterable {
    /// The user's closure threw an error.
    case threw
    /// The task process died: a trap, a signal, an out-of-memory kill.
    case crashed
    /// The user's closure made no progress for as long as the job allows, and was stopped.
    case timedOut
    /// The input is invalid for its format: running again would not help.
    case badInput
    /// The attempt ran out of memory, open files, or another system resource.
    case outOfResources
    /// The disk of this machine is full: another machine may have room.
    case diskFull
    /// The worker that ran the attempt is gone.
    case workerLost
    /// A segment could not be fetched or verified.
    case fetchFailed
    /// Pairs were lost, duplicated or changed between two steps of the engine: the memory of the
    /// machine, or the engine itself, is at fault.
    case notConserved

    /// What a failure of this kind means for its task.
    package var consequence: Consequence {
        switch self {
        case .threw, .crashed, .timedOut, .outOfResources: .retryCountedAgainstTask
        case .workerLost, .fetchFailed, .diskFull, .notConserved: .retryCountedAgainstCluster
        case .badInput: .failJob
        }
    }

    /// Whether the user's code failed at a record, which may then be a bad one.
    package var blamesRecord: Bool {
        switch self {
        case .threw, .crashed, .timedOut: true
        case .badInput, .outOfResources, .diskFull, .workerLost, .fetchFailed, .notConserved:
            false
        }
    }

    /// What the control plane does about a failure.
    package enum Consequence: Sendable {
        /// The task runs again, up to its own limit of attempts.
        case retryCountedAgainstTask
        /// The task runs again, up to the generous limit for failures of the cluster.
        case retryCountedAgainstCluster
        /// The job ends.
        case failJob
    }
}

/// A place in the input.
package struct RecordLocation: Hashable, Codable, Sendable, CustomStringConvertible {
    package var path: String
    /// Where the record begins, in bytes from the start of the file's (uncompressed) text.
    package var offset: Int
    /// The number of the record in its attempt, from 1; 0 if unknown.
    package var recordNumber: Int

    package init(path: String, offset: Int, recordNumber: Int) {
        self.path = path
        self.offset = offset
        self.recordNumber = recordNumber
    }

    package var description: String {
        "\(path) at byte \(offset)" + (recordNumber > 0 ? " (record \(recordNumber))" : "")
    }
}
