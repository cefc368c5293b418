package import MapReduceModel

/// The commands that a worker has not received in its session.
///
/// Every answer repeats a command until the worker confirms it, so that neither a lost nor a
/// duplicate answer does harm.
package struct Outbox: Sendable {
    /// In ascending order of their numbers.
    private var waiting: [NumberedCommand] = []
    private var lastNumber = 0

    package init() {}

    package var isEmpty: Bool { waiting.isEmpty }

    package mutating func add(_ command: WorkerCommand) {
        lastNumber += 1
        waiting.append(NumberedCommand(number: lastNumber, command: command))
    }

    /// Forgets the commands up to this number.
    package mutating func received(_ number: Int) {
        guard let first = waiting.first, first.number <= number else { return }
        waiting.removeFirst(min(number - first.number + 1, waiting.count))
    }

    /// The commands for an answer; they stay here until the worker confirms them.
    package func answer() -> [NumberedCommand] {
        Array(waiting.prefix(Policy.maxCommandsInAnswer))
    }
}

extension Event {
    /// Creates the event for the end of an attempt that a worker reports.
    package init(_ end: AttemptEnd, of worker: WorkerID) {
        if let source = end.source, case .failed(let failure) = end.report.outcome {
            self = .fetchFailed(
                worker,
                end.report.attempt,
                source: source,
                isSilent: end.isSourceSilent ?? false,
                message: failure.message
            )
        } else {
            self = .attemptReported(worker, end.report)
        }
    }
}
