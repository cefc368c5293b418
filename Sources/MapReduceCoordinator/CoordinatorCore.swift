internal import Logging
internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess

/// Owns the control plane of a cluster: gives it events, makes the journal durable, and then does
/// what it says.
///
///     event ──► queue ──► apply all that wait ──► journal, once for all ──► messages, answers
///
/// Nothing that depends on an entry leaves before the entry is durable: neither a command to a
/// worker nor the answer to whoever brought the event.
actor CoordinatorCore {
    var coordinator: Coordinator
    var sessions: [WorkerID: WorkerSession] = [:]
    /// The jobs that have not ended, or are being cleaned up after.
    var jobs: [JobID: LiveJob] = [:]
    var watchers: [JobID: Watchers] = [:]
    var metrics = CoordinatorMetrics()
    var followers = Followers()
    var news = ClusterNews()
    var log: CoordinatorLog
    var traces = CoordinatorTraces()
    /// Counted beside the actor.
    nonisolated let httpMetrics: HTTPMetrics
    let store: CoordinatorStore
    let executables: DigestStore
    let files: DigestStore
    let settings: CoordinatorSettings
    let logger: Logger

    private var queue: [Pending] = []
    private var isFlushing = false
    /// Whether the state is ahead of the journal, and who looks at it when it is not any more.
    var isAhead = false
    var onlookers: [((any Error)?) -> Void] = []
    /// Whether nobody is there any more to end what waits.
    private(set) var hasStopped = false
    /// Why the coordinator cannot go on; nil while it can.
    private var failure: (any Error)?
    private let failed = Promise<Never>()
    /// When memory that is free is given back to the system; nil while there is little.
    var memoryReturn: ContinuousClock.Instant?
    private var lastJob: JobID
    private var lastSession = 0
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    /// When the coordinator last ran.
    private var lastBeat: ContinuousClock.Instant
    /// The moment of `start`, in nanoseconds since 1970, so that a journal goes on from process to
    /// process.
    private let startTime: Instant

    /// What is to be applied and written, and who waits for it.
    private struct Pending {
        var events: [Event]
        var batch: CoordinatorStore.Batch
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// A job that has not ended.
    struct LiveJob {
        let stored: CoordinatorStore.Job
        /// Nil where it could not be claimed again after a restart.
        let output: OutputDirectory?
        /// The number of the job's last entry in the journal.
        var lastEvent = 0
    }

    /// Goes on where the journal ends.
    init(settings: CoordinatorSettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        log = CoordinatorLog(logger)
        httpMetrics = metrics.http
        store = try CoordinatorStore(directory: settings.dataDirectory)
        executables = try DigestStore(
            .executable,
            directory: settings.dataDirectory + "/executables",
            maxByteCount: settings.maxUploadByteCount
        )
        files = try DigestStore(
            .file,
            directory: settings.dataDirectory + "/files",
            maxByteCount: settings.maxUploadByteCount
        )
        lastJob = try store.lastJob()
        start = clock.now
        lastBeat = start
        startTime = Instant(nanoseconds: Int64(WallClock.now * 1e9))
        let (stored, entries) = try store.replay()
        let lastEvents = try store.lastEvents()
        coordinator = Coordinator(policy: settings.policy, journal: entries, at: startTime)
        for job in stored {
            jobs[job.id] = LiveJob(
                stored: job,
                output: Self.resume(job, coordinator.jobs[job.id], logger),
                lastEvent: lastEvents[job.id] ?? 0
            )
        }
        let expected = coordinator.workers.all.map(\.id)
        for address in try store.workers(
            keeping: expected,
            and: CoordinatorLimits.keptWorkerCount
        ) {
            sessions[address.worker] = WorkerSession(
                id: nil,
                worker: address.worker,
                address: address
            )
            sessions[address.worker]?.isKnown = true
        }
    }

    private static func resume(
        _ job: CoordinatorStore.Job,
        _ state: JobState?,
        _ logger: Logger
    ) -> OutputDirectory? {
        // The output of a job that has succeeded is in place.
        guard let state, state.outcome != .succeeded else { return nil }
        do {
            return try OutputDirectory(
                resuming: job.output,
                owner: job.launch.uuid,
                isCommitting: !state.isRunning
            )
        } catch {
            logger.error(
                "a job cannot go on, and is cancelled",
                metadata: job.id.fields + ["error": "\(error)"]
            )
            return nil
        }
    }

    var now: Instant { startTime + (clock.now - start) }

    /// Whether events can be taken.
    var isReady: Bool { failure == nil }

    // MARK: The loop

    /// Ends what was begun before, and then lets time pass until the task is cancelled.
    /// - Throws: what made the journal impossible to write.
    func run() async throws {
        defer { stopWaiting() }
        try await apply([.recovered])
        for (id, job) in jobs where job.output == nil && coordinator.jobs[id]?.outcome == nil {
            try await apply([.jobCancelled(id)])
        }
        for job in coordinator.jobs.all {
            if let outcome = job.outcome { cleanUp(job.id, outcome) }
        }
        while !Task.isCancelled {
            try await Task.sleep(for: CoordinatorLimits.tickInterval)
            if let failure { throw failure }
            wakeExpired()
            log.tellSuspects(coordinator.workers)
            if let stall = takeStall() { try await apply([stall]) }
            if let deadline = coordinator.nextDeadline, now >= deadline { try await apply([.tick]) }
        }
    }

    /// Answers all that wait: a server ends when its requests have.
    private func stopWaiting() {
        hasStopped = true
        for id in sessions.keys { sessions[id]?.wake() }
        for id in watchers.keys { watchers[id]?.wakeAll() }
        followers.wakeAll()
    }

    private func wakeExpired() {
        let now = clock.now
        if !followers.isEmpty { wakeFollowers(at: now) }
        if let due = memoryReturn, due <= now { returnMemory() }
        for id in sessions.keys {
            if let parked = sessions[id]?.parked, parked.until <= now { sessions[id]?.wake() }
        }
        for id in watchers.keys { watchers[id]?.wakeExpired(at: now) }
        // One that comes back is told to join again.
        for (id, session) in sessions where session.isKnown && coordinator.workers[id] == nil {
            metrics.goneWorkers.add("dead")
            log.tellDead(id)
            sessions[id]?.wake()
            sessions[id] = nil
        }
    }

    /// Notices that this process did not run for a while.
    ///
    /// Called on every tick, and before events are applied, so that it is not taken for the silence
    /// of the workers.
    private func takeStall() -> Event? {
        let beat = clock.now
        let delay = beat - lastBeat - CoordinatorLimits.tickInterval
        lastBeat = beat
        guard delay > CoordinatorLimits.maxTickDelay else { return nil }
        logger.warning(
            "the coordinator did not run for a while; its workers keep their place",
            metadata: ["seconds": "\(delay.inSeconds)"]
        )
        return .stalled(delay)
    }

    /// Applies events; returns when what follows from them is durable and on its way.
    func apply(
        _ events: [Event],
        _ batch: CoordinatorStore.Batch = CoordinatorStore.Batch()
    ) async throws {
        try checkJournal()
        try await withCheckedThrowingContinuation { continuation in
            queue.append(Pending(events: events, batch: batch, continuation: continuation))
            guard !isFlushing else { return }
            isFlushing = true
            Task { await flush() }
        }
    }

    /// - Throws: what made the journal impossible to write.
    func checkJournal() throws { if let failure { throw failure } }

    private func flush() async {
        while !queue.isEmpty {
            let pending = queue
            queue = []
            var batch = CoordinatorStore.Batch()
            var messages: [Message] = []
            let stall = takeStall().map { [$0] } ?? []
            for event in stall + pending.flatMap(\.events) {
                let effects = coordinator.apply(event, at: now)
                batch.entries += effects.journal
                messages += effects.messages
            }
            for item in pending {
                batch.jobs += item.batch.jobs
                batch.logs += item.batch.logs
            }
            do {
                isAhead = !batch.isEmpty
                if isAhead {
                    let begin = clock.now
                    note(batch.entries, last: try await write(batch))
                    metrics.wrote(batch.entries.count, in: clock.now - begin)
                }
            } catch {
                return fail(error, pending)
            }
            settle()
            metrics.count(batch.entries, coordinator.jobs)
            log.tell(batch.entries, coordinator, at: now)
            traces.tell(batch.entries, coordinator)
            for message in messages { deliver(message) }
            for id in Set(batch.entries.map(\.job)) { watchers[id]?.wakeAll() }
            for item in pending { item.continuation.resume() }
        }
        isFlushing = false
    }

    /// - Returns: the number of the last entry.
    private func write(_ batch: CoordinatorStore.Batch) async throws -> Int {
        try await Traces.span("write journal", in: traces.context(of: batch.entries)) { span in
            span?.attributes["mapreduce.journal.entries"] = batch.entries.count
            return try await store.write(batch)
        }
    }

    /// The state is ahead of the journal, and so of no use: the process is to end, and the next one
    /// goes on from the journal.
    private func fail(_ error: any Error, _ pending: [Pending]) {
        logger.critical("the journal cannot be written", metadata: ["error": "\(error)"])
        failure = error
        for item in pending + queue { item.continuation.resume(throwing: error) }
        queue = []
        settle(error)
    }

    // MARK: Messages

    private func deliver(_ message: Message) {
        if let (worker, command) = message.command {
            sessions[worker]?.send(command)
            return
        }
        switch message {
        case .startAttempt, .stopAttempt, .prepareTasks: break
        case .workerUnreachable(let worker, let others):
            logger.warning(
                "a worker is unreachable for others, and gets no work for a while",
                metadata: worker.fields + [
                    "url": "\(sessions[worker]?.address.url ?? "")",
                    "for": "\(others.map { "\($0.number)" }.joined(separator: " "))",
                ]
            )
        case .publishOutput(let job, let outputs):
            Task { await publish(job, outputs) }
        case .jobFinished(let job, let outcome):
            if let state = coordinator.jobs[job], let begin = jobs[job]?.stored.submittedAt {
                // The clock may have been set back.
                let seconds = max(WallClock.now - begin, 0)
                metrics.jobDurations.add(.seconds(seconds))
                log.tellFinished(state, outcome, after: seconds)
            }
            traces.finished(job, outcome)
            for worker in sessions.keys { sessions[worker]?.send(.end(job)) }
            cleanUp(job, outcome)
        }
    }

    private func publish(_ id: JobID, _ outputs: [TaskOutput]) async {
        guard let job = coordinator.jobs[id], let live = jobs[id] else { return }
        var failure: Failure?
        do {
            guard let directory = live.output else {
                throw ClusterError.notFound(
                    "the output directory is not that of the job any more; run the job again"
                )
            }
            let output = Handed(directory)
            try await blocking { try OutputPublisher.publish(outputs, of: job, to: output.value) }
        } catch {
            failure = Failure(
                kind: .outOfResources,
                message: "the output could not be put in place: \(error)"
            )
        }
        await applyOrLog([.outputPublished(id, failure)])
    }

    /// Removes what a job that did not succeed has written, keeps how it ended, and forgets it.
    private func cleanUp(_ id: JobID, _ outcome: JobOutcome) {
        Task {
            guard let live = jobs[id] else { return }
            if outcome != .succeeded { await discard(live) }
            guard var status = status(of: id) else { return }
            status.phase = outcome.phase
            do {
                status.verdict = try await verdict(of: id, status)
                let unused = try await store.finish(
                    id,
                    status,
                    keeping: settings.keptJobCount,
                    endedBefore: WallClock.now - CoordinatorLimits.minKeptJobSeconds
                )
                remove(uploads: unused)
            } catch {
                return fail(error, [])
            }
            tellEnd(of: id, status)
            jobs[id] = nil
            await applyOrLog([.jobRetired(id)])
            memoryReturn = clock.now + CoordinatorLimits.memoryReturnDelay
            watchers[id]?.wakeAll()
            watchers[id] = nil
        }
    }

    private func remove(uploads digests: [String]) {
        for digest in digests {
            do {
                for store in [executables, files] { try store.remove(digest) }
            } catch {
                logger.warning("an uploaded file stays", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Task processes that are being ended may still make files.
    func discard(_ job: LiveJob) async {
        guard let directory = job.output else { return }
        let output = Handed(directory)
        for attempt in 1... {
            do {
                return try await blocking { try output.value.discard() }
            } catch {
                if attempt == CoordinatorLimits.discardTries {
                    logger.error(
                        "what a job wrote cannot be removed",
                        metadata: job.stored.id.fields + [
                            "output": "\(job.stored.output)", "error": "\(error)",
                        ]
                    )
                    return
                }
                do {
                    try await Task.sleep(for: CoordinatorLimits.discardInterval)
                } catch {
                    return
                }
            }
        }
    }

    private func applyOrLog(_ events: [Event]) async {
        do {
            try await apply(events)
        } catch {
            // The journal's failure is what ends the process; it was told when it happened.
            logger.debug("an event came after the end", metadata: ["error": "\(error)"])
        }
    }

    func nextSession() -> Int {
        lastSession += 1
        return lastSession
    }

    /// The id of the next job.
    func nextJob() -> JobID {
        lastJob = JobID(lastJob.number + 1)
        return lastJob
    }
}

extension JobOutcome {
    var phase: JobStatus.Phase {
        switch self {
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}
