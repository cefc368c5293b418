internal import MapReduceModel

/// Iterations that end before their last round.
extension JobState {
    /// Leaves out the rounds after the one that a stage has just ended, if nothing was counted in
    /// it that asks for another one.
    ///
    /// What was decided once stays, whatever is lost and computed again later.
    ///
    /// Cost: linear in the number of stages, and of the tasks of the round.
    mutating func leaveOutRounds(after stage: Int) {
        let plan = submission.plan
        guard let round = plan.stages[stage].round, let counter = round.until,
            let next = plan.stages.first(where: { $0.round?.previous == stage }),
            !stages[next.id].isLeftOut, !hasBegun(round.iteration, number: round.number + 1),
            count(of: BuiltInCounter.userPrefix + counter, in: round) == 0
        else { return }
        for later in plan.stages {
            guard let other = later.round, other.iteration == round.iteration,
                other.number > round.number
            else { continue }
            stages[later.id].leaveOut()
        }
    }

    private func hasBegun(_ iteration: Int, number: Int) -> Bool {
        submission.plan.stages.contains { stage in
            stage.round?.iteration == iteration && stage.round?.number == number
                && stages[stage.id].startedAt != nil
        }
    }

    private func count(of counter: String, in round: Round) -> Int {
        submission.plan.stages
            .filter { $0.round?.iteration == round.iteration && $0.round?.number == round.number }
            .flatMap { stages[$0.id].tasks }
            .reduce(0) { sum, task in
                sum &+ ((task.winningOutput ?? task.lostOutput)?.counters[counter] ?? 0)
            }
    }
}

extension StageState {
    /// Has none of the stage's tasks run.
    mutating func leaveOut() {
        isLeftOut = true
        pending = TaskQueue(0..<0)
        pendingAudits = TaskQueue(0..<0)
        auditCount = 0
    }
}
