import MapReduceModel
import Testing

/// Plans that come from a network or a journal: what would trap, lose pairs or wait for ever is
/// told.
@Suite struct PlanProblemTests {
    private static let shuffle = StageOutput.shuffle(partitionCount: 2)

    private static func source(_ stage: Int, _ output: Int = 0) -> ShuffleSource {
        ShuffleSource(stage: stage, output: output)
    }

    /// A file, two rounds of two stages each, and the stage behind them.
    private var rounds: Plan {
        func round(_ number: Int, previous: Int? = nil) -> Round {
            Round(iteration: 3, number: number, until: "changed", previous: previous)
        }
        func stage(_ id: Int, _ input: StageInput, _ round: Round? = nil) -> StagePlan {
            StagePlan(id: id, input: input, steps: [], outputs: [Self.shuffle], round: round)
        }
        var last = stage(5, .shuffle(stage: 4))
        last.outputs = [.files]
        return Plan(
            name: "rounds",
            stages: [
                stage(0, .files(name: "", format: .lines)), stage(1, .shuffle(stage: 0), round(0)),
                stage(2, .shuffle(stage: 1), round(0)), stage(3, .shuffle(stage: 2), round(1)),
                stage(4, .shuffle(stage: 3), round(1, previous: 2)), last,
            ]
        )
    }

    @Test func aPlanOfRoundsIsRight() { #expect(rounds.problem == nil) }

    private static let changes: [(String, @Sendable (inout Plan) -> Void)] = [
        ("the stages are not numbered in their order", { $0.stages[2].id = -1 }),
        ("stage 0 writes nothing", { $0.stages[0].outputs = [] }),
        (
            "stage 0 writes a shuffle without a partition",
            { $0.stages[0].outputs = [.shuffle(partitionCount: 0)] }
        ),
        (
            "stage 0 writes a shuffle without a partition",
            { $0.stages[0].outputs = [.rangeShuffle(partitionCount: .min)] }
        ),
        ("no stage writes the output", { $0.stages[5].outputs = [shuffle] }),
        (
            "stage 1 reads no shuffle of a stage before it",
            { $0.stages[1].input = .shuffle(stage: 1) }
        ),
        (
            "stage 1 reads no shuffle of a stage before it",
            { $0.stages[1].input = .shuffle(stage: .min) }
        ),
        (
            "stage 1 reads no shuffle of a stage before it",
            { $0.stages[1].input = .shuffle(stage: 0, output: 1) }
        ),
        ("stage 1 reads no shuffle of a stage before it", { $0.stages[0].outputs = [.files] }),
        (
            "stage 1 reads no shuffle of a stage before it",
            { $0.stages[1].broadcasts = [source(7)] }
        ),
        ("stage 1 has a side that reads nothing", { $0.stages[1].input = .shuffles([]) }),
        (
            "stage 1 has a side that reads nothing",
            { $0.stages[1].input = .shuffles([[source(0)], []]) }
        ),
        (
            "stage 1 reads shuffles of different numbers of partitions",
            {
                $0.stages[0].outputs = [shuffle, .shuffle(partitionCount: 3)]
                $0.stages[1].input = .shuffles([[source(0)], [source(0, 1)]])
            }
        ),
        (
            "stage 1 reads shuffles that are partitioned in different ways",
            {
                $0.stages[0].outputs = [shuffle, .rangeShuffle(partitionCount: 2)]
                $0.stages[1].input = .shuffles([[source(0), source(0, 1)]])
            }
        ),
        ("stage 1 broadcasts 2 partitions", { $0.stages[1].broadcasts = [source(0)] }),
        (
            "stage 1 broadcasts what is cut into ranges",
            {
                $0.stages[0].outputs = [.rangeShuffle(partitionCount: 1), shuffle]
                $0.stages[1].input = .files(name: "", format: .lines)
                $0.stages[1].broadcasts = [source(0)]
            }
        ),
        // What comes behind waits for a stage that may be left out.
        (
            "stage 5 reads stage 3, which may be left out, and which nothing takes the place of",
            { $0.stages[5].input = .shuffle(stage: 3) }
        ),
        (
            "stage 5 reads stage 4, which may be left out, and which nothing takes the place of",
            { $0.stages[4].round?.previous = nil }
        ),
        // A round waits for all stages of the one before it.
        ("stage 3 is of round 2, which is out of order", { $0.stages[3].round?.number = 2 }),
        ("stage 1 is of round 1, which is out of order", { $0.stages[1].round?.number = 1 }),
        ("stage 1 is of round -1, which is out of order", { $0.stages[1].round?.number = -1 }),
        (
            "stage 3 ends its iteration by another counter than the stages before it",
            { $0.stages[3].round?.until = "other" }
        ),
        ("stage 4 does not follow the round before it", { $0.stages[4].round?.previous = 0 }),
        ("stage 4 does not follow the round before it", { $0.stages[4].round?.previous = 4 }),
        ("stage 4 does not follow the round before it", { $0.stages[4].round?.previous = .max }),
        (
            "stage 4 does not follow the round before it",
            {
                $0.stages[4].round = Round(
                    iteration: 3,
                    number: .min,
                    until: "changed",
                    previous: 2
                )
            }
        ),
        (
            "stage 4 does not follow the round before it",
            { $0.stages[4].outputs = [.combinedShuffle(partitionCount: 2)] }
        ),
        (
            "stage 4 writes the output, and may be left out",
            { for stage in [2, 4] { $0.stages[stage].outputs.append(.files(name: "rounds")) } }
        ),
    ]

    @Test(arguments: changes.indices)
    func anotherOneIsTold(_ number: Int) {
        var plan = rounds
        Self.changes[number].1(&plan)
        #expect(plan.problem == Self.changes[number].0)
    }

    /// Where a task reads: the shuffles of a run lie one after another, and parts take no room.
    @Test func partitionsOfARun() {
        var plan = rounds
        plan.stages[0].outputs = [
            Self.shuffle, .files(name: "log"), .rangeShuffle(partitionCount: 2),
            .shuffle(partitionCount: 1), Self.shuffle,
        ]
        #expect(plan.stages[0].runPartitionCount == 6)
        plan.stages[1].input = .shuffles([[Self.source(0), Self.source(0, 4)]])
        plan.stages[1].broadcasts = [Self.source(0, 3)]
        #expect(plan.problem == nil)
        #expect(plan.partitionsRead(byTask: 1, ofStage: 1) == [1, 5, 3])
        plan.stages[1].input = .shuffle(stage: 0, output: 2)
        #expect(plan.problem == nil)
        #expect(plan.partitionsRead(byTask: 1, ofStage: 1) == [2, 3])
        #expect(plan.taskCounts(splits: [[], [], [], [], [], []]) == [0, 2, 2, 2, 2, 2])
    }
}
