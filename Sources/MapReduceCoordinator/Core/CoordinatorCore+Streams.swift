internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// Streams that follow jobs and the cluster.
extension CoordinatorCore {
    /// Begins to follow a job after one of its entries; 0 means from the beginning.
    /// - Throws: `ClusterError` if there is no such job, or if there are too many streams.
    func follow(_ id: JobID, after: Int) async throws -> Subscription {
        // Subscribes before waiting for anything: the job may end in the meantime.
        let number = try subscriptions.subscribe(to: id, at: clock.now())
        let subscription = Subscription(number, in: self)
        let lastEvent: Int
        if coordinator.jobs[id] != nil, let live = jobs[id] {
            lastEvent = live.lastEvent
        } else {
            let job = try await endedJob(id)
            subscriptions.keep(job)
            lastEvent = job.lastEvent
        }
        let canResume = after >= 1 && after <= lastEvent
        subscriptions.resume(
            number,
            with: canResume ? try await reports.entries(of: id, after: after) : nil
        )
        return subscription
    }

    /// Begins to follow the cluster.
    func followCluster() throws -> Subscription {
        Subscription(try subscriptions.subscribeToCluster(at: clock.now()), in: self)
    }

    func unsubscribe(_ number: Int) { subscriptions.unsubscribe(number) }

    // MARK: Updates

    /// Waits for what the stream of a job sends next; nil if there is nothing more, or if the
    /// coordinator stops.
    func nextJobUpdate(for number: Int) async throws -> StreamStep<JobUpdate>? {
        while goesOn, let action = subscriptions.nextJobAction(number, at: clock.now()) {
            switch action {
            case .sendUpdate:
                let update = try await whenDurable { core in
                    core.subscriptions.takeJobUpdate(number) { core.snapshot(of: $0) }
                }
                if let update { return .update(update) }
            case .sendKeepAlive: return .keepAlive
            case .wait: break
            }
            await wait(inStream: number)
        }
        return nil
    }

    /// Waits for what the stream of the cluster sends next; nil in the same cases.
    func nextClusterUpdate(for number: Int) async throws -> StreamStep<ClusterUpdate>? {
        while goesOn, let action = subscriptions.nextClusterAction(number, at: clock.now()) {
            switch action {
            case .sendUpdate:
                if let update = subscriptions.takeClusterUpdate(number) { return .update(update) }
                let version = subscriptions.clusterVersion
                let update = ClusterUpdate(
                    version: version,
                    jobs: try await statuses(),
                    workers: workerStatuses
                )
                subscriptions.noteSeen(version, inStream: number)
                return .update(update)
            case .sendKeepAlive: return .keepAlive
            case .wait: await wait(inStream: number)
            }
        }
        return nil
    }

    private var goesOn: Bool { !hasStopped && !Task.isCancelled }

    /// Waits until something may have changed, the task is canceled, or the coordinator stops.
    private func wait(inStream number: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if goesOn {
                    subscriptions.wait(inStream: number, continuation)
                } else {
                    continuation.resume()
                }
            }
        } onCancel: {
            Task { await resumeStream(number) }
        }
    }

    private func resumeStream(_ number: Int) { subscriptions.resumeStream(number) }

    // MARK: Changes

    /// Checks what has changed in the cluster, if a check is due.
    func updateStreams(at now: ContinuousClock.Instant) {
        guard let touched = subscriptions.takeTouchedJobs(at: now) else { return }
        subscriptions.update(
            touched.compactMap { status(of: $0) },
            workerStatuses,
            keeping: settings.keptJobCount,
            at: now
        )
    }

    /// Records how much the attempts of a worker have read.
    func noteProgress(_ progress: [AttemptProgress], of worker: WorkerID) {
        guard subscriptions.streamCount > 0, sessions[worker]?.progress != progress else { return }
        for job in Set(progress.map(\.attempt.task.job)) { subscriptions.noteProgress(of: job) }
    }
}
