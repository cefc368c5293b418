import MapReduceModel

/// Graphs of stages that are no chain, by name; every shuffle has two partitions unless it is
/// broadcast.
enum TestGraph: String {
    /// Two inputs, and the join of them.
    case join
    /// The same, read as one.
    case union
    /// A small input that the tasks of another one read whole.
    case broadcast
    /// A stage of two shuffles and a part, each shuffle for a stage of its own.
    case outputs
    /// Three rounds at most, and a stage that reads the last one.
    case rounds
    /// A row of diamonds: what a stage writes is read by two, and what these write by one.
    case diamonds

    var plan: Plan {
        var plan = Plan(name: rawValue, stages: stages)
        for index in plan.stages.indices { plan.stages[index].id = index }
        return plan
    }

    private var stages: [StagePlan] {
        let shuffle = StageOutput.shuffle(partitionCount: 2)
        switch self {
        case .join, .union:
            let both = [0, 1].map { ShuffleSource(stage: $0, output: 0) }
            return [
                stage(.files(name: "a", format: .lines), [shuffle]),
                stage(.files(name: "b", format: .lines), [shuffle]),
                stage(.shuffles(self == .join ? both.map { [$0] } : [both]), [.files]),
            ]
        case .broadcast:
            var reader = stage(.files(name: "", format: .lines), [.files])
            reader.broadcasts = [ShuffleSource(stage: 0, output: 0)]
            return [
                stage(.files(name: "small", format: .lines), [.shuffle(partitionCount: 1)]), reader,
            ]
        case .outputs:
            return [
                stage(.files(name: "", format: .lines), [shuffle, .files(name: "log"), shuffle]),
                stage(.shuffle(stage: 0), [.files(name: "a")]),
                stage(.shuffle(stage: 0, output: 2), [.files(name: "b")]),
            ]
        case .rounds:
            let rounds = (0..<3).map { number in
                var stage = stage(.shuffle(stage: number), [shuffle])
                stage.round = Round(
                    iteration: 0,
                    number: number,
                    until: "changed",
                    previous: number == 0 ? nil : number
                )
                return stage
            }
            return [stage(.files(name: "", format: .lines), [shuffle])] + rounds
                + [stage(.shuffle(stage: 3), [.files])]
        case .diamonds:
            let count = 60
            let diamonds = (0..<count).flatMap { number in
                [
                    stage(.shuffle(stage: 3 * number), [shuffle]),
                    stage(.shuffle(stage: 3 * number), [shuffle]),
                    stage(
                        .shuffles([
                            [ShuffleSource(stage: 3 * number + 1, output: 0)],
                            [ShuffleSource(stage: 3 * number + 2, output: 0)],
                        ]),
                        [number == count - 1 ? .files : shuffle]
                    ),
                ]
            }
            return [stage(.files(name: "", format: .lines), [shuffle])] + diamonds
        }
    }

    private func stage(_ input: StageInput, _ outputs: [StageOutput]) -> StagePlan {
        StagePlan(id: 0, input: input, steps: [], outputs: outputs)
    }
}

extension StagePlan {
    var readsFiles: Bool { if case .files = input { true } else { false } }
}
