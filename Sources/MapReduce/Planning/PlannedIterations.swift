internal import MapReduceModel

/// The iterations that the planner has found so far.
struct PlannedIterations {
    /// The iterations that may end before their last round.
    private var open: [Iteration] = []
    /// The iterations whose rounds all run.
    private var fixed: [IterationPlan] = []
    /// The shuffles of the rounds planned so far.
    private var kept: [ObjectIdentifier: [ShuffleHandle]] = [:]
    /// The round to which newly added stages belong.
    var round: Round?

    /// The iterations as the plan contains them; nil if there are none.
    var plans: [IterationPlan]? {
        let all = open.map(\.plan) + fixed
        return all.isEmpty ? nil : all
    }

    /// The shuffle from which a planned round is read.
    subscript(round: KeptRound) -> [ShuffleHandle]? {
        get { kept[ObjectIdentifier(round)] }
        set { kept[ObjectIdentifier(round)] = newValue }
    }

    /// Notes an iteration whose rounds all run.
    mutating func note(_ iteration: IterationPlan) {
        // An iteration within the rounds of another counts once, as in the source.
        guard let known = fixed.firstIndex(where: { $0.step == iteration.step }) else {
            return fixed.append(iteration)
        }
        let most = max(fixed[known].maxRoundCount, iteration.maxRoundCount)
        fixed[known].maxRoundCount = most
    }

    /// Returns a round as the plan names it.
    mutating func round(_ number: Int, of iteration: Iteration) -> Round {
        let index = open.firstIndex { $0 === iteration } ?? open.count
        if index == open.count { open.append(iteration) }
        return Round(iteration: index, number: number, until: iteration.counter)
    }
}

/// An iteration that may end before its last round.
final class Iteration: Sendable {
    let counter: String
    /// The place of the iteration in the source, and its maximum number of rounds.
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

/// The pairs that an iteration keeps between two rounds.
///
/// The planner goes through the rounds in a loop rather than by recursion, starting with the first
/// one: there may be thousands of them.
@usableFromInline
final class KeptRound: Sendable {
    /// The previous round, from which this one is made.
    let before: KeptRound?
    /// Plans the round's shuffle; called after the previous rounds have been planned.
    let plan: @Sendable (Planner) throws -> [ShuffleHandle]

    @usableFromInline
    init(after before: KeptRound?, plan: @escaping @Sendable (Planner) throws -> [ShuffleHandle]) {
        self.before = before
        self.plan = plan
    }
}

extension Planner {
    /// Returns the shuffle from which a round is read; plans it if necessary, after the shuffles of
    /// the previous rounds, one by one.
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

    /// Notes an iteration whose rounds all run.
    @usableFromInline
    func note(iterationAt place: SourcePlace, roundCount: Int) {
        let step = Step(verb: "iterate", file: place.fileName, line: place.line)
        iterations.note(IterationPlan(step: step, maxRoundCount: roundCount))
    }

    /// Plans what one round computes.
    ///
    /// `previous`: the shuffles that the previous round has written; nil for the first round.
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
