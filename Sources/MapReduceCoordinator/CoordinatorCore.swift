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
///     event ─► queue ─► apply all that wait ─► journal, once for all ─► commands, actions, answers
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
    let uploads: Uploads
    let settings: CoordinatorSettings
    let logger: Logger

    private var queue: [Pending] = []
    private var isFlushing = false
    private var durability = DurabilityWaiters()
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
        uploads = try Uploads(
            directory: settings.dataDirectory,
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
            var commands: [AddressedCommand] = []
            var actions: [CoordinatorAction] = []
            let stall = takeStall().map { [$0] } ?? []
            for event in stall + pending.flatMap(\.events) {
                let effects = coordinator.apply(event, at: now)
                batch.entries += effects.journal
                commands += effects.commands
                actions += effects.actions
            }
            for item in pending {
                batch.jobs += item.batch.jobs
                batch.logs += item.batch.logs
            }
            do {
                if !batch.isEmpty {
                    durability.begin()
                    let begin = clock.now
                    note(batch.entries, last: try await write(batch))
                    metrics.wrote(batch.entries.count, in: clock.now - begin)
                }
            } catch {
                return stop(because: error, pending)
            }
            settle()
            metrics.count(batch.entries, coordinator.jobs)
            log.tell(batch.entries, coordinator, at: now)
            traces.tell(batch.entries, coordinator)
            for item in commands { sessions[item.worker]?.send(item.command) }
            for action in actions { perform(action) }
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
    private func stop(because error: any Error, _ pending: [Pending]) {
        logger.critical("the journal cannot be written", metadata: ["error": "\(error)"])
        failure = error
        for item in pending + queue { item.continuation.resume(throwing: error) }
        queue = []
        settle(error)
    }

    /// The same outside of a batch.
    func stop(because error: any Error) { stop(because: error, []) }

    // MARK: What is durable

    /// Looks at the state at a moment at which it is what the journal says, and not ahead of it.
    func whenDurable<Value: Sendable>(
        _ body: @escaping (isolated CoordinatorCore) -> Value
    ) async throws -> Value {
        try checkJournal()
        guard durability.isAhead else { return body(self) }
        return try await withCheckedThrowingContinuation { continuation in
            durability.add { error in
                if let error {
                    continuation.resume(throwing: error)
                } else {
                    continuation.resume(returning: body(self))
                }
            }
        }
    }

    /// The journal says what the state is, or cannot be written any more.
    private func settle(_ error: (any Error)? = nil) {
        for waiter in durability.settle(failed: error != nil) { waiter(error) }
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
