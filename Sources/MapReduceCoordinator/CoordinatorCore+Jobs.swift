internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess

/// What those who submit and watch jobs ask.
extension CoordinatorCore {
    /// Accepts a job: claims its output, cuts its input, and starts it.
    func submit(_ request: SubmitRequest) async throws -> SubmitAnswer {
        try SubmissionCheck.check(request)
        try uploads.require(request.program)
        let description = request.description
        let slotCount = max(self.slotCount, 1)
        let uuid = HostIdentity.makeUUID()
        let claimed = try await blocking {
            let splits = try zip(description.plan.stages, description.inputs).map { stage, files in
                guard case .files(_, let format) = stage.input, !files.pieces.isEmpty else {
                    return [Split]()
                }
                return try SplitPlanner.splits(
                    of: files.pieces.map { PlannedFile($0) },
                    format: format,
                    splitByteCount: description.splitByteCount,
                    slotCount: slotCount
                )
            }
            let output = try OutputDirectory(
                path: description.output,
                overwrite: description.overwrites,
                owner: uuid
            )
            return (splits: splits, output: UnsafeTransfer(output))
        }
        let output = claimed.output.value
        let id = nextJob()
        let stored = CoordinatorStore.Job(
            id: id,
            launch: JobLaunch(
                uuid: uuid,
                plan: description.plan,
                program: request.program,
                outputDirectory: output.temporaryPath,
                taskTimeout: description.taskTimeout
            ),
            settings: description.settings,
            owner: request.owner ?? "",
            output: description.output,
            submittedAt: WallClock.now
        )
        jobs[id] = LiveJob(stored: stored, output: output)
        let submission = JobSubmission(
            id: id,
            uuid: uuid,
            plan: description.plan,
            splits: description.completed(claimed.splits),
            weight: request.weight,
            maxAttempts: description.maxAttempts,
            maxBadRecords: description.maxBadRecords,
            auditPercent: description.auditPercent
        )
        traces.expect(id)
        do {
            try await apply([.jobSubmitted(submission)], CoordinatorStore.Batch(jobs: [stored]))
        } catch {
            // The journal does not have the job, so no coordinator will go on with it.
            if let job = jobs.removeValue(forKey: id) { await discard(job) }
            throw error
        }
        return SubmitAnswer(id: id, uuid: uuid)
    }

    /// Checks that a job is the one that is meant by whoever asks about it.
    ///
    /// `uuid`: what tells it from others of its number; nil for whichever has the number.
    func check(_ id: JobID, is uuid: String?) async throws {
        guard let uuid else { return }
        let found: String?
        if let live = jobs[id] {
            found = live.stored.launch.uuid
        } else {
            found = try await store.job(id)?.launch.uuid
        }
        guard found == uuid else {
            throw ClusterError(
                .notFound,
                "another-job",
                "job \(id.number) of this coordinator is not the one that was submitted: an older "
                    + "copy of the data directory was put back; submit the job again"
            )
        }
    }

    /// Slots of the workers that are connected.
    var slotCount: Int { coordinator.workers.all.reduce(0) { $0 + $1.slots } }

    var clusterStatus: ClusterStatus {
        ClusterStatus(
            version: ClusterProtocol.version,
            cluster: store.cluster,
            epoch: store.epoch,
            workerCount: coordinator.workers.all.count { $0.slots > 0 },
            slotCount: slotCount
        )
    }

    /// How a job that has not been forgotten by the control plane is doing.
    func status(of id: JobID) -> JobStatus? {
        guard let job = coordinator.jobs[id], let stored = jobs[id]?.stored else { return nil }
        var status = JobStatus(job, output: stored.output)
        status.uuid = stored.launch.uuid
        status.owner = stored.owner
        status.submittedAt = stored.submittedAt
        status.seconds = max(WallClock.now - stored.submittedAt, 0)
        // A job counts as ended for others when what it left behind is gone as well.
        if case .succeeded = status.phase { status.phase = .committing }
        if status.phase == .failed || status.phase == .cancelled { status.phase = .running }
        for session in sessions.values {
            for progress in session.progress where progress.attempt.task.job == id {
                guard coordinator.jobs[attempt: progress.attempt]?.isRunning ?? false else {
                    continue
                }
                status.recordsRead &+= progress.records
                status.bytesRead &+= progress.bytes
            }
        }
        return status
    }

    /// How a job is doing; waits for its end, or for as long as is asked.
    func status(of id: JobID, wait: Duration) async throws -> JobStatus {
        let until =
            ContinuousClock.now + min(wait, .milliseconds(HTTPLimits.maxAnswerWaitMilliseconds))
        while true {
            guard let live = status(of: id) else {
                guard let status = try await store.job(id)?.status else {
                    throw ClusterError.noJob(id)
                }
                return status
            }
            if ContinuousClock.now >= until || hasStopped { return live }
            await withCheckedContinuation { continuation in
                watchers[id, default: Watchers()].add(continuation, until: until)
            }
        }
    }

