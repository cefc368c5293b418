internal import HTTPTypes
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import NIOCore

/// What those who follow jobs and the cluster through streams are told.
extension CoordinatorCore {
    /// Begins to follow a job after one of its entries, 0 for all of it.
    /// - Throws: when there is no such job, and when there are too many streams.
    func follow(_ id: JobID, after: Int) async throws -> Following {
        try checkStreamCount()
        let follower = JobFollower(id, at: .now)
        follower.changes.isEmpty = false
        // Before anything is waited for: the job may end meanwhile.
        let following = Following(followers.add(follower), in: self)
        let lastEvent: Int
        if coordinator.jobs[id] != nil, let live = jobs[id] {
            lastEvent = live.lastEvent
        } else {
            let job = try await endedJob(id)
            followers.keep(job)
            lastEvent = job.lastEvent
        }
        guard after >= 1, after <= lastEvent else {
            follower.changes.isEverything = true
            return following
        }
        let missed = try await store.storedEvents(
            of: id,
            after: after,
            limit: CoordinatorLimits.maxResumedEventCount + 1
        )
        if missed.count > CoordinatorLimits.maxResumedEventCount {
            follower.changes.isEverything = true
        } else {
            for event in missed { follower.changes.add(try event.entry) }
        }
        return following
    }

    /// Begins to follow the cluster.
    func followCluster() throws -> Following {
        try checkStreamCount()
        return Following(followers.add(ClusterFollower(at: .now)), in: self)
    }

    private func checkStreamCount() throws {
        guard followers.count < settings.maxStreamCount else {
            throw ClusterError(
                .serviceUnavailable,
                "too-many-streams",
                "\(followers.count) streams are open, which are as many as there may be; close "
                    + "pages that show this cluster, and try again"
            )
        }
    }

    func unfollow(_ number: Int) {
        followers.remove(number)
        if followers.ofCluster.isEmpty { news.clear() }
    }

    // MARK: What is told

    /// Waits for what the follower of a job is to be told; nil when there is nothing more, and
    /// when the coordinator stops.
    func nextJobNews(for number: Int) async throws -> StreamStep<JobNews>? {
        while let follower = followers.ofJobs[number], goesOn, !follower.isDone {
            let now = ContinuousClock.now
            let isOver = followers.ended(follower.job) != nil
            if !follower.changes.isEmpty, isOver || now >= follower.pause.nextBatch {
                follower.pause.told(at: now, settings.streamInterval)
                if let news = try await jobNews(for: number) { return .news(news) }
            } else if now >= follower.pause.nextSign {
                follower.pause.signed(at: now)
                return .sign
            }
            await rest(number) { follower.pause.begin($0) }
        }
        return nil
    }

    /// Nil while the job is between its end and the report of it.
    private func jobNews(for number: Int) async throws -> JobNews? {
        try await whenDurable { core -> JobNews? in
            guard let follower = core.followers.ofJobs[number] else { return nil }
            let id = follower.job
            if let job = core.followers.ended(id) {
                follower.isDone = true
                return JobNews(
                    follower.changes,
                    of: job.state,
                    job.status,
                    lastEvent: job.lastEvent,
                    isEnd: true
                )
            }
            guard let job = core.coordinator.jobs[id], let status = core.status(of: id),
                let live = core.jobs[id]
            else { return nil }
            let news = JobNews(follower.changes, of: job, status, lastEvent: live.lastEvent)
            follower.changes = JobChanges()
            return news
        }
    }

    /// Waits for what the follower of the cluster is to be told; nil when the coordinator stops.
    func nextClusterNews(for number: Int) async throws -> StreamStep<ClusterBatch>? {
        while let follower = followers.ofCluster[number], goesOn {
            let now = ContinuousClock.now
            if follower.seen == nil || follower.seen != news.version {
                follower.pause.told(at: now, settings.streamInterval)
                if let seen = follower.seen, let batch = news.batch(since: seen) {
                    follower.seen = batch.version
                    return .news(batch)
                }
                let version = news.version
                let batch = ClusterBatch(
                    version: version,
                    jobs: try await statuses(),
                    workers: workerStatuses
                )
                follower.seen = version
                return .news(batch)
            }
            if now >= follower.pause.nextSign {
                follower.pause.signed(at: now)
                return .sign
            }
            await rest(number) { follower.pause.begin($0) }
        }
        return nil
    }

    private var goesOn: Bool { !hasStopped && !Task.isCancelled }

    /// Waits until something may have changed, the task is cancelled, or the coordinator stops.
    private func rest(
        _ number: Int,
        _ begin: (CheckedContinuation<Void, Never>) -> Void
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if goesOn { begin(continuation) } else { continuation.resume() }
            }
        } onCancel: {
            Task { await wake(number) }
        }
    }

    private func wake(_ number: Int) { followers.wake(number) }

    // MARK: What changes

    /// Notes entries that are durable, the last of which has this number.
    func note(_ entries: [JournalEntry], last: Int) {
        for (index, entry) in entries.enumerated() {
            if case .jobRetired = entry { continue }
            jobs[entry.job]?.lastEvent = last - (entries.count - 1 - index)
            if !followers.ofCluster.isEmpty { news.touch(entry.job) }
        }
        followers.note(entries)
    }

    /// Keeps what the attempts of a worker have read.
    func noteProgress(_ progress: [AttemptProgress], of worker: WorkerID) {
        if !followers.isEmpty, sessions[worker]?.progress != progress {
            for job in Set(progress.map(\.attempt.task.job)) {
                followers.noteProgress(of: job)
                if !followers.ofCluster.isEmpty { news.touch(job) }
            }
        }
        sessions[worker]?.progress = progress
    }

    /// Tells those who follow a job how it ended, right before it is forgotten.
    func tellEnd(of id: JobID, _ status: JobStatus) {
        if !followers.ofCluster.isEmpty { news.end(status) }
        guard let state = coordinator.jobs[id], let live = jobs[id] else { return }
        followers.keep(JobSnapshot(state: state, status: status, lastEvent: live.lastEvent))
    }

    /// Lets those go on who are due to be told something; called again and again.
    func wakeFollowers(at now: ContinuousClock.Instant) {
        if !followers.ofCluster.isEmpty, news.isDue(at: now) {
            let changed = news.takeTouched().compactMap { status(of: $0) }
            news.look(
                at: now,
                changed,
                workerStatuses,
                keeping: settings.keptJobCount,
                next: now + settings.streamInterval
            )
        }
        for follower in followers.ofCluster.values
        where follower.seen != news.version || now >= follower.pause.nextSign {
            follower.pause.end()
        }
        for follower in followers.ofJobs.values {
            let isDue = !follower.changes.isEmpty && now >= follower.pause.nextBatch
            if isDue || now >= follower.pause.nextSign { follower.pause.end() }
        }
    }
}

/// What is next in a stream.
enum StreamStep<News: Sendable>: Sendable {
    case news(News)
    /// A sign of life.
    case sign
}

/// A stream that somebody follows; when nobody has it any more, what was kept for it is freed.
final class Following: Sendable {
    let number: Int
    private let core: CoordinatorCore

    init(_ number: Int, in core: CoordinatorCore) {
        self.number = number
        self.core = core
    }

    deinit { Task { [core, number] in await core.unfollow(number) } }
}
