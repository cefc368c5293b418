internal import MapReduceModel

/// The iterations that the planner has met so far.
struct PlannedIterations {
    /// Those that may end before their last round.
    private var open: [Iteration] = []
    /// Those whose rounds all take place.
    private var fixed: [IterationPlan] = []
    /// The shuffles of the rounds that are planned.
    private var kept: [ObjectIdentifier: [ShuffleHandle]] = [:]
    /// The round that stages belong to which are added now.
    var round: Round?

    /// As the plan has them; nil when there are none.
    var plans: [IterationPlan]? {
        let all = open.map(\.plan) + fixed
        return all.isEmpty ? nil : all
    }

    /// The shuffle that a planned round is read from.
    subscript(round: KeptRound) -> [ShuffleHandle]? {
        get { kept[ObjectIdentifier(round)] }
        set { kept[ObjectIdentifier(round)] = newValue }
    }

    /// Notes an iteration whose rounds all take place.
    mutating func note(_ iteration: IterationPlan) {
        // One within the rounds of another is one in the source.
        guard let known = fixed.firstIndex(where: { $0.step == iteration.step }) else {
            return fixed.append(iteration)
        }
        let most = max(fixed[known].maxRoundCount, iteration.maxRoundCount)
        fixed[known].maxRoundCount = most
    }

    /// A round as the plan names it.
    mutating func round(_ number: Int, of iteration: Iteration) -> Round {
        let index = open.firstIndex { $0 === iteration } ?? open.count
        if index == open.count { open.append(iteration) }
        return Round(iteration: index, number: number, until: iteration.counter)
    }
}

/// An iteration that may end before its last round.
final class Iteration: Sendable {
    let counter: String
    /// Where it stands, and how many rounds it may have.
    let plan: IterationPlan

    init(until counter: String, _ place: SourcePlace, maxRoundCount: Int) {
        self.counter = counter
        plan = IterationPlan(
            step: Step(verb: "iterate", file: place.fileName, line: place.line),
            maxRoundCount: maxRoundCount,
            until: counter
        )
    }
}

/// What an iteration keeps between two rounds.
///
/// The planner goes through the rounds in a loop, from the first one on: there may be thousands of
/// them.
@usableFromInline
final class KeptRound: Sendable {
    /// The one before, of which it is made.
    let before: KeptRound?
    /// Plans its shuffle; the rounds before are planned then.
    let plan: @Sendable (Planner) throws -> [ShuffleHandle]

    @usableFromInline
    init(after before: KeptRound?, plan: @escaping @Sendable (Planner) throws -> [ShuffleHandle]) {
        self.before = before
        self.plan = plan
    }
}

extension Planner {
    /// The shuffle that a round is read from, which is planned now if it was not: after those of
    /// the rounds before it, one by one.
    @usableFromInline
    func shuffle(of round: KeptRound) throws -> [ShuffleHandle] {
        if let known = iterations[round] { return known }
        var open: [KeptRound] = []
        var next: KeptRound? = round
        while let round = next, iterations[round] == nil {
            open.append(round)
            next = round.before
        }
        var shuffles: [ShuffleHandle] = []
        while let round = open.popLast() {
            shuffles = try round.plan(self)
            iterations[round] = shuffles
            keep(round)
        }
        return shuffles
    }

    /// Notes an iteration whose rounds all take place.
    @usableFromInline
    func note(iterationAt place: SourcePlace, roundCount: Int) {
        let step = Step(verb: "iterate", file: place.fileName, line: place.line)
        iterations.note(IterationPlan(step: step, maxRoundCount: roundCount))
    }

    /// Plans what one round computes.
    ///
    /// `previous`: what the round before has written; nil for the first one.
    func planRound(
        _ round: Round,
        after previous: [ShuffleHandle]?,
        _ body: () throws -> [ShuffleHandle]
    ) throws -> [ShuffleHandle] {
        guard iterations.round == nil else {
            throw JobError(
                .usage,
                "the pipeline cannot be run: an iteration that ends when a counter is 0 lies "
                    + "within another one; give the inner one a number of rounds"
            )
        }
        iterations.round = round
        defer { iterations.round = nil }
        let written = try body()
        if let previous {
            for (shuffle, before) in zip(written, previous) {
                stages[shuffle.stage].previous = before.stage
            }
        }
        return written
    }
}
