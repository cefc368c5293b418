internal import HTTPTypes
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceReport

/// Queries of callers about jobs and the cluster.
extension CoordinatorCore {
    /// Checks that a job is the one that the caller means.
    ///
    /// `uuid`: the UUID of the submitted job; nil for any job with this number.
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

    // MARK: Status

    /// Slots of the connected workers.
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

    var workerStatuses: [WorkerStatus] { WorkerStatus.all(coordinator, sessions, at: now) }

    /// Returns the status of a job that the control plane has not forgotten.
    func status(of id: JobID) -> JobStatus? {
        guard let job = coordinator.jobs[id], let stored = jobs[id]?.stored else { return nil }
        var status = JobStatus(job, output: stored.output)
        status.uuid = stored.launch.uuid
        status.owner = stored.owner
        status.submittedAt = stored.submittedAt
        status.seconds = max(clock.wallTime() - stored.submittedAt, 0)
        // To callers, a job has ended only when what it left behind has been cleaned up too.
        if case .succeeded = status.phase { status.phase = .committing }
        if status.phase == .failed || status.phase == .cancelled { status.phase = .running }
        let progress = sessions.progress(of: id) {
            coordinator.jobs[attempt: $0]?.isRunning ?? false
        }
        status.recordsRead &+= progress.records
        status.bytesRead &+= progress.bytes
        return status
    }

    /// Returns the status of a job; waits for its end, but at most as long as requested.
    func status(of id: JobID, wait: Duration) async throws -> JobStatus {
        let deadline = deadline(after: wait)
        while true {
            guard let live = status(of: id) else {
                guard let status = try await store.job(id)?.status else {
                    throw ClusterError.noJob(id)
                }
                return status
            }
            if clock.now() >= deadline || hasStopped { return live }
            await waitForChange(of: id, until: deadline)
        }
    }

    /// Returns all kept jobs, the latest last.
    func statuses() async throws -> [JobStatus] {
        try await store.jobs().compactMap { $0.status ?? status(of: $0.id) }
    }

    /// Returns when to answer a request that may wait for the given time.
    func deadline(after wait: Duration) -> ContinuousClock.Instant {
        clock.now() + min(wait, .milliseconds(HTTPLimits.maxAnswerWaitMilliseconds))
    }

    func waitForChange(of id: JobID, until deadline: ContinuousClock.Instant) async {
        await withCheckedContinuation { subscriptions.wait(for: id, until: deadline, $0) }
    }

    // MARK: Reports

    /// Returns a job that the control plane knows, with its status.
    ///
    /// `status`: the job's status; nil to look it up.
    func snapshot(of id: JobID, _ status: JobStatus? = nil) -> JobSnapshot? {
        guard let state = coordinator.jobs[id], let live = jobs[id],
            let status = status ?? self.status(of: id)
        else { return nil }
        return JobSnapshot(state: state, status: status, lastEvent: live.lastEvent)
    }

    /// Returns an ended job as its journal has it.
    func endedJob(_ id: JobID) async throws -> JobSnapshot {
        defer { scheduleMemoryReturn() }
        return try await reports.endedJob(id)
    }

    /// Returns the report of a job that is running or has ended.
    func report(of id: JobID) async throws -> JobReport {
        if let job = try await whenDurable({ $0.snapshot(of: id) }) {
            return try await reports.report(of: job, machines: sessions.machines)
        }
        return try await reports.report(of: try await endedJob(id))
    }

    /// Returns the status of a job's tasks, whether the job is running or has ended.
    func tasks(of id: JobID) async throws -> [TaskStatus] {
        if let job = coordinator.jobs[id] { return TaskStatus.all(of: job, at: now) }
        return TaskStatus.all(of: try await reports.storedJob(id).state, at: now)
    }

    /// Returns what is needed to run a task of a job again, whether the job is running or has
    /// ended.
    func replay(of id: JobID, _ name: TaskName) async throws -> ReplayAnswer {
        try await reports.replay(of: id, name, running: coordinator.jobs[id])
    }

    /// Returns what happened to a job after an entry.
    func events(of id: JobID, after: Int, onlyNotable: Bool) async throws -> [JobEvent] {
        guard try await store.job(id) != nil else { throw ClusterError.noJob(id) }
        return try await store.events(
            of: id,
            after: after,
            onlyNotable: onlyNotable,
            limit: CoordinatorLimits.maxEventsInAnswer
        ).map { JobEvent(number: $0.number, entry: $0.entry) }
    }

    /// Returns the end of what a job's ended attempts printed.
    ///
    /// `attempt`: the only attempt to return; nil for all.
    func logs(of id: JobID, attempt: AttemptID? = nil) async throws -> [AttemptLog] {
        guard try await store.job(id) != nil else { throw ClusterError.noJob(id) }
        return try await store.logs(of: id, attempt: attempt)
    }

    /// The metrics in Prometheus's text format.
    var metricsText: String {
        get async throws {
            let (byteCount, process) = try await blocking { [store] in
                (try store.byteCount, try ProcessMetrics())
            }
            return observers.metrics.text(
                coordinator.jobs,
                workerStatuses,
                journalByteCount: byteCount,
                process
            )
        }
    }
}
