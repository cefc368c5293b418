internal import MapReduceModel

/// What follows from a job's plan, and is asked for at every step: who reads whom, and which stages
/// make up a round.
struct StageGraph: Hashable, Sendable {
    // Two arrays and no more: a job's state is copied several times at each event.

    private(set) var nodes: [Node]
    /// The rounds of the iterations that may end early.
    private(set) var rounds: [RoundStages] = []

    /// A stage among the others.
    struct Node: Hashable, Sendable {
        /// The shuffles that it reads, in the plan's order, those that are broadcast last.
        let sources: [ShuffleSource]
        /// How many of them each task reads its partition of.
        let partitionedCount: Int
        /// The stages that read it, by the plan, in rising order.
        var readers: [Int] = []
        /// Of a stage that ends a round, the one that ends the round before, and those that end the
        /// round after it.
        let previous: Int?
        var next: [Int] = []
        /// Its round, as an index of `rounds`.
        var round: Int?
        /// Whether the job is for it: it writes parts, or is read by none of the stages that are
        /// run in any case, or by no stage at all.
        var isEnd = false
    }

    /// A round of an iteration that may end early.
    struct RoundStages: Hashable, Sendable {
        let iteration: Int
        let number: Int
        /// The counter whose being 0 ends the iteration.
        let until: String
        var stages: [Int]
        /// The round before it, as an index of `rounds`.
        let before: Int?
    }

    init(_ plan: Plan) {
        nodes = plan.stages.map { stage in
            Node(
                sources: stage.sources,
                partitionedCount: stage.input.sources.count,
                previous: stage.round?.previous
            )
        }
        for stage in nodes.indices {
            for source in nodes[stage].sources where nodes[source.stage].readers.last != stage {
                nodes[source.stage].readers.append(stage)
            }
            if let previous = nodes[stage].previous { nodes[previous].next.append(stage) }
            if let round = plan.stages[stage].round { add(stage, to: round) }
        }
        findEnds(plan)
    }

    /// The rounds of an iteration follow each other, and so do their stages.
    private mutating func add(_ stage: Int, to round: Round) {
        guard let until = round.until else { return }
        let latest = rounds.lastIndex { $0.iteration == round.iteration }
        if let latest, rounds[latest].number == round.number {
            rounds[latest].stages.append(stage)
            nodes[stage].round = latest
            return
        }
        nodes[stage].round = rounds.count
        rounds.append(
            RoundStages(
                iteration: round.iteration,
                number: round.number,
                until: until,
                stages: [stage],
                before: latest
            )
        )
    }

    /// Whether a stage may be left out.
    private func isOptional(_ stage: Int) -> Bool {
        nodes[stage].round.map { rounds[$0].before != nil } ?? false
    }

    private mutating func findEnds(_ plan: Plan) {
        // What is read if every iteration ends after its first round.
        var isRead = Array(repeating: false, count: nodes.count)
        for stage in nodes.indices where !isOptional(stage) {
            for source in nodes[stage].sources {
                var source = source.stage
                while isOptional(source), let previous = nodes[source].previous {
                    source = previous
                }
                isRead[source] = true
            }
        }
        for stage in nodes.indices {
            nodes[stage].isEnd =
                plan.stages[stage].writesParts || nodes[stage].readers.isEmpty
                || !isOptional(stage) && !isRead[stage]
        }
    }
}
