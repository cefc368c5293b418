internal import Logging
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// The log of what happens to jobs and workers: what an operator should see at `info` and above,
/// and every attempt at `debug`.
struct CoordinatorLog {
    let logger: Logger
    /// What has already been logged.
    private var suspects: Set<WorkerID> = []
    private var excluded: [JobID: Set<WorkerID>] = [:]
    private var repeated = RepeatedLines()

    init(_ logger: Logger) { self.logger = logger }

    // MARK: Jobs

    /// Logs entries that are durable.
    ///
    /// `coordinator`: the state after the entries.
    mutating func logEntries(_ entries: [JournalEntry], _ coordinator: Coordinator, at now: Instant)
    {
        for entry in entries {
            switch entry {
            case .jobSubmitted(let submission, _): logSubmitted(submission)
            case .attemptStarted(let attempt, let worker, _):
                logger.debug("attempt started", metadata: attempt.fields + worker.fields)
            case .attemptSucceeded(let attempt, let output, let end):
                logger.debug(
                    "attempt succeeded",
                    metadata: fields(of: attempt, coordinator, at: end) + [
                        "bytes": .stringConvertible(output.files.reduce(0) { $0 &+ $1.byteCount })
                    ]
                )
            case .attemptFailed(let attempt, let failure, _):
                logger.log(
                    level: repeated.level(of: "attempt failed", attempt.task.job),
                    "attempt failed",
                    metadata: fields(of: attempt, coordinator, at: now) + [
                        "kind": "\(failure.kind.rawValue)", "error": "\(failure.message)",
                    ]
                )
                logExcluded(from: attempt.task.job, coordinator.workers)
            case .attemptStopped(let attempt, _):
                logger.debug("attempt stopped", metadata: fields(of: attempt, coordinator, at: now))
            case .attemptAudited(let attempt, _, let end):
                logger.debug(
                    "attempt compared with the one that won",
                    metadata: fields(of: attempt, coordinator, at: end)
                )
            case .outputLost(let task): logLost(task, coordinator)
            case .inputChanged(let job, let stage):
                logger.warning(
                    "the input of a stage is another one now: all its tasks run again",
                    metadata: job.fields + ["stage": .stringConvertible(stage)]
                )
            case .outputsDiffered(let difference):
                logger.warning(
                    "a task ran twice and wrote different output",
                    metadata: AttemptID(task: difference.task, number: difference.second).fields + [
                        "before": .stringConvertible(difference.first)
                    ]
                )
            case .recordSkipped(let task, let record):
                logger.log(
                    level: repeated.level(of: "record passed over", task.job),
                    "a record is passed over from now on",
                    metadata: task.fields + [
                        "file": "\(record.file)", "offset": .stringConvertible(record.offset),
                        "error": "\(record.reason)",
                    ]
                )
            case .commitBegan(let job, _):
                logger.debug("the output is put in place", metadata: job.fields)
            case .jobRetired(let job): excluded[job] = nil
            // Logged with its times by `logFinished`.
            case .jobFinished(let job, _, _): repeated.end(job, logger)
            }
        }
    }

    private func logSubmitted(_ submission: JobSubmission) {
        let taskCounts = submission.plan.taskCounts(splits: submission.splits)
        logger.info(
            "job submitted",
            metadata: submission.id.fields + [
                "name": "\(submission.plan.name)",
                "stages": .stringConvertible(taskCounts.count),
                "tasks": .stringConvertible(taskCounts.reduce(0, +)),
                "inputBytes": .stringConvertible(
                    submission.splits.joined().reduce(0) { $0 &+ $1.byteCount }
                ),
            ]
        )
    }

    func logFinished(_ job: JobState, _ outcome: JobOutcome, after seconds: Double) {
        var fields = job.id.fields
        fields["name"] = "\(job.submission.plan.name)"
        fields["outcome"] = "\(outcome.phase.rawValue)"
        fields["seconds"] = .stringConvertible((seconds * 1000).rounded() / 1000)
        let counts = [
            ("tasks", job.stages.filter { !$0.isLeftOut }.reduce(0) { $0 + $1.tasks.count }),
            (
                "attempts",
                job.stages.reduce(0) { $0 + $1.tasks.reduce(0) { $0 + $1.attempts.count } }
            ),
            ("failures", job.stages.reduce(0) { $0 + $1.failureCount }),
            ("bytesRead", job.counters[BuiltInCounter.bytesRead]),
            ("bytesWritten", job.counters[BuiltInCounter.bytesWritten]),
        ]
        for (name, count) in counts { fields[name] = .stringConvertible(count) }
        if case .failed(let failure, let attempt) = outcome {
            fields["error"] = "\(failure.message)"
            if let attempt { fields = fields + attempt.fields }
        }
        logger.info("job finished", metadata: fields)
    }

    private mutating func logLost(_ task: TaskID, _ coordinator: Coordinator) {
        let attempts = coordinator.jobs[task.job]?.stages[task.stage].tasks[task.index].attempts
        let number = attempts?.lastIndex { if case .lost = $0.status { true } else { false } }
        var fields = task.fields
        if let number, let attempts {
            fields = AttemptID(task: task, number: number).fields + attempts[number].worker.fields
        }
        logger.log(
            level: repeated.level(of: "output lost", task.job),
            "the output of an attempt is lost: its task runs again",
            metadata: fields
        )
    }

    private func fields(
        of attempt: AttemptID,
        _ coordinator: Coordinator,
        at end: Instant
    ) -> Logger.Metadata {
        guard let state = coordinator.jobs[attempt: attempt] else { return attempt.fields }
        // The clock may have been set back between two coordinators.
        let milliseconds = max((end - state.startedAt).nanoseconds, 0) / 1_000_000
        return attempt.fields + state.worker.fields + [
            "seconds": .stringConvertible(Double(milliseconds) / 1000)
        ]
    }

    // MARK: Workers

    private mutating func logExcluded(from job: JobID, _ workers: Workers) {
        for worker in workers.excluded(from: job)
        where excluded[job, default: []].insert(worker).inserted {
            logger.warning(
                "a worker gets no more of a job, which has failed on it too often",
                metadata: job.fields + worker.fields
            )
        }
    }

    /// Logs which workers have gone silent, and which have been heard from again.
    mutating func logSuspects(_ workers: Workers) {
        for worker in workers.all where worker.isSuspect != suspects.contains(worker.id) {
            if worker.isSuspect {
                suspects.insert(worker.id)
                logger.warning(
                    "a worker is not heard, and gets no work until it is",
                    metadata: worker.id.fields
                )
            } else {
                suspects.remove(worker.id)
                logger.info("a worker is heard again", metadata: worker.id.fields)
            }
        }
    }

    mutating func logDead(_ worker: WorkerID) {
        suspects.remove(worker)
        logger.warning(
            "a worker was silent for too long, and is given up",
            metadata: worker.fields
        )
    }
}
