/// What follows from a plan's graph, and what every plan must be, wherever it comes from.
extension Plan {
    /// Tasks of each stage, of a job with these splits.
    package func taskCounts(splits: [[Split]]) -> [Int] {
        stages.map { stage in
            switch stage.input {
            case .files: splits[stage.id].count
            case .shuffles: partitionCount(of: stage) ?? 0
            }
        }
    }

    /// Tasks of a stage that reads shuffles.
    private func partitionCount(of stage: StagePlan) -> Int? {
        stage.input.sources.first.map { stages[$0.stage].outputs[$0.output].partitionCount }
    }

    /// The partition that a task reads of the runs of each of its stage's sources: the first one
    /// of what is broadcast, and of what is cut into ranges.
    package func partitionsRead(byTask index: Int, ofStage stage: Int) -> [Int] {
        let own = stages[stage].input.sources.count
        return stages[stage].sources.enumerated().map { position, source in
            let writer = stages[source.stage]
            let isWhole = position >= own || writer.outputs[source.output].isRange
            return writer.firstPartition(ofOutput: source.output) + (isWhole ? 0 : index)
        }
    }

    /// What is wrong with the graph, in a few words; nil when a job can be run by it.
    package var problem: String? {
        for (index, stage) in stages.enumerated() {
            if stage.id != index { return "the stages are not numbered in their order" }
            if stage.outputs.isEmpty { return "stage \(index) writes nothing" }
            if let problem = problem(ofSources: stage) { return problem }
            if let problem = problem(ofRound: stage) { return problem }
        }
        return stages.contains { $0.writesParts } ? nil : "no stage writes the output"
    }

    private func problem(ofSources stage: StagePlan) -> String? {
        for source in stage.sources {
            guard 0..<stage.id ~= source.stage,
                stages[source.stage].outputs.indices ~= source.output,
                !stages[source.stage].outputs[source.output].isPart
            else { return "stage \(stage.id) reads no shuffle of a stage before it" }
        }
        guard case .shuffles(let sides) = stage.input else { return nil }
        if sides.isEmpty || sides.contains(where: \.isEmpty) {
            return "stage \(stage.id) has a side that reads nothing"
        }
        let outputs = stage.input.sources.map { stages[$0.stage].outputs[$0.output] }
        if Set(outputs.map(\.partitionCount)).count > 1 {
            return "stage \(stage.id) reads shuffles of different numbers of partitions"
        }
        if outputs.count > 1, Set(outputs.map(\.isRange)).count > 1 {
            return "stage \(stage.id) reads shuffles that are partitioned in different ways"
        }
        if stage.broadcasts.contains(where: { stages[$0.stage].outputs[$0.output].isRange }) {
            return "stage \(stage.id) broadcasts what is cut into ranges"
        }
        return nil
    }

    private func problem(ofRound stage: StagePlan) -> String? {
        guard let round = stage.round, let previous = round.previous else { return nil }
        guard 0..<stage.id ~= previous, stages[previous].outputs == stage.outputs,
            let before = stages[previous].round, before.iteration == round.iteration,
            before.number + 1 == round.number
        else { return "stage \(stage.id) does not follow the round before it" }
        return nil
    }
}
