internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization
internal import Tracing

/// The spans of a worker, within those of the coordinator's attempts: what an attempt reads is
/// fetched, its task process runs it, and its end is reported.
///
/// What is fetched ahead of time is within the span of the job.
final class WorkerTraces: Sendable {
    private let tracer = Traces.tracer
    private let attempts = Mutex<[AttemptID: Spans]>([:])
    private let jobs = Mutex<[JobID: ServiceContext]>([:])

    private struct Spans {
        /// Of the coordinator's span.
        let context: ServiceContext
        var run: (any Span)?
        var report: (any Span)?

        func end() {
            run?.end()
            report?.end()
        }
    }

    /// Notes to which traces the attempts belong that are to be started.
    func take(_ answer: PollAnswer) {
        guard tracer != nil, let traces = answer.traces else { return }
        for case .prepare(let job, _, _) in answer.commands.map(\.command) {
            guard let context = traces["\(job)"].flatMap({ Traces.context(of: $0) }) else {
                continue
            }
            jobs.withLock { $0[job] = context }
        }
        for command in answer.commands {
            guard case .start(let assignment) = command.command,
                let context = traces["\(assignment.attempt)"].flatMap({ Traces.context(of: $0) })
            else { continue }
            attempts.withLock { attempts in
                // A command may come twice.
                if attempts[assignment.attempt] == nil {
                    attempts[assignment.attempt] = Spans(context: context)
                }
            }
        }
    }

    /// Does what gets an attempt its input.
    func fetch<Result>(
        _ attempt: AttemptID,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let context = attempts.withLock { $0[attempt]?.context }
        return try await Traces.span("fetch", in: context, .internal, attempt.attributes) { _ in
            try await body()
        }
    }

    /// Does what gets tasks of a stage their input before they start.
    func prepare(_ job: JobID, stage: Int, _ body: () async -> Void) async {
        guard let tracer, let context = jobs.withLock({ $0[job] }) else { return await body() }
        let span = tracer.startAnySpan("prepare", context: context)
        span.attributes.merge([
            "mapreduce.job": .int64(Int64(job.number)), "mapreduce.stage": .int64(Int64(stage)),
        ])
        await ServiceContext.$current.withValue(span.context) { await body() }
        span.end()
    }

    /// An attempt has a slot.
    func runs(_ attempt: AttemptID) {
        change(attempt) { spans, tracer in spans.run = begin("run", attempt, spans, tracer) }
    }

    /// An attempt has ended, and is to be reported.
    func ended(_ attempt: AttemptID, _ failure: String? = nil) {
        change(attempt) { spans, tracer in
            if let failure { spans.run?.fail(failure) }
            spans.run?.end()
            spans.run = nil
            spans.report = begin("report", attempt, spans, tracer)
        }
    }

    /// The coordinator has the ends of these attempts.
    func delivered(_ delivered: [AttemptID]) {
        guard tracer != nil else { return }
        for attempt in delivered { attempts.withLock { $0.removeValue(forKey: attempt) }?.end() }
    }

    /// Does what reports the ends of attempts, within the span of the first of them.
    func reporting<Result>(
        _ ended: [AttemptID],
        _ body: () async throws -> Result
    ) async throws -> Result {
        guard tracer != nil, let first = ended.first,
            let span = attempts.withLock({ $0[first]?.report })
        else { return try await body() }
        return try await ServiceContext.$current.withValue(span.context) { try await body() }
    }

    /// Nothing more follows of a job.
    func forget(_ job: JobID) {
        jobs.withLock { $0[job] = nil }
        forget { $0.task.job == job }
    }

    /// Nothing more follows of these attempts.
    func forget(where isMeant: (AttemptID) -> Bool) {
        guard tracer != nil else { return }
        attempts.withLock { attempts in
            for attempt in Array(attempts.keys) where isMeant(attempt) {
                attempts.removeValue(forKey: attempt)?.end()
            }
        }
    }

    private func begin(
        _ name: String,
        _ attempt: AttemptID,
        _ spans: Spans,
        _ tracer: any Tracer
    ) -> any Span {
        let span = tracer.startAnySpan(name, context: spans.context)
        span.attributes.merge(attempt.attributes)
        return span
    }

    private func change(_ attempt: AttemptID, _ body: (inout Spans, any Tracer) -> Void) {
        guard let tracer else { return }
        attempts.withLock { attempts in
            guard var spans = attempts[attempt] else { return }
            body(&spans, tracer)
            attempts[attempt] = spans
        }
    }
}
