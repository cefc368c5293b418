internal import MapReduceModel

/// Communication with the coordinator.
extension WorkerStateMachine {
    mutating func join(_ answer: JoinAnswer) {
        guard session == .joining else { return }
        let isOther = cluster.map { $0 != answer.cluster } ?? false
        if isOther || answer.mustReset {
            actions.append(.reset)
            return
        }
        cluster = answer.cluster
        position = answer.position
        session = .joined(answer.session)
        received = 0
        isPolling = false
        isReporting = false
        for index in ended.indices { ended[index].isSent = false }
        for job in answer.endedJobs { end(job) }
    }

    mutating func take(
        _ answer: PollAnswer,
        _ kind: PollKind,
        _ id: SessionID,
        _ delivered: [AttemptID]
    ) {
        guard session == .joined(id) else { return }
        finish(kind)
        // Answers may arrive out of order.
        if answer.position.write > position?.write ?? 0 { position = answer.position }
        ended.removeAll { delivered.contains($0.end.report.attempt) }
        if ended.isEmpty { reportsOneByOne = false }
        for command in answer.commands where command.number > received {
            received = command.number
            obey(command.command)
        }
        if isDraining, answer.mayLeave, attempts.isEmpty, ended.isEmpty { actions.append(.leave) }
    }

    mutating func pollFailed(_ kind: PollKind, _ id: SessionID, mustJoin: Bool) {
        guard session == .joined(id) else { return }
        finish(kind)
        for index in ended.indices { ended[index].isSent = false }
        if mustJoin {
            session = .joining
            actions.append(.join(after: .zero))
        } else if kind == .waiting {
            sendPoll(.waiting, id, after: Policy.callRetryDelay)
        }
    }

    /// Finds the end that the coordinator does not accept by sending the ends one by one; that end
    /// becomes a failure of its own attempt, and does not hold up the others.
    mutating func pollRefused(
        _ kind: PollKind,
        _ id: SessionID,
        _ refused: [AttemptID],
        _ message: String
    ) {
        guard session == .joined(id) else { return }
        guard !refused.isEmpty else { return pollFailed(kind, id, mustJoin: false) }
        finish(kind)
        reportsOneByOne = true
        for index in ended.indices {
            let attempt = ended[index].end.report.attempt
            guard refused.contains(attempt) else { continue }
            ended[index].isSent = false
            guard refused.count == 1 else { continue }
            let failure = Failure(
                kind: .badInput,
                message: "the coordinator does not take the report of \(attempt): \(message)"
            )
            let report = TaskReport(attempt: attempt, outcome: .failed(failure))
            ended[index].end = AttemptEnd(report: report)
            actions.append(.removeAttempt(attempt))
        }
    }

    private mutating func finish(_ kind: PollKind) {
        switch kind {
        case .waiting: isPolling = false
        case .reporting: isReporting = false
        }
    }

    /// Keeps one poll waiting, and delivers ends in a second one.
    mutating func poll() {
        guard case .joined(let id) = session else { return }
        if !isPolling {
            sendPoll(.waiting, id, after: .zero)
        } else if !isReporting, ended.contains(where: { !$0.isSent }) {
            sendPoll(.reporting, id, after: .zero)
        }
    }

    private mutating func sendPoll(_ kind: PollKind, _ id: SessionID, after delay: Duration) {
        var sent: [AttemptEnd] = []
        let limit = reportsOneByOne ? 1 : Policy.maxEndsInPoll
        for index in ended.indices where !ended[index].isSent && sent.count < limit {
            ended[index].isSent = true
            sent.append(ended[index].end)
        }
        switch kind {
        case .waiting: isPolling = true
        case .reporting: isReporting = true
        }
        let request = PollRequest(
            session: id,
            received: received,
            ended: sent,
            isDraining: isDraining,
            isDiskLow: isDiskLow,
            lostSlots: lostSlotCount == 0 ? nil : lostSlotCount,
            wait: waitMilliseconds(kind)
        )
        actions.append(.poll(kind, request, after: delay))
    }

    /// A draining worker asks more often whether it may leave.
    private func waitMilliseconds(_ kind: PollKind) -> Int {
        switch kind {
        case .waiting: isDraining ? Policy.drainingPollMilliseconds : Policy.pollMilliseconds
        case .reporting: 0
        }
    }

    private mutating func obey(_ command: WorkerCommand) {
        switch command {
        case .start(let assignment): start(assignment)
        case .stop(let attempt): stop(attempt)
        case .prepare(let job, let stage, let tasks): prepare(job, stage, tasks)
        case .end(let job): end(job)
        }
    }
}
