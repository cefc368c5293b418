internal import MapReduceModel

/// How attempts end.
extension Coordinator {
    mutating func end(_ report: TaskReport, on worker: WorkerID, at now: Instant) {
        let attempt = report.attempt
        // A report of an attempt that was stopped, or given up with its worker, comes too late.
        guard isRunning(attempt, on: worker) else { return }
        workers.ended(attempt, on: worker)
        switch report.outcome {
        case .succeeded(let output): succeed(attempt, output, at: now)
        case .failed(let failure):
            if failure.kind.consequence == .retryCountedAgainstTask || failure.kind == .diskFull {
                workers.failed(attempt.task.job, on: worker)
            }
            fail(attempt, failure)
        }
    }

    private mutating func succeed(_ attempt: AttemptID, _ output: TaskOutput, at now: Instant) {
        if jobs[task: attempt.task]?.winner != nil {
            record(.attemptAudited(attempt, output.digest, at: now))
            compare(attempt, output.digest)
        } else {
            guard skip(output.badRecords, by: attempt) else { return }
            record(.attemptSucceeded(attempt, output, at: now))
            stopOthers(than: attempt)
            compare(attempt, output.digest)
            if jobs[task: attempt.task]?.replacesAnother(output.digest) ?? false {
                renewReaders(of: attempt.task)
            }
            checkConservation(by: attempt)
            checkCounters(of: attempt)
            checkIsNotRejected(by: attempt)
            prepareReaders(of: attempt.task)
        }
        commitIfDone(attempt.task.job)
    }

    /// Fails a job whose tasks use more distinct counter names than a stage may have.
    private mutating func checkCounters(of attempt: AttemptID) {
        let id = attempt.task
        guard let entries = jobs[id.job]?.stages[id.stage].counters.entries,
            entries.count > TaskReportLimits.maxStageCounterCount
        else { return }
        let message =
            "the tasks of stage \(id.stage) have \(entries.count) different counters, and at most "
            + "\(TaskReportLimits.maxStageCounterCount) are allowed; count under a few fixed "
            + "names, and emit what depends on the record"
        finish(id.job, .failed(Failure(kind: .badInput, message: message), attempt: attempt))
    }

    /// Fails a job that was given files of the wrong kind.
    private mutating func checkIsNotRejected(by attempt: AttemptID) {
        let id = attempt.task
        guard let message = jobs[id.job]?.rejection(ofStage: id.stage) else { return }
        finish(id.job, .failed(Failure(kind: .badInput, message: message), attempt: nil))
    }

    func isRunning(_ attempt: AttemptID, on worker: WorkerID) -> Bool {
        jobs.isRunning(attempt) && jobs.worker(of: attempt) == worker
    }

    /// Records that a running attempt failed, and fails the job if the task has failed too often.
    mutating func fail(_ attempt: AttemptID, _ failure: Failure) {
        record(.attemptFailed(attempt, failure, at: now))
        if skipRecord(of: failure, at: attempt) { return }
        guard let task = jobs[task: attempt.task],
            let limit = jobs[attempt.task.job]?.submission.retryPolicy.maxAttempts
        else { return }
        let isOver: Bool
        switch failure.kind.consequence {
        case .failJob: isOver = true
        case .retryCountedAgainstTask: isOver = task.ownFailures >= limit
        case .retryCountedAgainstCluster:
            isOver = task.clusterFailures >= policy.maxClusterFailures
        }
        if isOver { finish(attempt.task.job, .failed(failure, attempt: attempt)) }
    }

    /// Skips the record where the user's code failed, if it failed there before.
    ///
    /// - Returns: false for an ordinary failure; true when the failure has been handled.
    private mutating func skipRecord(of failure: Failure, at attempt: AttemptID) -> Bool {
        guard let location = failure.location, let job = jobs[attempt.task.job],
            job.submission.retryPolicy.maxBadRecords > 0,
            failure.kind.blamesRecord, let task = jobs[task: attempt.task]
        else { return false }
        if task.isAtBadRecord(failure) { return true }
        guard task.failureCount(at: location) >= policy.failuresOfBadRecord else { return false }
        let bad = BadRecord(
            file: location.path,
            offset: location.offset,
            reason: failure.message
        )
        guard allows(bad, in: job) else {
            var last = failure
            last.message = Self.tooMany(in: job) + failure.message
            finish(job.id, .failed(last, attempt: attempt))
            return true
        }
        record(.recordSkipped(attempt.task, bad))
        return true
    }

    /// Skips the records where the user's code failed twice in one attempt, which then succeeded
    /// without them.
    ///
    /// - Returns: false when there are too many; the job has then ended.
    private mutating func skip(_ records: [BadRecord], by attempt: AttemptID) -> Bool {
        guard !records.isEmpty, let task = jobs[task: attempt.task] else { return true }
        var known = RecordPlaces(task.badRecords)
        for var bad in records where known.insert(bad) {
            guard let job = jobs[attempt.task.job] else { return true }
            guard allows(bad, in: job) else {
                let location = RecordLocation(path: bad.file, offset: bad.offset, recordNumber: 0)
                let failure = Failure(
                    kind: .threw,
                    message: Self.tooMany(in: job) + bad.reason,
                    location: location,
                    steps: job.submission.plan.stages[attempt.task.stage].label
                )
                record(.attemptFailed(attempt, failure, at: now))
                finish(job.id, .failed(failure, attempt: attempt))
                return false
            }
            // The record's text comes with the output.
            bad.bytes = nil
            record(.recordSkipped(attempt.task, bad))
        }
        return true
    }

    private func allows(_ bad: BadRecord, in job: JobState) -> Bool {
        job.badRecordCount < job.submission.retryPolicy.maxBadRecords
            || job.badRecords.contains(file: bad.file, offset: bad.offset)
    }

    private static func tooMany(in job: JobState) -> String {
        "there are more bad records than the \(job.submission.retryPolicy.maxBadRecords) allowed; "
    }

    /// Stops the other attempts of a task, except one if the task still needs an audit.
    private mutating func stopOthers(than winner: AttemptID) {
        let count = jobs.attemptCount(of: winner.task)
        guard count > 1 else { return }
        var keepsOne = jobs[task: winner.task]?.needsAudit ?? false
        for number in 0..<count {
            let attempt = AttemptID(task: winner.task, number: number)
            guard jobs.isRunning(attempt) else { continue }
            if keepsOne { keepsOne = false } else { stop(attempt) }
        }
    }

    mutating func stop(_ attempt: AttemptID) {
        guard jobs.isRunning(attempt), let worker = jobs.worker(of: attempt) else { return }
        record(.attemptStopped(attempt, at: now))
        workers.ended(attempt, on: worker)
        effects.send(.stop(attempt), to: worker)
    }

    /// Stops all running attempts of a job.
    ///
    /// Cost: linear in the number of recently started attempts of all jobs.
    mutating func stopAll(of job: JobID) {
        guard jobs[job].map({ $0.runningCount > 0 }) ?? false else { return }
        let running = started.filter { $0.task.job == job && jobs.isRunning($0) }
        for attempt in running.sorted() { stop(attempt) }
    }

    /// Whether a task reads what another one writes; a worker's claim that it does may be wrong.
    func reads(_ reader: TaskID, _ writer: TaskID) -> Bool {
        guard reader.job == writer.job, let sources = jobs[reader.job]?.sources(of: reader.stage)
        else { return false }
        return sources.contains { $0.stage == writer.stage }
    }
}
