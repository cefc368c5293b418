package import MapReduceControl
package import MapReduceModel

/// Lines about what happens to a job, with repetitions summarized: the first few lines of a kind
/// are shown, and at the end the number of others.
package struct EventLines: Sendable {
    private let isVerbose: Bool
    /// The number of lines of each kind, in the order of their first lines.
    private var kinds: [(kind: Kind, count: Int)] = []

    /// What similar lines have in common.
    private enum Kind: Equatable {
        case failed(stage: Int, FailureKind)
        case skipped(stage: Int)
        case lost(stage: Int)
        case differed(stage: Int)

        /// Nil for entries that are never summarized.
        init?(_ entry: JournalEntry) {
            switch entry {
            case .attemptFailed(let attempt, let failure, _):
                self = .failed(stage: attempt.task.stage, failure.kind)
            case .recordSkipped(let task, _): self = .skipped(stage: task.stage)
            case .outputLost(let task): self = .lost(stage: task.stage)
            case .outputsDiffered(let difference): self = .differed(stage: difference.task.stage)
            case .jobSubmitted, .attemptStarted, .attemptSucceeded, .attemptStopped,
                .attemptAudited, .inputChanged, .commitBegan, .jobFinished, .jobRetired:
                return nil
            }
        }

        func more(_ count: Int) -> String {
            switch self {
            case .failed(let stage, _):
                "\(Format.count(count, "more attempt")) of stage \(stage) failed like those above"
            case .skipped(let stage):
                "\(Format.count(count, "more record")) of stage \(stage) passed over"
            case .lost(let stage): "\(Format.count(count, "more output")) of stage \(stage) lost"
            case .differed(let stage):
                "\(Format.count(count, "more task")) of stage \(stage) differed"
            }
        }
    }

    /// Creates lines without repetitions so far.
    ///
    /// `isVerbose`: whether every line is shown.
    package init(isVerbose: Bool) { self.isVerbose = isVerbose }

    /// Returns the line for an entry; nil if it needs none.
    package mutating func line(for entry: JournalEntry, job: Plan) -> String? {
        guard let line = EventText.line(for: entry, job: job, isVerbose: isVerbose) else {
            return nil
        }
        guard !isVerbose, let kind = Kind(entry) else { return line }
        let index = kinds.firstIndex { $0.kind == kind } ?? kinds.count
        if index == kinds.count { kinds.append((kind, 0)) }
        kinds[index].count += 1
        return kinds[index].count <= ReportLimits.repeatedLineCount ? line : nil
    }

    /// Returns how many lines were not shown, and resets the counts.
    package mutating func rest() -> String {
        defer { kinds = [] }
        return kinds.filter { $0.count > ReportLimits.repeatedLineCount }
            .map { "… and \($0.kind.more($0.count - ReportLimits.repeatedLineCount))\n" }
            .joined()
    }
}
