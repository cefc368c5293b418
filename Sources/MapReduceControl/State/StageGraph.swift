internal import MapReduceModel

/// What is derived from a job's plan and needed at every step: which stage reads which, and which
/// stages make up a round.
struct StageGraph: Hashable, Sendable {
    // Only two arrays: a job's state is copied several times at each event.

    private(set) var nodes: [Node]
    /// The rounds of the iterations that may end early.
    private(set) var rounds: [RoundStages] = []

    /// A stage's place in the graph.
    struct Node: Hashable, Sendable {
        /// The shuffles that it reads, in the plan's order, broadcasts last.
        let sources: [ShuffleSource]
        /// The number of sources of which each task reads its own partition.
        let partitionedCount: Int
        /// The stages that read it according to the plan, in ascending order.
        var readers: [Int] = []
        /// For a stage that ends a round: the stage that ends the round before, and those that end
        /// the round after it.
        let previous: Int?
        var next: [Int] = []
        /// Its round, as an index of `rounds`.
        var round: Int?
        /// Whether the job needs it for its own sake: it writes parts, or no stage reads it, or
        /// none of the stages that always run do.
        var isEnd = false
    }

    /// A round of an iteration that may end early.
    struct RoundStages: Hashable, Sendable {
        let iteration: Int
        let number: Int
        /// The counter that ends the iteration when it is 0.
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

    /// Adds a stage to a round: the rounds of an iteration follow each other, and so do their
    /// stages.
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
        // Which stages are read if every iteration ends after its first round.
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
