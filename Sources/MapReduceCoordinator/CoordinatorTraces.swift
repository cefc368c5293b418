internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import Tracing

/// The spans of a coordinator: one for each job, within it one for each stage, and within that one
/// for each attempt.
struct CoordinatorTraces {
    private let tracer: (any Tracer)?
    private var jobs: [JobID: JobSpans] = [:]
    /// The submitters' trace contexts, for the jobs that are being accepted.
    private var origins: [JobID: ServiceContext] = [:]

    private struct JobSpans {
        let span: any Span
        var stages: [Int: any Span] = [:]
        var attempts: [AttemptID: any Span] = [:]
    }

    init(_ tracer: (any Tracer)? = Traces.tracer) { self.tracer = tracer }

    /// Records the trace to which a job belongs: that of the current task.
    mutating func expect(_ job: JobID) {
        if tracer != nil { origins[job] = ServiceContext.current }
    }

    /// Returns what a worker needs to continue the trace of an attempt; nil if there is none.
    func carrier(of attempt: AttemptID) -> Traces.Carrier? {
        jobs[attempt.task.job]?.attempts[attempt].map { Traces.carrier(of: $0) }
    }

    /// Returns what a worker needs to continue the trace of a job before it has an attempt.
    func carrier(of job: JobID) -> Traces.Carrier? {
        jobs[job].map { Traces.carrier(of: $0.span) }
    }

    /// Returns the parent of the spans of a batch that is about a single job; nil for any other
    /// batch.
    func context(of entries: [JournalEntry]) -> ServiceContext? {
        guard tracer != nil, let job = entries.first?.job,
            entries.allSatisfy({ $0.job == job })
        else { return nil }
        return jobs[job]?.span.context
    }

    /// Begins and ends spans according to the journal.
    ///
    /// `coordinator`: the state after the entries.
    mutating func record(_ entries: [JournalEntry], _ coordinator: Coordinator) {
        guard let tracer else { return }
        for entry in entries {
            switch entry {
            case .jobSubmitted(let submission, _): begin(submission, tracer)
            case .attemptStarted(let attempt, let worker, _):
                begin(attempt, worker, coordinator, tracer)
            case .attemptSucceeded(let attempt, _, _): end(attempt, "succeeded")
            case .attemptFailed(let attempt, let failure, _):
                end(attempt, "failed", failure.message)
            case .attemptStopped(let attempt, _): end(attempt, "stopped")
            case .attemptAudited(let attempt, _, _): end(attempt, "audited")
            case .outputLost, .inputChanged, .outputsDiffered, .recordSkipped, .commitBegan,
                .jobFinished, .jobRetired:
                break
            }
        }
        for job in Set(entries.map(\.job)) { endStages(of: job, coordinator) }
    }

    private mutating func begin(_ submission: JobSubmission, _ tracer: any Tracer) {
        let id = submission.id
        let span = tracer.startAnySpan(
            "job \(submission.plan.name)",
            context: origins.removeValue(forKey: id) ?? .topLevel
        )
        span.attributes.merge([
            "mapreduce.job": .int64(Int64(id.number)),
            "mapreduce.job.name": .string(submission.plan.name),
        ])
        jobs[id] = JobSpans(span: span)
    }

    private mutating func begin(
        _ attempt: AttemptID,
        _ worker: WorkerID,
        _ coordinator: Coordinator,
        _ tracer: any Tracer
    ) {
        let id = attempt.task.job
        guard let submission = coordinator.jobs[id]?.submission else { return }
        // The coordinator that began the job's trace is gone.
        if jobs[id] == nil { begin(submission, tracer) }
        guard let job = jobs[id]?.span else { return }
        let number = attempt.task.stage
        let stage =
            jobs[id]?.stages[number]
            ?? tracer.startAnySpan("stage \(number)", context: job.context)
        stage.attributes.merge([
            "mapreduce.job": .int64(Int64(id.number)), "mapreduce.stage": .int64(Int64(number)),
            "mapreduce.stage.label": .string(submission.plan.stages[number].label),
        ])
        jobs[id]?.stages[number] = stage
        let span = tracer.startAnySpan("attempt", context: stage.context)
        span.attributes.merge(attempt.attributes)
        span.attributes.set("mapreduce.worker", value: .int64(Int64(worker.number)))
        jobs[id]?.attempts[attempt] = span
    }

    private mutating func end(_ attempt: AttemptID, _ outcome: String, _ error: String? = nil) {
        guard let span = jobs[attempt.task.job]?.attempts.removeValue(forKey: attempt) else {
            return
        }
        span.attributes.set("mapreduce.outcome", value: .string(outcome))
        if let error { span.fail(error) }
        span.end()
    }

    private mutating func endStages(of id: JobID, _ coordinator: Coordinator) {
        guard let state = coordinator.jobs[id] else { return }
        for (number, span) in jobs[id]?.stages ?? [:] where state.stages[number].isDone {
            span.end()
            jobs[id]?.stages[number] = nil
        }
    }

    mutating func finished(_ id: JobID, _ outcome: JobOutcome) {
        guard let spans = jobs.removeValue(forKey: id) else { return }
        for span in spans.attempts.values { span.end() }
        for span in spans.stages.values { span.end() }
        spans.span.attributes.set("mapreduce.outcome", value: .string(outcome.phase.rawValue))
        if case .failed(let failure, _) = outcome { spans.span.fail(failure.message) }
        spans.span.end()
    }
}
