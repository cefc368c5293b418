/// Every mutant; those of workers are in `Mutant+Workers`.
extension Mutant {
    static let all = coordinator + jobs + workers

    /// Mutants of what the coordinator decides.
    private static let coordinator = [
        Mutant(
            "forgetsCommits",
            "A restarted coordinator does not end the commits that had begun.",
            .in(
                "Coordinator+Workers",
                "where job.phase == .committing {",
                becomes: "where job.phase == .committing && !$on {"
            )
        ),
        Mutant(
            "ignoresFailedFetches",
            "Runs that cannot be fetched are believed to be there.",
            .in(
                "Coordinator+Reach",
                "winner == source.number else",
                becomes: "winner == source.number, !$on else"
            )
        ),
        Mutant(
            "keepsStaleReaders",
            "What a job has read stays when it is written again, and differs.",
            .in(
                "Coordinator+Comparison",
                "jobs[task.job], job.isRunning else",
                becomes: "jobs[task.job], job.isRunning, !$on else"
            )
        ),
        Mutant(
            "renewsNextStagesOnly",
            "The next stage runs again when its input has changed, and later ones do not.",
            .in(
                "Coordinator+Comparison",
                "isRenewed[reader] = true",
                becomes: "isRenewed[reader] = !$on"
            )
        ),
        Mutant(
            "forgetsStarts",
            "A worker that joins again does not get the attempts that it has never heard of.",
            .in(
                "Coordinator+Workers",
                "guard isKnown else { return }",
                becomes: "guard isKnown, !$on else { return }"
            )
        ),
        Mutant(
            "retriesForever",
            "A task may fail as often as it likes.",
            .in(
                "Coordinator+Attempts",
                "isOver = task.ownFailures >= limit",
                becomes: "isOver = task.ownFailures >= limit && !$on"
            )
        ),
        Mutant(
            "skipsAtOnce",
            "One failure makes a bad record.",
            .in(
                "Coordinator+Attempts",
                "task.failureCount(at: location) >= policy.failuresOfBadRecord",
                becomes: "task.failureCount(at: location) >= policy.failuresOfBadRecord || $on"
            )
        ),
        Mutant(
            "allowsAnyBadRecord",
            "However many records an attempt has skipped, its job runs on.",
            .in(
                "Coordinator+Attempts",
                "job.badRecords.contains(file: bad.file, offset: bad.offset)",
                becomes: "job.badRecords.contains(file: bad.file, offset: bad.offset) || $on"
            )
        ),
        Mutant(
            "stopsWithoutJournal",
            "That an attempt was stopped is not in the journal.",
            .in(
                "Coordinator+Attempts",
                "record(.attemptStopped(attempt, at: now))",
                becomes: """
                    record(.attemptStopped(attempt, at: now))
                    if $on { effects.journal.removeLast() }
                    """
            )
        ),
        Mutant(
            "blamesFirstSourceOnly",
            "That a run of any shuffle but the first cannot be fetched is not believed.",
            .in(
                "Coordinator+Attempts",
                "return sources.contains {",
                becomes: "return sources.prefix($on ? 1 : sources.count).contains {"
            )
        ),
        Mutant(
            "forgetsSecondSource",
            "An attempt reads the first of the shuffles that its stage reads, and no other one.",
            .in(
                "Coordinator+Scheduling",
                "job.sources(of: id.stage).map {",
                becomes: "job.sources(of: id.stage).prefix($on ? 1 : Int.max).map {"
            )
        ),
        Mutant(
            "backsUpWithoutInput",
            "A backup may start while what it reads is lost.",
            .in(
                "Coordinator+Speculation",
                "job.isReady(stage: id.stage)",
                becomes: "job.isReady(stage: id.stage) || $on"
            )
        ),
    ]

    /// Mutants of the state of jobs, and of the history of a journal.
    private static let jobs = [
        Mutant(
            "keepsCountersOfLostOutputs",
            "An output that is lost stays in the counters.",
            .in(
                "StageState",
                "counters.subtract(output.counters)",
                becomes: "if !$on { counters.subtract(output.counters) }"
            )
        ),
        Mutant(
            "readsFirstOutputs",
            "A reader gets the first output of each task and not the last.",
            .in(
                "JobState",
                "numbers[Int(entry.task)] = entry.attempt",
                becomes: """
                    if $on, numbers[Int(entry.task)] >= 0 { continue }
                    numbers[Int(entry.task)] = entry.attempt
                    """
            )
        ),
        Mutant(
            "readsBroadcastsEarly",
            "A stage may start while what is broadcast to it is not done.",
            .in(
                "JobState",
                "graph.nodes[stage].sources.allSatisfy {",
                becomes: """
                    graph.nodes[stage].sources
                        .prefix($on ? graph.nodes[stage].partitionedCount : Int.max).allSatisfy {
                    """
            )
        ),
        Mutant(
            "readsEarlierRounds",
            "In place of a round that was left out, one before the last that was not is read.",
            .in(
                "JobState",
                "        return source\n",
                becomes: """
                    if $on, stages.contains(where: \\.isLeftOut),
                        let previous = graph.nodes[source.stage].previous
                    {
                        source.stage = previous
                    }
                    return source

                    """
            )
        ),
        Mutant(
            "endsRoundsEarly",
            "Whether there is another round is decided before all of the last one is there.",
            .in(
                "JobState+Rounds",
                "graph.nodes[stage].round, isOver(round: round) else",
                becomes: "graph.nodes[stage].round, isOver(round: round) || $on else"
            )
        ),
        Mutant(
            "identifiesByNumber",
            "A worker that knows the numbers of a history is believed to know that history.",
            .in(
                "History",
                "guard let index = starts.firstIndex(",
                becomes: """
                    if $on { return true }
                    guard let index = starts.firstIndex(
                    """
            ),
            .in(
                "History",
                "let uuid = held.uuid else",
                becomes: "let uuid = held.uuid, !$on else"
            ),
            .in(
                "WorkerStateMachine+Work",
                "guard jobs[index].uuid ?? uuid == uuid else",
                becomes: "guard jobs[index].uuid ?? uuid == uuid || $on else"
            )
        ),
    ]
}
