internal import Logging
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// The metrics, the log, and the traces of a coordinator: what operators see of it.
struct CoordinatorObservers {
    var metrics = CoordinatorMetrics()
    private(set) var traces = CoordinatorTraces()
    private var log: CoordinatorLog

    init(_ logger: Logger) { log = CoordinatorLog(logger) }

    /// Makes the spans of a job belong to the trace of the current task; called before the job is
    /// accepted.
    mutating func expect(_ job: JobID) { traces.expect(job) }

    /// Processes entries that are durable.
    ///
    /// `coordinator`: the state after the entries.
    mutating func note(_ entries: [JournalEntry], _ coordinator: Coordinator, at now: Instant) {
        metrics.count(entries, coordinator.jobs)
        log.logEntries(entries, coordinator, at: now)
        traces.record(entries, coordinator)
    }

    /// Records the end of a job.
    ///
    /// `job`: the job's state; nil if it is no longer known. `seconds`: the time since the job was
    /// submitted.
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

    /// Records that a worker was silent for too long.
    mutating func noteDead(_ worker: WorkerID) {
        metrics.goneWorkers.add("dead")
        log.logDead(worker)
    }
}
