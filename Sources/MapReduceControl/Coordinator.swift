package import MapReduceModel

/// Makes every scheduling decision: which task runs where, what runs again, whose output counts,
/// and when a job is committed.
///
/// It only decides. It reads no clock, does no IO and has no threads: whoever drives it says what
/// happened and what time it is, writes the journal, and then sends the messages.
///
///     event, instant ──► apply ──► Effects ──► journal (durable first) ──► messages
package struct Coordinator: Sendable {
    package private(set) var jobs: Jobs
    package private(set) var workers = Workers()
    package let policy: Policy
    private var effects = Effects()

    /// A coordinator that goes on where this journal ends.
    ///
    /// Attempts that ran then still do: they end with a report of their worker, or with
    /// `workerLeft`.
    package init(policy: Policy = Policy(), journal: [JournalEntry] = []) {
        self.policy = policy
        jobs = Jobs(replaying: journal)
    }

    /// Takes an event.
    /// - Returns: what is to be done, in order.
    package mutating func apply(_ event: Event, at now: Instant) -> Effects {
        effects = Effects()
        switch event {
        case .jobSubmitted(let submission): record(.jobSubmitted(submission))
        case .workerJoined(let id, let slots):
            if workers[id] != nil { lose(id) }
            workers.join(id, slots: slots, at: now)
        case .workerPolled(let id): _ = workers.heard(id, at: now)
        case .workerLeft(let id): lose(id)
        case .attemptReported(let worker, let report):
            if workers.heard(worker, at: now) { end(report, on: worker, at: now) }
        case .fetchFailed(let attempt, let source, let message):
            fetchFailed(attempt, source, message, at: now)
        case .outputPublished(let id, let failure): published(id, failure)
        case .jobCancelled(let id): cancel(id)
        case .tick: break
        }
        for worker in workers.all where now - worker.lastHeard >= policy.deadAfter {
            lose(worker.id)
        }
        schedule(at: now)
        return effects
    }

    /// When `tick` is due if nothing happens before; nil while there are no workers.
    package var nextDeadline: Instant? {
        workers.all.map { $0.lastHeard + policy.deadAfter }.min()
    }

    private mutating func record(_ entry: JournalEntry) {
        jobs.apply(entry)
        effects.journal.append(entry)
    }

    // MARK: The end of attempts

    private mutating func end(_ report: TaskReport, on worker: WorkerID, at now: Instant) {
        let attempt = report.attempt
        // An attempt that was stopped, or that was given up with its worker, is too late.
        guard let state = jobs[attempt: attempt], state.status == .running, state.worker == worker
        else { return }
        workers.ended(on: worker)
        switch report.outcome {
        case .succeeded(let output):
            record(.attemptSucceeded(attempt, output, at: now))
            stopOthers(than: attempt)
            commitIfDone(attempt.task.job)
        case .failed(let failure):
            if failure.kind.consequence == .retryCountedAgainstTask {
                workers.failed(attempt.task.job, on: worker)
            }
            fail(attempt, failure)
        }
    }

    private mutating func fail(_ attempt: AttemptID, _ failure: Failure) {
        record(.attemptFailed(attempt, failure))
        if skipRecord(of: failure, at: attempt) { return }
        guard let task = jobs[task: attempt.task] else { return }
        let isOver: Bool
        switch failure.kind.consequence {
        case .failJob: isOver = true
        case .retryCountedAgainstTask: isOver = task.ownFailures >= policy.maxAttempts
        case .retryCountedAgainstCluster:
            isOver = task.clusterFailures >= policy.maxClusterFailures
        }
        if isOver { finish(attempt.task.job, .failed(failure, attempt: attempt)) }
    }

    /// Passes over the record at which the user's code failed, if it did so before.
    ///
    /// - Returns: false when the failure is an ordinary one; true when it has been dealt with.
    private mutating func skipRecord(of failure: Failure, at attempt: AttemptID) -> Bool {
        guard policy.maxBadRecords > 0, let location = failure.location,
            failure.kind == .threw || failure.kind == .crashed,
            let task = jobs[task: attempt.task],
            task.failureCount(at: location) >= policy.failuresOfBadRecord,
            let job = jobs[attempt.task.job]
        else { return false }
        guard job.badRecordCount < policy.maxBadRecords else {
            var last = failure
            last.message =
                "there are more bad records than the \(policy.maxBadRecords) allowed; "
                + failure.message
            finish(job.id, .failed(last, attempt: attempt))
            return true
        }
        let bad = BadRecord(
            file: location.path,
            offset: location.offset,
            reason: failure.message
        )
        record(.recordSkipped(attempt.task, bad))
        return true
    }

    private mutating func stopOthers(than winner: AttemptID) {
        for number in jobs[task: winner.task]?.attempts.indices ?? 0..<0 {
            stop(AttemptID(task: winner.task, number: number))
        }
    }

    private mutating func stop(_ attempt: AttemptID) {
        guard let state = jobs[attempt: attempt], state.status == .running else { return }
        record(.attemptStopped(attempt))
        workers.ended(on: state.worker)
        effects.messages.append(.stopAttempt(state.worker, attempt))
    }

    private mutating func stopAll(of job: JobState) {
        for stage in job.stages.indices where job.stages[stage].runningCount > 0 {
            for (index, task) in job.stages[stage].tasks.enumerated() {
                for number in task.attempts.indices {
                    let task = TaskID(job: job.id, stage: stage, index: index)
                    stop(AttemptID(task: task, number: number))
                }
            }
        }
    }

    private mutating func fetchFailed(
        _ attempt: AttemptID,
        _ source: TaskID,
        _ message: String,
        at now: Instant
    ) {
        guard let state = jobs[attempt: attempt], state.status == .running,
            workers.heard(state.worker, at: now)
        else { return }
        workers.ended(on: state.worker)
        if jobs[task: source]?.winner != nil { record(.outputLost(source)) }
        fail(attempt, Failure(kind: .fetchFailed, message: message))
    }

    // MARK: Workers

    private mutating func lose(_ id: WorkerID) {
        workers.remove(id)
        for job in jobs.all where job.phase == .running {
            for stage in job.stages.indices {
                for index in job.stages[stage].tasks.indices {
                    lose(TaskID(job: job.id, stage: stage, index: index), with: id)
                }
            }
        }
    }

    private mutating func lose(_ id: TaskID, with worker: WorkerID) {
        // An earlier task of the same job may just have ended it.
        guard jobs[id.job]?.phase == .running, let task = jobs[task: id] else { return }
        for (number, attempt) in task.attempts.enumerated() where attempt.worker == worker {
            switch attempt.status {
            case .running:
                fail(
                    AttemptID(task: id, number: number),
                    Failure(kind: .workerLost, message: "\(worker) is gone")
                )
            case .succeeded:
                if jobs[id.job]?.isNeeded(stage: id.stage) ?? false { record(.outputLost(id)) }
            case .failed, .stopped, .lost: break
            }
        }
    }

    // MARK: The end of jobs

    private mutating func commitIfDone(_ id: JobID) {
        guard let job = jobs[id], job.phase == .running, let last = job.stages.last, last.isDone
        else { return }
        // A map whose output was lost after all had read it may still run again, for nobody.
        stopAll(of: job)
        record(.commitBegan(id))
        effects.messages.append(.publishOutput(id, last.tasks.compactMap(\.winningOutput)))
    }

    private mutating func published(_ id: JobID, _ failure: Failure?) {
        guard jobs[id]?.phase == .committing else { return }
        finish(id, failure.map { .failed($0, attempt: nil) } ?? .succeeded)
    }

    private mutating func cancel(_ id: JobID) {
        guard jobs[id]?.phase == .running else { return }
        finish(id, .cancelled)
    }

    private mutating func finish(_ id: JobID, _ outcome: JobOutcome) {
        guard let job = jobs[id] else { return }
        if case .finished = job.phase { return }
        stopAll(of: job)
        record(.jobFinished(id, outcome))
        workers.forget(id)
        effects.messages.append(.jobFinished(id, outcome))
    }

    // MARK: Starting attempts

    private mutating func schedule(at now: Instant) {
        while let (attempt, worker) = nextStart(at: now) {
            guard let input = input(of: attempt.task) else { return }
            record(.attemptStarted(attempt, worker: worker, at: now))
            workers.started(on: worker)
            effects.messages.append(
                .startAttempt(
                    worker,
                    Assignment(
                        attempt: attempt,
                        input: input,
                        badRecords: jobs[task: attempt.task]?.badRecords ?? []
                    )
                )
            )
        }
    }

    /// The next attempt to start: of the job with the fewest running tasks for its weight, the
    /// first task of its first stage that is ready.
    private func nextStart(at now: Instant) -> (AttemptID, WorkerID)? {
        var best: (attempt: AttemptID, worker: WorkerID, running: Int, weight: Int)?
        for job in jobs.all {
            guard let stage = job.nextStage, let index = job.stages[stage].pending.first else {
                continue
            }
            let task = TaskID(job: job.id, stage: stage, index: index)
            let attempt = AttemptID(
                task: task,
                number: job.stages[stage].tasks[index].attempts.count
            )
            let running = job.runningCount
            let weight = max(job.submission.weight, 1)
            if let best, running * best.weight >= best.running * weight { continue }
            guard let worker = workers.choose(for: attempt, policy: policy, at: now) else {
                continue
            }
            best = (attempt, worker, running, weight)
        }
        return best.map { ($0.attempt, $0.worker) }
    }

    private func input(of id: TaskID) -> AssignedInput? {
        guard let job = jobs[id.job] else { return nil }
        switch job.submission.plan.stages[id.stage].input {
        case .files: return .split(job.submission.splits[id.stage][id.index])
        case .shuffle(let stage):
            return .segments(
                partition: id.index,
                sources: job.stages[stage].tasks.enumerated().compactMap { index, task in
                    guard let winner = task.winner, let output = task.winningOutput else {
                        return nil
                    }
                    let source = TaskID(job: id.job, stage: stage, index: index)
                    return AssignedInput.Source(
                        attempt: AttemptID(task: source, number: winner),
                        worker: task.attempts[winner].worker,
                        path: output.file.path
                    )
                }
            )
        }
    }
}
