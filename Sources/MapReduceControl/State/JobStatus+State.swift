package import MapReduceModel

extension JobStatus {
    /// Creates the status of a job from what the control plane knows.
    package init(_ job: JobState, output: String) {
        let plan = job.submission.plan
        let phase: Phase
        switch job.phase {
        case .running: phase = .running
        case .committing: phase = .committing
        case .finished(.succeeded): phase = .succeeded
        case .finished(.failed): phase = .failed
        case .finished(.cancelled): phase = .cancelled
        }
        self.init(
            id: job.id,
            name: plan.name,
            phase: phase,
            output: output,
            weight: job.submission.weight,
            stages: job.stages.enumerated().map { index, stage in
                var status = Stage(
                    label: plan.stages[index].label,
                    taskCount: stage.tasks.count,
                    doneCount: stage.doneCount,
                    runningCount: stage.runningCount,
                    failureCount: stage.failureCount,
                    backupCount: stage.backupCount,
                    seconds: stage.seconds
                )
                status.isLeftOut = stage.isLeftOut
                status.partitions = job.partitionSizes(ofReader: index)
                return status
            },
            counters: job.counters,
            inputByteCount: job.inputByteCount
        )
        iterations = job.iterations
        differences = job.differences
        differenceCount = job.differenceCount
        if case .failed(let failure, let attempt) = job.outcome {
            self.failure = failure
            failedAttempt = attempt
        }
    }
}

extension JobState {
    /// The progress of the iterations; nil if there are none.
    ///
    /// Cost: for each iteration linear in the number of stages.
    fileprivate var iterations: [JobStatus.Iteration]? {
        submission.plan.iterations?.enumerated().map { index, iteration in
            var status = JobStatus.Iteration(
                label: iteration.step.description,
                roundCount: 0,
                maxRoundCount: iteration.maxRoundCount,
                until: iteration.until
            )
            guard iteration.until != nil else {
                status.roundCount = roundsDone(of: iteration)
                return status
            }
            for round in graph.rounds.indices where graph.rounds[round].iteration == index {
                guard hasTakenPlace(round: round) else { break }
                status.roundCount += 1
                status.lastCount = count(inRound: round)
            }
            return status
        }
    }

    /// The finished rounds of an iteration without an early end: each round, and what comes after,
    /// reads the one before.
    private func roundsDone(of iteration: IterationPlan) -> Int {
        if case .finished(.succeeded) = phase { return iteration.maxRoundCount }
        let readers = submission.plan.stages.indices.count { stage in
            submission.plan.stages[stage].steps.first == iteration.step && stages[stage].isDone
        }
        return min(max(readers - 1, 0), iteration.maxRoundCount)
    }

    /// The sizes of the partitions that a stage has read; nil for a stage that reads files, and
    /// until it is done.
    ///
    /// Cost: that of sorting the sizes of its partitions.
    fileprivate func partitionSizes(ofReader stage: Int) -> PartitionSizes? {
        guard graph.nodes[stage].partitionedCount > 0, stages[stage].isDone else { return nil }
        var sizes = PartitionSizes(
            stages[stage].tasks.map { task in
                let output = task.winningOutput
                // A task that stopped early has received fewer pairs than there are.
                let received = output?.counters[BuiltInCounter.pairsReceived] ?? 0
                return (output?.read?.count ?? received, output?.heaviestKey)
            }
        )
        if case .shuffles(let sides) = submission.plan.stages[stage].input, sides.count == 1 {
            sizes?.couldCombine = sides[0].allSatisfy { source in
                let output = submission.plan.stages[source.stage].outputs[source.output]
                if case .shuffle = output { return true }
                return false
            }
        }
        return sizes
    }
}

extension StageState {
    /// Seconds from the first start to the last success.
    fileprivate var seconds: Double? {
        guard let startedAt, let endedAt else { return nil }
        return (endedAt - startedAt).inSeconds
    }
}
