internal import MapReduceModel

/// How attempts are started.
extension Coordinator {
    /// Starts what can be started, unless neither a job nor a worker has changed since the last
    /// call.
    mutating func schedule(at now: Instant) {
        guard workers.isUnsettled || !effects.journal.isEmpty else { return }
        while !workers.isNoneFree, let (attempt, worker) = nextStart() {
            start(attempt, on: worker, at: now)
        }
        workers.isUnsettled = false
    }

    mutating func start(_ attempt: AttemptID, on worker: WorkerID, at now: Instant) {
        record(.attemptStarted(attempt, worker: worker, at: now))
        workers.started(attempt, on: worker)
        started.append(attempt)
        if nextSpeculation == nil { nextSpeculation = now + policy.speculationInterval }
        sendStart(attempt, to: worker)
    }

    mutating func sendStart(_ attempt: AttemptID, to worker: WorkerID) {
        guard let job = jobs[attempt.task.job] else { return }
        let id = attempt.task
        let input: TaskInput =
            switch job.submission.plan.stages[id.stage].input {
            case .files: .split(job.submission.splits[id.stage][id.index])
            case .shuffles: .partition(id.index)
            }
        let sources = job.sources(of: id.stage).map { source in
            ShuffleInput(
                stage: source.stage,
                outputLogLength: job.stages[source.stage].outputLog.count
            )
        }
        let assignment = Assignment(
            attempt: attempt,
            jobUUID: job.submission.uuid,
            input: input,
            sources: sources,
            badRecords: jobs[task: id]?.badRecords ?? [],
            tellsPartitions: job.tellsPartitions(of: id.stage)
        )
        effects.send(.start(assignment), to: worker)
    }

    /// The next attempt to start: a task of the first ready stage of the job with the fewest
    /// running tasks for its weight.
    private func nextStart() -> (AttemptID, WorkerID)? {
        var best: (attempt: AttemptID, worker: WorkerID, running: Int, weight: Int)?
        for index in jobs.all.indices {
            guard let stage = jobs.all[index].nextStage else { continue }
            let running = jobs.all[index].runningCount
            let weight = max(jobs.all[index].submission.weight, 1)
            if let best, running * best.weight >= best.running * weight { continue }
            guard let (attempt, worker) = choose(jobAt: index, stage.index, stage.isAudit) else {
                continue
            }
            best = (attempt, worker, running, weight)
        }
        return best.map { ($0.attempt, $0.worker) }
    }

    /// Returns a task of a stage and the worker for it: the first task or, with
    /// `Placement.locality`, a task near the front whose input is near a free worker.
    private func choose(jobAt job: Int, _ stage: Int, _ isAudit: Bool) -> (AttemptID, WorkerID)? {
        if isAudit {
            return jobs.all[job].stages[stage].pendingAudits.first.flatMap { task in
                let attempt = nextAttempt(jobAt: job, stage, task)
                return choose(for: attempt).map { (attempt, $0) }
            }
        }
        let pending = jobs.all[job].stages[stage].pending
        guard let first = pending.first else { return nil }
        if policy.placement == .locality || isPrepared(jobs.all[job].id, stage) {
            let window = pending.front(Policy.localityWindow)
            if let choice = chooseNear(jobAt: job, stage, window) { return choice }
        }
        let attempt = nextAttempt(jobAt: job, stage, first)
        return choose(for: attempt).map { (attempt, $0) }
    }

    /// Returns the worker for an attempt; after a failure a different one than before, if there is
    /// one.
    private func choose(for attempt: AttemptID) -> WorkerID? {
        var demand = demand(of: attempt)
        if let worker = workers.choose(for: demand) { return worker }
        if demand.avoided.isEmpty { return nil }
        demand.avoided = []
        return workers.choose(for: demand)
    }

    func demand(of attempt: AttemptID) -> Demand {
        Demand(
            attempt: attempt,
            writesRuns: jobs.writesRuns(attempt.task),
            excluded: workers.excluded(from: attempt.task.job),
            avoided: attempt.number == 0 ? [] : jobs[task: attempt.task]?.workersToAvoid ?? []
        )
    }

    private func nextAttempt(jobAt job: Int, _ stage: Int, _ task: Int) -> AttemptID {
        AttemptID(
            task: TaskID(job: jobs.all[job].id, stage: stage, index: task),
            number: jobs.all[job].stages[stage].tasks[task].attempts.count
        )
    }

    /// Returns a task that a free worker has prepared, or whose input it has on its own disks.
    private func chooseNear(
        jobAt job: Int,
        _ stage: Int,
        _ tasks: [Int]
    ) -> (AttemptID, WorkerID)? {
        /// A path that is near no free worker; the next tasks often read the same file.
        var farPath: String?
        for task in tasks {
            let attempt = nextAttempt(jobAt: job, stage, task)
            let demand = demand(of: attempt)
            if let worker = preparedWorker(for: attempt.task),
                workers.isFree(worker, for: demand)
            {
                return (attempt, worker)
            }
            guard policy.placement == .locality,
                let path = jobs.all[job].inputPath(stage: stage, task: task), path != farPath
            else { continue }
            if let worker = workers.near(path, for: demand) { return (attempt, worker) }
            if demand.avoided.isEmpty { farPath = path }
        }
        return nil
    }
}
