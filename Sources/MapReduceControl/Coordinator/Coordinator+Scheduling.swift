internal import MapReduceModel

/// Starting attempts.
extension Coordinator {
    mutating func schedule(at now: Instant) {
        while !workers.isNoneFree, let (attempt, worker) = nextStart() {
            start(attempt, on: worker, at: now)
        }
    }

    mutating func start(_ attempt: AttemptID, on worker: WorkerID, at now: Instant) {
        record(.attemptStarted(attempt, worker: worker, at: now))
        workers.started(on: worker)
        started.append(attempt)
        if nextSpeculation == nil { nextSpeculation = now + policy.speculationInterval }
        sendStart(attempt, to: worker)
    }

    mutating func sendStart(_ attempt: AttemptID, to worker: WorkerID) {
        guard let input = input(of: attempt.task) else { return }
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

    private func input(of id: TaskID) -> AssignedInput? {
        guard let job = jobs[id.job] else { return nil }
        switch job.submission.plan.stages[id.stage].input {
        case .files: return .split(job.submission.splits[id.stage][id.index])
        case .shuffle(let stage):
            return .segments(
                partition: id.index,
                stage: stage,
                outputCount: job.stages[stage].outputLog.count
            )
        }
    }

    /// The next attempt to start: of the job with the fewest running tasks for its weight, a task
    /// of its first stage that is ready.
    private func nextStart() -> (AttemptID, WorkerID)? {
        var best: (attempt: AttemptID, worker: WorkerID, running: Int, weight: Int)?
        for index in jobs.all.indices {
            guard let stage = jobs.all[index].nextStage else { continue }
            let running = jobs.all[index].runningCount
            let weight = max(jobs.all[index].submission.weight, 1)
            if let best, running * best.weight >= best.running * weight { continue }
            guard let (attempt, worker) = choose(jobAt: index, stage) else { continue }
            best = (attempt, worker, running, weight)
        }
        return best.map { ($0.attempt, $0.worker) }
    }

    /// A task of a stage, and the worker for it: the first task, or with `Placement.locality` one
    /// near the front whose input is near a free worker.
    private func choose(jobAt job: Int, _ stage: Int) -> (AttemptID, WorkerID)? {
        let pending = jobs.all[job].stages[stage].pending
        guard let first = pending.first else { return nil }
        if policy.placement == .locality || isPrepared(jobs.all[job].id, stage) {
            for task in pending.front(Policy.localityWindow) {
                let attempt = nextAttempt(jobAt: job, stage, task)
                if let worker = nearWorker(for: attempt, jobAt: job) { return (attempt, worker) }
            }
        }
        let attempt = nextAttempt(jobAt: job, stage, first)
        return choose(for: attempt).map { (attempt, $0) }
    }

    /// The worker for an attempt: after a failure another one than before, if there is one.
    private func choose(for attempt: AttemptID) -> WorkerID? {
        if attempt.number > 0, let failed = jobs[task: attempt.task]?.workersOfFailures,
            let worker = workers.choose(
                for: attempt,
                isFit: { !failed.contains($0.id) && isFit($0, for: attempt.task) }
            )
        {
            return worker
        }
        return workers.choose(for: attempt) { isFit($0, for: attempt.task) }
    }

    private func nextAttempt(jobAt job: Int, _ stage: Int, _ task: Int) -> AttemptID {
        AttemptID(
            task: TaskID(job: jobs.all[job].id, stage: stage, index: task),
            number: jobs.all[job].stages[stage].tasks[task].attempts.count
        )
    }

    /// Whether a free worker may run a task.
    func isFit(_ worker: Workers.Entry, for task: TaskID) -> Bool {
        if worker.condition.isDiskLow,
            jobs[task.job].map({ $0.submission.plan.stages[task.stage].output != .files }) ?? true
        {
            return false
        }
        return !workers.isExcluded(worker, from: task.job)
    }

    /// A free worker that has prepared a task, or has its input on its own disks.
    private func nearWorker(for attempt: AttemptID, jobAt job: Int) -> WorkerID? {
        let id = attempt.task
        if let worker = preparedWorker(for: id), let entry = workers[worker], entry.isFree,
            isFit(entry, for: id)
        {
            return worker
        }
        guard policy.placement == .locality,
            jobs.all[job].submission.splits[id.stage].indices.contains(id.index),
            let path = jobs.all[job].submission.splits[id.stage][id.index].pieces.first?.path
        else { return nil }
        return workers.all.filter { worker in
            worker.isFree && isFit(worker, for: id)
                && worker.profile.localPaths.contains { path.hasPrefix($0) }
        }.min { $0.runningCount < $1.runningCount }?.id
    }
}
