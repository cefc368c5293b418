package import MapReduceModel

/// Workers that join, come back and leave.
extension Coordinator {
    /// Waits for the workers of a replayed journal to join again.
    mutating func expectWorkers(at now: Instant) {
        var expected: [WorkerID] = []
        for job in jobs.all where job.isRunning {
            for (stage, state) in job.stages.enumerated() {
                for (index, task) in state.tasks.enumerated() {
                    let id = TaskID(job: job.id, stage: stage, index: index)
                    for (number, attempt) in task.attempts.enumerated() {
                        if attempt.isRunning {
                            started.append(AttemptID(task: id, number: number))
                        } else if task.winner != number {
                            continue
                        }
                        expected.append(attempt.worker)
                    }
                }
            }
        }
        // They have no slots until they say how many they have.
        for id in expected.sorted() where workers[id] == nil {
            workers.join(id, WorkerProfile(slots: 0), at: now)
        }
        for attempt in started {
            if let worker = jobs.worker(of: attempt) { workers.goesOn(attempt, on: worker) }
        }
        if !started.isEmpty { nextSpeculation = now }
    }

    /// Repeats what was requested before the journal ended, and may not have arrived.
    mutating func recover() {
        for job in jobs.all where job.phase == .committing { publish(job) }
    }

    /// Adds a worker that joins, or joins again.
    ///
    /// If a known worker joins again, either it has missed messages or the coordinator has lost
    /// them. Attempts that both believe to be running continue; the coordinator stops those that
    /// only the worker knows, and restarts those that only the coordinator knows.
    mutating func join(
        _ id: WorkerID,
        _ profile: WorkerProfile,
        _ attempts: [AttemptID],
        at now: Instant
    ) {
        let isKnown = workers[id] != nil
        workers.join(id, profile, at: now)
        for attempt in attempts {
            let isExpected = jobs.isRunning(attempt) && jobs.worker(of: attempt) == id
            if !isExpected { effects.send(.stop(attempt), to: id) }
        }
        guard isKnown else { return }
        // Losing one of them may end its job, and stop the others.
        for attempt in workers[id]?.running ?? []
        where !attempts.contains(attempt) && jobs.isRunning(attempt) {
            restart(attempt, on: id)
        }
        for preparation in preparations where preparation.isOpen(in: jobs) {
            let tasks = preparation.tasks(of: id)
            if !tasks.isEmpty {
                effects.send(
                    .prepare(preparation.job, stage: preparation.stage, tasks: tasks),
                    to: id
                )
            }
        }
    }

    /// Sends a worker an attempt again that it never received.
    private mutating func restart(_ attempt: AttemptID, on worker: WorkerID) {
        if jobs[attempt.task.job]?.isReady(stage: attempt.task.stage) ?? false {
            sendStart(attempt, to: worker)
        } else {
            // Something that the attempt was to read has been lost in the meantime.
            workers.ended(attempt, on: worker)
            fail(attempt, Failure(kind: .workerLost, message: "\(worker) has lost \(attempt)"))
        }
    }

    /// Gives up workers, with what they are running and with the runs on their disks that are still
    /// needed.
    ///
    /// Cost: linear in the number of tasks of all running jobs.
    mutating func lose(_ ids: [WorkerID]) {
        let known = ids.filter { workers[$0] != nil }.sorted()
        guard !known.isEmpty else { return }
        workers.remove(known)
        for index in preparations.indices { preparations[index].forget(known) }
        for job in jobs.all.map(\.id) {
            // Readers first: a reader whose own output is lost needs its input again.
            for stage in jobs.runningStages(of: job).reversed() {
                for task in tasks(of: known, job, stage) { lose(task, with: known) }
            }
        }
    }

    /// The tasks of a stage that have an attempt running, or their winner, on one of these workers.
    func tasks(of workers: [WorkerID], _ job: JobID, _ stage: Int) -> [TaskID] {
        guard let tasks = jobs[job]?.stages[stage].tasks else { return [] }
        return tasks.indices.filter { tasks[$0].isHeld(by: workers) }
            .map { TaskID(job: job, stage: stage, index: $0) }
    }

    private mutating func lose(_ id: TaskID, with gone: [WorkerID]) {
        // An earlier task of the same job may just have ended the job.
        guard jobs[id.job]?.isRunning ?? false, let task = jobs[task: id] else { return }
        for (number, attempt) in task.attempts.enumerated()
        where gone.containsSorted(attempt.worker) {
            switch attempt.status {
            case .running:
                fail(
                    AttemptID(task: id, number: number),
                    Failure(kind: .workerLost, message: "\(attempt.worker) is gone")
                )
            case .succeeded:
                if jobs[id.job]?.isNeeded(stage: id.stage) ?? false { record(.outputLost(id)) }
            case .failed, .stopped, .lost, .audited: break
            }
        }
    }

    /// Whether a worker is running something, or has runs on its disk that will still be read.
    ///
    /// Cost: linear in the number of tasks of all running jobs.
    package func isNeeded(_ worker: WorkerID) -> Bool {
        if workers[worker].map({ $0.runningCount > 0 }) ?? false { return true }
        let holder = [worker]
        return jobs.all.contains { job in
            job.isRunning
                && job.stages.indices.contains { stage in
                    job.isNeeded(stage: stage)
                        && job.stages[stage].tasks.contains { $0.isHeld(by: holder) }
                }
        }
    }
}