    /// All jobs that are kept, the latest last.
    func statuses() async throws -> [JobStatus] {
        try await store.jobs().compactMap { $0.status ?? status(of: $0.id) }
    }

    /// What happened to a job after an entry.
    func events(of id: JobID, after: Int, onlyNotable: Bool) async throws -> [JobEvent] {
        guard try await store.job(id) != nil else { throw ClusterError.noJob(id) }
        return try await store.events(
            of: id,
            after: after,
            onlyNotable: onlyNotable,
            limit: CoordinatorLimits.maxEventsInAnswer
        ).map { JobEvent(number: $0.number, entry: $0.entry) }
    }

    /// How the tasks of a job are doing, or did.
    func tasks(of id: JobID) async throws -> [TaskStatus] {
        TaskStatus.all(of: try await state(of: id), at: now)
    }

    /// A job that runs, or one that has ended as its journal tells it.
    func state(of id: JobID) async throws -> JobState {
        if let job = coordinator.jobs[id] { return job }
        return try await Self.storedJob(id, store).state
    }

    var workerStatuses: [WorkerStatus] {
        var excluded: [WorkerID: [JobID]] = [:]
        for job in coordinator.jobs.all where job.isRunning {
            for worker in coordinator.workers.excluded(from: job.id) {
                excluded[worker, default: []].append(job.id)
            }
        }
        return coordinator.workers.all.map { worker in
            let state: WorkerStatus.State =
                if worker.profile.slots == 0 {
                    .awaited
                } else if worker.slots == 0 {
                    .stuck
                } else if worker.isSuspect {
                    .suspect
                } else if worker.isUnreachable {
                    .unreachable
                } else if worker.health.isDraining {
                    .draining
                } else if worker.health.isDiskLow {
                    .diskLow
                } else {
                    .ready
                }
            let session = sessions[worker.id]
            var status = WorkerStatus(
                id: worker.id,
                url: session?.address.url ?? "",
                slotCount: worker.slots,
                runningCount: worker.runningCount,
                silence: (now - worker.lastHeard).inSeconds,
                state: state
            )
            status.version = session?.release
            status.load = session?.machine?.load
            status.memory = session?.machine?.memory
            status.disk = session?.machine?.disk
            status.segments = session?.machine?.segments
            status.excludedJobs = excluded[worker.id] ?? []
            status.unreachableFor = worker.unreachableFor
            status.lostSlotCount = worker.profile.slots - worker.slots
            return status
        }
    }

    /// What attempts of a job that have ended printed: the end of it.
    ///
    /// `attempt`: the only one; nil for all.
    func logs(of id: JobID, attempt: AttemptID? = nil) async throws -> [AttemptLog] {
        guard try await store.job(id) != nil else { throw ClusterError.noJob(id) }
        return try await store.logs(of: id, attempt: attempt)
    }

    /// Cancels a job; one that has ended is not an error.
    func cancel(_ id: JobID) async throws {
        guard let job = coordinator.jobs[id] else {
            guard try await store.job(id) != nil else { throw ClusterError.noJob(id) }
            return
        }
        if job.phase == .committing {
            throw ClusterError(
                .conflict,
                "committing",
                "job \(id.number) is being committed, and cannot be cancelled any more"
            )
        }
        try await apply([.jobCancelled(id)])
    }

    /// The metrics in Prometheus' text format.
    var metricsText: String {
        get async throws {
            let (byteCount, process) = try await blocking { [store] in
                (try store.byteCount, try ProcessMetrics())
            }
            return metrics.text(
                coordinator.jobs,
                workerStatuses,
                journalByteCount: byteCount,
                process
            )
        }
    }
}

extension JobDescription {
    /// A stage that reads files has a split even if they are empty.
    fileprivate func completed(_ splits: [[Split]]) -> [[Split]] {
        zip(plan.stages, splits).map { stage, splits in
            if case .files = stage.input, splits.isEmpty { return [Split(pieces: [])] }
            return splits
        }
    }
}

extension TaskStatus {
    fileprivate static func all(of job: JobState, at now: Instant) -> [TaskStatus] {
        // None of what is left out will run.
        job.stages.enumerated().filter { !$0.element.isLeftOut }.flatMap { stage, state in
            state.tasks.enumerated().map { index, task in
                TaskStatus(
                    stage: stage,
                    index: index,
                    state: task.winner != nil ? .done : task.isRunning ? .running : .pending,
                    attempts: task.attempts.enumerated().map { number, attempt in
                        Attempt(number, attempt, at: now)
                    }
                )
            }
        }
    }
}

extension TaskStatus.Attempt {
    fileprivate init(_ number: Int, _ attempt: AttemptState, at now: Instant) {
        self.init(number: number, worker: attempt.worker, state: State(attempt.status))
        if case .failed(let failure) = attempt.status { message = failure.message }
        let end = attempt.endedAt ?? (attempt.isRunning ? now : nil)
        seconds = end.map { ($0 - attempt.startedAt).inSeconds }
    }
}
