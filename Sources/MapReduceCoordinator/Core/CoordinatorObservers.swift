internal import Logging
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// The metrics, the log and the traces of a coordinator: what operators see of it.
struct CoordinatorObservers {
    var metrics = CoordinatorMetrics()
    private(set) var traces = CoordinatorTraces()
    private var log: CoordinatorLog

    init(_ logger: Logger) { log = CoordinatorLog(logger) }

    /// Has the spans of a job belong to the trace of the current task; called before it is
    /// accepted.
    mutating func expect(_ job: JobID) { traces.expect(job) }

    /// Called with entries that are durable; `coordinator`: as it is after them.
    mutating func note(_ entries: [JournalEntry], _ coordinator: Coordinator, at now: Instant) {
        metrics.count(entries, coordinator.jobs)
        log.logEntries(entries, coordinator, at: now)
        traces.record(entries, coordinator)
    }

    /// `job`: nil when it is not known any more; `seconds`: since it was submitted.
    mutating func noteEnd(
        of id: JobID,
        _ job: JobState?,
        _ outcome: JobOutcome,
        after seconds: Double?
    ) {
        if let job, let seconds {
            metrics.jobDurations.add(.seconds(seconds))
            log.logFinished(job, outcome, after: seconds)
        }
        traces.finished(id, outcome)
    }

    mutating func noteSuspects(_ workers: Workers) { log.logSuspects(workers) }

    /// Called when a worker was silent for too long.
    mutating func noteDead(_ worker: WorkerID) {
        metrics.goneWorkers.add("dead")
        log.logDead(worker)
    }
}
