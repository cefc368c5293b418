/// What is derived from a plan's graph, and the requirements for every plan, wherever it comes
/// from.
extension Plan {
    /// Whether the job writes named outputs.
    package var hasNamedOutputs: Bool {
        stages.flatMap(\.outputs).contains { output in
            if case .files(let name) = output { !name.isEmpty } else { false }
        }
    }

    /// Returns the number of tasks of each stage, for a job with these splits.
    package func taskCounts(splits: [[Split]]) -> [Int] {
        stages.map { stage in
            switch stage.input {
            case .files: splits[stage.id].count
            case .shuffles: partitionCount(of: stage) ?? 0
            }
        }
    }

    /// Returns the number of tasks of a stage that reads shuffles.
    private func partitionCount(of stage: StagePlan) -> Int? {
        stage.input.sources.first.map { stages[$0.stage].outputs[$0.output].partitionCount }
    }

    /// Returns the partitions that a task reads from the runs of its stage's sources, one for each:
    /// the first one for broadcasts, and for runs that are cut into ranges.
    package func partitionsRead(byTask index: Int, ofStage stage: Int) -> [Int] {
        let own = stages[stage].input.sources.count
        return stages[stage].sources.enumerated().map { position, source in
            let writer = stages[source.stage]
            let isWhole = position >= own || writer.outputs[source.output].isRange
            return writer.firstPartition(ofOutput: source.output) + (isWhole ? 0 : index)
        }
    }

    /// What is wrong with the graph, in a few words; nil if a job can run it: every stage can
    /// become ready, and its input exists whichever rounds are left out.
    package var problem: String? {
        var rounds = RoundOrder()
        for (index, stage) in stages.enumerated() {
            if stage.id != index { return "the stages are not numbered in their order" }
            if stage.outputs.isEmpty { return "stage \(index) writes nothing" }
            if stage.outputs.contains(where: { !$0.isPart && $0.partitionCount < 1 }) {
                return "stage \(index) writes a shuffle without a partition"
            }
            let problem =
                problem(ofSources: stage) ?? problem(ofSides: stage)
                ?? problem(ofBroadcasts: stage) ?? problem(ofRound: stage)
                ?? rounds.problem(ofNext: stage)
            if let problem { return problem }
        }
        return stages.contains { $0.writesParts } ? nil : "no stage writes the output"
    }

    private func problem(ofSources stage: StagePlan) -> String? {
        for source in stage.sources {
            guard 0..<stage.id ~= source.stage,
                stages[source.stage].outputs.indices ~= source.output,
                !stages[source.stage].outputs[source.output].isPart
            else { return "stage \(stage.id) reads no shuffle of a stage before it" }
            guard let round = stages[source.stage].round, round.mayBeLeftOut,
                round.previous == nil, round.iteration != stage.round?.iteration
            else { continue }
            return
                "stage \(stage.id) reads stage \(source.stage), which may be left out, and which "
                + "nothing takes the place of"
        }
        return nil
    }

    private func problem(ofSides stage: StagePlan) -> String? {
        guard case .shuffles(let sides) = stage.input else { return nil }
        if sides.isEmpty || sides.contains(where: \.isEmpty) {
            return "stage \(stage.id) has a side that reads nothing"
        }
        let outputs = stage.input.sources.map { stages[$0.stage].outputs[$0.output] }
        if outputs.contains(where: { $0.partitionCount != outputs[0].partitionCount }) {
            return "stage \(stage.id) reads shuffles of different numbers of partitions"
        }
        if outputs.contains(where: { $0.isRange != outputs[0].isRange }) {
            return "stage \(stage.id) reads shuffles that are partitioned in different ways"
        }
        return nil
    }

    private func problem(ofBroadcasts stage: StagePlan) -> String? {
        for source in stage.broadcasts {
            let output = stages[source.stage].outputs[source.output]
            if output.isRange { return "stage \(stage.id) broadcasts what is cut into ranges" }
            // Only the first partition would be read.
            if output.partitionCount != 1 {
                return "stage \(stage.id) broadcasts \(output.partitionCount) partitions"
            }
        }
        return nil
    }

    private func problem(ofRound stage: StagePlan) -> String? {
        guard let round = stage.round, let previous = round.previous else { return nil }
        guard 0..<stage.id ~= previous, stages[previous].outputs == stage.outputs,
            let before = stages[previous].round, before.iteration == round.iteration,
            round.number > 0, before.number == round.number - 1,
            before.number == 0 || before.previous != nil
        else { return "stage \(stage.id) does not follow the round before it" }
        if round.mayBeLeftOut, stage.writesParts {
            return "stage \(stage.id) writes the output, and may be left out"
        }
        return nil
    }
}

/// The rounds of a plan's iterations, as far as they have been visited.
private struct RoundOrder {
    /// The last round of each iteration.
    private var last: [Int: Round] = [:]

    /// Returns what is wrong with the round of the next stage: a round begins when all stages of
    /// the previous round are done, and so must come after them.
    mutating func problem(ofNext stage: StagePlan) -> String? {
        guard let round = stage.round else { return nil }
        let before = last.updateValue(round, forKey: round.iteration)
        if let before, before.until != round.until {
            return
                "stage \(stage.id) ends its iteration by another counter than the stages before it"
        }
        guard round.until != nil else { return nil }
        let expected = before.map { $0.number...max($0.number, $0.number &+ 1) } ?? 0...0
        return expected ~= round.number
            ? nil : "stage \(stage.id) is of round \(round.number), which is out of order"
    }
}
