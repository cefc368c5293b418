package import MapReduceControl
package import MapReduceModel

/// Lines about what happens to a job, of which those that say the same again and again are summed
/// up: the first few of a kind are shown, and at the end how many more there were.
package struct EventLines: Sendable {
    private let isVerbose: Bool
    /// How many lines of each kind there were, in the order of the first ones.
    private var kinds: [(kind: Kind, count: Int)] = []

    /// What lines have in common that say the same.
    private enum Kind: Equatable {
        case failed(stage: Int, FailureKind)
        case skipped(stage: Int)
        case lost(stage: Int)
        case differed(stage: Int)

        /// Nil for what is never summed up.
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

    /// `isVerbose`: whether every line is shown.
    package init(isVerbose: Bool) { self.isVerbose = isVerbose }

    /// The line for an entry; nil for what needs none.
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

    /// Says how many lines were not shown, and begins to count again.
    package mutating func rest() -> String {
        defer { kinds = [] }
        return kinds.filter { $0.count > ReportLimits.repeatedLineCount }
            .map { "… and \($0.kind.more($0.count - ReportLimits.repeatedLineCount))\n" }
            .joined()
    }
}
