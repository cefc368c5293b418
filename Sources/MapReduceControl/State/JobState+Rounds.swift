internal import MapReduceModel

/// Iterations that end before their last round.
extension JobState {
    /// Whether the round before a stage's own round is over, so that it is known whether the
    /// stage's round takes place.
    func isRoundDecided(of stage: Int) -> Bool {
        guard let round = graph.nodes[stage].round, let before = graph.rounds[round].before else {
            return true
        }
        return isOver(round: before)
    }

    private func isOver(round: Int) -> Bool {
        graph.rounds[round].stages.allSatisfy { stages[$0].isDone }
    }

    /// Leaves out the rounds after a stage's own round if that round is done and nothing counted in
    /// it asks for another one.
    ///
    /// A decision is final, whatever is lost and computed again later: by then the next round has
    /// begun or is left out.
    ///
    /// Cost: linear in the number of stages, and of the tasks of the round.
    mutating func leaveOutRounds(after stage: Int) {
        guard let round = graph.nodes[stage].round, isOver(round: round) else { return }
        let iteration = graph.rounds[round].iteration
        let later = graph.rounds.indices.filter {
            $0 > round && graph.rounds[$0].iteration == iteration
        }
        let hasBegun = later.flatMap { graph.rounds[$0].stages }
            .contains { stages[$0].startedAt != nil || stages[$0].isLeftOut }
        guard !later.isEmpty, !hasBegun, count(inRound: round) == 0 else { return }
        for stage in later.flatMap({ graph.rounds[$0].stages }) { stages[stage].leaveOut() }
    }

    /// Whether a round was not left out and is over.
    func hasTakenPlace(round: Int) -> Bool {
        isOver(round: round) && !graph.rounds[round].stages.contains { stages[$0].isLeftOut }
    }

    /// The round's count in the counter that asks for another round.
    func count(inRound round: Int) -> Int {
        let counter = BuiltInCounter.userPrefix + graph.rounds[round].until
        return graph.rounds[round].stages.reduce(0) { $0 &+ stages[$1].counters[counter] }
    }
}

extension StageState {
    /// Marks the stage as left out, so that none of its tasks run.
    fileprivate mutating func leaveOut() {
        isLeftOut = true
        pending = TaskQueue(0..<0)
        pendingAudits = TaskQueue(0..<0)
        if auditCount > 0 {
            for index in tasks.indices { tasks[index].needsAudit = false }
            auditCount = 0
        }
    }
}
