internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization
internal import Tracing

/// The spans of a worker, within the spans of the coordinator's attempts: fetching an attempt's
/// input, running it in its task process, and reporting its end.
///
/// Prefetching is within the span of the job.
final class WorkerTraces: Sendable {
    private let tracer = Traces.tracer
    private let attempts = Mutex<[AttemptID: Spans]>([:])
    private let jobs = Mutex<[JobID: ServiceContext]>([:])

    private struct Spans {
        /// The context of the coordinator's span.
        let context: ServiceContext
        var run: (any Span)?
        var report: (any Span)?

        func end() {
            run?.end()
            report?.end()
        }
    }

    /// Records the traces of the attempts to be started.
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
                // A command may arrive twice.
                if attempts[assignment.attempt] == nil {
                    attempts[assignment.attempt] = Spans(context: context)
                }
            }
        }
    }

    /// Runs the body, which fetches an attempt's input, in a span.
    func fetch<Result>(
        _ attempt: AttemptID,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let context = attempts.withLock { $0[attempt]?.context }
        return try await Traces.span("fetch", in: context, .internal, attempt.attributes) { _ in
            try await body()
        }
    }

    /// Runs the body, which prefetches the input of a stage's tasks, in a span.
    func prepare(_ job: JobID, stage: Int, _ body: () async -> Void) async {
        guard let tracer, let context = jobs.withLock({ $0[job] }) else { return await body() }
        let span = tracer.startAnySpan("prepare", context: context)
        span.attributes.merge([
            "mapreduce.job": .int64(Int64(job.number)), "mapreduce.stage": .int64(Int64(stage)),
        ])
        await ServiceContext.$current.withValue(span.context) { await body() }
        span.end()
    }

    /// Records that an attempt has a slot.
    func runs(_ attempt: AttemptID) {
        change(attempt) { spans, tracer in spans.run = begin("run", attempt, spans, tracer) }
    }

    /// Records that an attempt has ended and is to be reported.
    func ended(_ attempt: AttemptID, _ failure: String? = nil) {
        change(attempt) { spans, tracer in
            if let failure { spans.run?.fail(failure) }
            spans.run?.end()
            spans.run = nil
            spans.report = begin("report", attempt, spans, tracer)
        }
    }

    /// Records that the coordinator has received the ends of these attempts.
    func delivered(_ delivered: [AttemptID]) {
        guard tracer != nil else { return }
        for attempt in delivered { attempts.withLock { $0.removeValue(forKey: attempt) }?.end() }
    }

    /// Runs the body, which reports the ends of attempts, within the span of the first of them.
    func reporting<Result>(
        _ ended: [AttemptID],
        _ body: () async throws -> Result
    ) async throws -> Result {
        guard tracer != nil, let first = ended.first,
            let span = attempts.withLock({ $0[first]?.report })
        else { return try await body() }
        return try await ServiceContext.$current.withValue(span.context) { try await body() }
    }

    /// Clears a job, which has nothing more to come.
    func forget(_ job: JobID) {
        jobs.withLock { $0[job] = nil }
        forget { $0.task.job == job }
    }

    /// Clears these attempts, which have nothing more to come.
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
