internal import MapReduceControl
internal import MapReduceModel

/// How a transcript tells of things.
extension World {
    func describe(_ event: Event) -> String {
        switch event {
        case .jobSubmitted(let submission):
            "\(submission.id) is submitted: \(submission.plan.name), as \(submission.uuid)"
        case .workerJoined(let worker, _, let attempts):
            "\(worker) joins, with \(attempts.count) attempts"
        case .workerPolled(let worker, let health):
            "\(worker) polls" + (health.isDraining ? ", draining" : "")
                + (health.isDiskLow ? ", disk low" : "")
        case .workerLeft(let worker): "\(worker) leaves"
        case .attemptReported(let worker, let report):
            "\(worker) reports \(report.attempt): \(describe(report.outcome))"
        case .fetchFailed(let worker, let attempt, let source, _, _):
            "\(worker) reports \(attempt): \(source) cannot be had"
        case .outputPublished(let job, let failure):
            "\(job) is \(failure == nil ? "" : "not ")in place"
        case .jobCancelled(let job): "\(job) is cancelled"
        case .jobRetired(let job): "\(job) is forgotten"
        case .recovered: "goes on"
        case .stalled(let duration): "did not run for \(duration)"
        case .tick: "time passes"
        }
    }

    private func describe(_ outcome: TaskReport.Outcome) -> String {
        switch outcome {
        case .succeeded: "succeeded"
        case .failed(let failure): "failed, \(failure.kind)"
        }
    }

    func describe(_ entry: JournalEntry) -> String {
        switch entry {
        case .jobSubmitted(let submission, _): "\(submission.id) submitted"
        case .attemptStarted(let attempt, let worker, _): "\(attempt) started on \(worker)"
        case .attemptSucceeded(let attempt, _, _): "\(attempt) succeeded"
        case .attemptFailed(let attempt, let failure, _): "\(attempt) failed: \(failure.kind)"
        case .attemptStopped(let attempt, _): "\(attempt) stopped"
        case .attemptAudited(let attempt, _, _): "\(attempt) audited"
        case .outputLost(let task): "output of \(task) lost"
        case .inputChanged(let job, let stage): "input of \(job)-stage\(stage) changed"
        case .outputsDiffered(let difference): "outputs of \(difference.task) differ"
        case .recordSkipped(let task, let record): "\(task) passes over \(record.offset)"
        case .commitBegan(let job, _): "\(job) commits"
        case .jobFinished(let job, let outcome, _): "\(job) finished: \(describe(outcome))"
        case .jobRetired(let job): "\(job) retired"
        }
    }

    func describe(_ outcome: JobOutcome) -> String {
        switch outcome {
        case .succeeded: "succeeded"
        case .failed(let failure, _): "failed: \(failure.message)"
        case .cancelled: "cancelled"
        }
    }

    func describe(_ item: AddressedCommand) -> String {
        switch item.command {
        case .start(let assignment): "\(item.worker): start \(assignment.attempt)"
        case .stop(let attempt): "\(item.worker): stop \(attempt)"
        case .prepare(let job, let stage, let tasks):
            "\(item.worker): prepare \(tasks.count) tasks of \(job)-stage\(stage)"
        case .end(let job): "\(item.worker): end \(job)"
        }
    }

    func describe(_ action: CoordinatorAction) -> String {
        switch action {
        case .workerUnreachable(let worker, let others): "\(worker) is unreachable for \(others)"
        case .publishOutput(let job, _): "publish \(job)"
        case .jobFinished(let job, _): "\(job) is over"
        }
    }

    func describe(_ response: Response) -> String {
        switch response {
        case .joined(let answer): "that it is \(answer.worker)"
        case .polled(let answer): "\(answer.commands.count) commands"
        case .launched: "how a job is launched"
        case .outputs(let outputs): "\(outputs.entries.count) outputs"
        case .segment(let run): run.isRotten ? "a segment that is rotten" : "a segment"
        case .done: "that it is done"
        case .mustJoin: "that it must join again"
        case .tooLarge: "that it is too large"
        case .notFound: "that there is no such thing"
        }
    }
}
