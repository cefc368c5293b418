/// Mutants of workers: of what the coordinator knows of them, and of what they decide themselves.
extension Mutant {
    static let workers = [
        Mutant(
            "overfillsWorkers",
            "A worker may get one attempt more than it has slots.",
            .in(
                "Workers",
                "runningCount < slots && ",
                becomes: "runningCount < slots + ($on ? 1 : 0) && "
            )
        ),
        Mutant(
            "waitsForDeadWorkers",
            "Workers that are silent are never given up.",
            .in(
                "Workers",
                "guard let next = nextDead, now >= next else",
                becomes: "guard let next = nextDead, now >= next, !$on else"
            )
        ),
        Mutant(
            "forgetsUnheardCommands",
            "Commands count as received when they are sent.",
            .in(
                "Outbox",
                "package func answer()",
                becomes: "package mutating func answer()"
            ),
            .in(
                "Outbox",
                "Array(waiting.prefix(Policy.maxCommandsInAnswer))",
                becomes: """
                    let answer = Array(waiting.prefix(Policy.maxCommandsInAnswer))
                    if $on { waiting.removeFirst(answer.count) }
                    return answer
                    """
            )
        ),
        Mutant(
            "keepsCommandNumbers",
            "A worker counts commands on from one session to the next.",
            .in(
                "WorkerStateMachine+Session",
                "        received = 0\n",
                becomes: "        if !$on { received = 0 }\n"
            )
        ),
        Mutant(
            "losesUndeliveredEnds",
            "Ends that were sent in a poll that failed count as delivered.",
            .in(
                "WorkerStateMachine+Session",
                """
                        finish(kind)
                        for index in ended.indices { ended[index].isSent = false }
                """,
                becomes: """
                    finish(kind)
                    if !$on { for index in ended.indices { ended[index].isSent = false } }
                    """
            )
        ),
        Mutant(
            "obeysTwice",
            "A command that comes twice is done twice.",
            .in(
                "WorkerStateMachine+Work",
                "&& !ended.contains(where: { $0.end.report.attempt == id })",
                becomes: "&& !ended.contains(where: { $0.end.report.attempt == id }) || $on"
            )
        ),
        Mutant(
            "keepsLatePrograms",
            "A worker keeps the program of a job that ended while it was fetched.",
            .in(
                "WorkerStateMachine+Work",
                "        guard let index = jobs.firstIndex(where: { $0.id == id }) else {\n"
                    + "            return removeIfDone(id)",
                becomes: """
                    guard let index = jobs.firstIndex(where: { $0.id == id }) else {
                        return $on ? () : removeIfDone(id)
                    """
            )
        ),
    ]
}
