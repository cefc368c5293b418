internal import MapReduceModel

/// A plan that is drawn: often a chain, and else a graph of joins, unions, broadcasts, stages with
/// several outputs, and an iteration.
struct RandomPlan {
    private(set) var stages: [StagePlan] = []
    /// Of the iteration that may end early, the round that is its last one.
    private(set) var lastRound: Int?
    private let partitionCount: Int
    /// The shuffles that a stage outside of the iteration may read.
    private var shuffles: [ShuffleSource] = []
    private var dice: Dice
    private let purpose: Dice.Purpose

    /// The counter that is 0 in the last round.
    static let counter = "changed"

    init(_ dice: inout Dice, _ purpose: Dice.Purpose) {
        self.purpose = purpose
        partitionCount = dice.draw(1...4, purpose)
        self.dice = dice
        if self.dice.chance(350, purpose) { addChain() } else { addGraph() }
        dice = self.dice
    }

    // MARK: Shapes

    private mutating func addChain() {
        let count = dice.draw(1...3, purpose)
        for stage in 0..<count {
            let isLast = stage == count - 1
            add(
                stage == 0 ? .files(name: "", format: .lines) : .shuffle(stage: stage - 1),
                [isLast ? .files : .shuffle(partitionCount: partitionCount)]
            )
        }
    }

    private mutating func addGraph() {
        for number in 0..<dice.draw(1...3, purpose) {
            add(
                .files(name: "\(number)", format: .lines),
                outputs(),
                broadcasts: number == 0 ? [] : broadcasts()
            )
        }
        for _ in 0..<dice.draw(0...2, purpose) { addReader() }
        if dice.chance(500, purpose) { addIteration() }
        for _ in 0..<dice.draw(0...1, purpose) { addReader() }
        add(input(), [.files(name: "last")], broadcasts: broadcasts())
    }

    private mutating func addReader() { add(input(), outputs(), broadcasts: broadcasts()) }

    /// A few rounds of a few stages, the last of which ends the round.
    private mutating func addIteration() {
        let roundCount = dice.draw(2...4, purpose)
        let until = dice.chance(800, purpose) ? Self.counter : nil
        if until != nil { lastRound = dice.draw(0...roundCount, purpose) }
        let fixed = dice.chance(500, purpose) ? pick(isRange: false) : nil
        let readsFiles = dice.chance(250, purpose)
        let hasStep = dice.chance(500, purpose)
        let logs = dice.chance(250, purpose)
        let isBroadcast = dice.chance(300, purpose)
        var state = [pick(isRange: false)]
        var last: Int?
        for number in 0..<roundCount {
            var round = Round(iteration: 7, number: number, until: until)
            if readsFiles {
                add(.files(name: "round", format: .lines), [shuffle], round: round)
                state.append(ShuffleSource(stage: stages.count - 1, output: 0))
            }
            if hasStep {
                add(.shuffles(state.map { [$0] }), [shuffle], round: round)
                state = [ShuffleSource(stage: stages.count - 1, output: 0)]
            }
            if logs { add(.shuffles([state]), [.files(name: "log\(number)")], round: round) }
            round.previous = last
            let small = last.map { [ShuffleSource(stage: $0, output: 1)] } ?? []
            add(
                .shuffles(state.map { [$0] } + (fixed.map { [[$0]] } ?? [])),
                isBroadcast ? [shuffle, .shuffle(partitionCount: 1)] : [shuffle],
                broadcasts: isBroadcast ? small : [],
                round: round
            )
            last = stages.count - 1
            state = [ShuffleSource(stage: stages.count - 1, output: 0)]
        }
        // What comes after reads the last round, and some of it one in the middle.
        shuffles = state + (fixed.map { [$0] } ?? [])
        if dice.chance(300, purpose), let last, let middle = stages[last].round?.previous {
            shuffles.append(ShuffleSource(stage: middle, output: 0))
        }
    }

    // MARK: Stages

    private var shuffle: StageOutput { .shuffle(partitionCount: partitionCount) }

    private mutating func add(
        _ input: StageInput,
        _ outputs: [StageOutput],
        broadcasts: [ShuffleSource] = [],
        round: Round? = nil
    ) {
        let stage = StagePlan(
            id: stages.count,
            input: input,
            broadcasts: broadcasts,
            steps: [],
            outputs: outputs,
            round: round
        )
        stages.append(stage)
        guard round == nil else { return }
        for (index, output) in outputs.enumerated() where !output.isPart {
            shuffles.append(ShuffleSource(stage: stage.id, output: index))
        }
    }

    /// One shuffle at least, and others, and parts.
    private mutating func outputs() -> [StageOutput] {
        var outputs: [StageOutput] = []
        if dice.chance(250, purpose) { outputs.append(.files(name: "\(stages.count)")) }
        if dice.chance(300, purpose) { outputs.append(.shuffle(partitionCount: 1)) }
        outputs.append(
            dice.chance(500, purpose) ? shuffle : .combinedShuffle(partitionCount: partitionCount)
        )
        if dice.chance(250, purpose) {
            outputs.append(.rangeShuffle(partitionCount: partitionCount))
        }
        if dice.chance(200, purpose) { outputs.append(shuffle) }
        return outputs
    }

    /// One to three sides, each of them one or two shuffles.
    private mutating func input() -> StageInput {
        let isRange = dice.chance(200, purpose) && !candidates(isRange: true).isEmpty
        let sideCount = isRange ? 1 : dice.draw(1...3, purpose)
        return .shuffles(
            (0..<sideCount).map { _ in
                (0..<(dice.chance(250, purpose) ? 2 : 1)).map { _ in pick(isRange: isRange) }
            }
        )
    }

    private mutating func broadcasts() -> [ShuffleSource] {
        guard dice.chance(400, purpose) else { return [] }
        let small = shuffles.filter {
            output(of: $0).partitionCount == 1 && !output(of: $0).isRange
        }
        return (dice.pick(small, purpose)).map { [$0] } ?? []
    }

    private func output(of source: ShuffleSource) -> StageOutput {
        stages[source.stage].outputs[source.output]
    }

    private func candidates(isRange: Bool) -> [ShuffleSource] {
        shuffles.filter {
            output(of: $0).partitionCount == partitionCount && output(of: $0).isRange == isRange
        }
    }

    private mutating func pick(isRange: Bool) -> ShuffleSource {
        let candidates = candidates(isRange: isRange)
        // The later ones more often, so that graphs are deep.
        let newest = Array(candidates.suffix(2))
        let chosen = dice.pick(dice.chance(600, purpose) ? newest : candidates, purpose)
        return chosen ?? ShuffleSource(stage: 0, output: 0)
    }
}
