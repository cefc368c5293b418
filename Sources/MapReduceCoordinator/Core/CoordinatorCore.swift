internal import Logging
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import Tracing

/// The owner of a cluster's control plane: passes events to it, makes the journal durable, and then
/// carries out the consequences.
///
///     event ─► queue ─► apply all that wait ─► journal, once for all ─► commands, actions, answers
///
/// Nothing that depends on an entry leaves before the entry is durable: neither a command to a
/// worker nor the answer to the caller that brought the event.
///
/// This file holds the loop and its state. The extensions hold what callers request: they change
/// the control plane's state only through events, and parts that have their own type only through
/// its methods.
actor CoordinatorCore {
    let store: any CoordinatorStorage
    let uploads: Uploads
    let settings: CoordinatorSettings
    let logger: Logger
    let clock: CoordinatorClock
    let reports: Reports
    /// Counted by the server, not on the actor.
    nonisolated let httpMetrics: HTTPMetrics

    private(set) var coordinator: Coordinator
    /// The jobs that have not ended, or are being cleaned up.
    private(set) var jobs: [JobID: LiveJob] = [:]
    /// Whether the loop has ended, so that nothing that callers wait for will happen any more.
    private(set) var hasStopped = false
    var sessions = WorkerSessions()
    var subscriptions: Subscriptions
    var observers: CoordinatorObservers
    var stalls: StallDetector
    var memory = MemoryReturn()

    private var queue: [Pending] = []
    private var isFlushing = false
    private var durability = DurabilityWaiters()
    /// The reason why the coordinator cannot continue; nil while it can.
    private var failure: (any Error)?
    private var lastJob: JobID
    private var lastSession = 0
    private let start: ContinuousClock.Instant
    /// The time of `start`, in nanoseconds since 1970, so that the times in a journal increase from
    /// one process to the next.
    private let startTime: Instant

    /// What to apply and write, and the caller that waits for it.
    private struct Pending {
        var events: [Event]
        var batch: CoordinatorStore.Batch
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// Creates a coordinator that resumes where the journal in the data directory ends.
    init(settings: CoordinatorSettings, logger: Logger) throws {
        try self.init(
            settings: settings,
            store: try CoordinatorStore(directory: settings.dataDirectory),
            clock: .system,
            logger: logger
        )
    }

    /// Creates a coordinator that resumes where the journal of a store ends.
    init(
        settings: CoordinatorSettings,
        store: any CoordinatorStorage,
        clock: CoordinatorClock,
        logger: Logger
    ) throws {
        self.settings = settings
        self.store = store
        self.clock = clock
        self.logger = logger
        reports = Reports(store: store)
        observers = CoordinatorObservers(logger)
        httpMetrics = observers.metrics.http
        subscriptions = Subscriptions(
            interval: settings.streamInterval,
            maxStreamCount: settings.maxStreamCount
        )
        uploads = try Uploads(
            directory: settings.dataDirectory,
            maxByteCount: settings.maxUploadByteCount
        )
        lastJob = try store.lastJob()
        start = clock.now()
        stalls = StallDetector(at: start)
        startTime = Instant(nanoseconds: Int64(clock.wallTime() * 1e9))
        let (stored, entries) = try store.replay()
        let lastEvents = try store.lastEvents()
        coordinator = Coordinator(policy: settings.policy, journal: entries, at: startTime)
        for job in stored {
            jobs[job.id] = LiveJob(
                restoring: job,
                coordinator.jobs[job.id],
                lastEvent: lastEvents[job.id] ?? 0,
                logger
            )
        }
        for address in try store.workers(
            keeping: coordinator.workers.all.map(\.id),
            and: CoordinatorLimits.keptWorkerCount
        ) { sessions.expect(address) }
    }

    var now: Instant { startTime + (clock.now() - start) }

    /// Whether the coordinator accepts events.
    var isReady: Bool { failure == nil }

    // MARK: The loop

    /// Applies events; returns when their consequences are durable and on their way.
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
                if !batch.isEmpty { try await write(batch) }
            } catch {
                return stop(because: error, pending)
            }
            settle()
            observers.note(batch.entries, coordinator, at: now)
            for item in commands { sessions.send(item.command, to: item.worker) }
            for action in actions { perform(action) }
            for id in Set(batch.entries.map(\.job)) { subscriptions.wakeWaiters(for: id) }
            for item in pending { item.continuation.resume() }
        }
        isFlushing = false
    }

    /// Makes a batch durable, and records the last entry of each job.
    private func write(_ batch: CoordinatorStore.Batch) async throws {
        durability.begin()
        let begin = clock.now()
        let context = observers.traces.context(of: batch.entries)
        let last = try await Traces.span("write journal", in: context) { span in
            span?.attributes["mapreduce.journal.entries"] = batch.entries.count
            return try await store.write(batch)
        }
        observers.metrics.wrote(batch.entries.count, in: clock.now() - begin)
        for (index, entry) in batch.entries.enumerated() {
            if case .jobRetired = entry { continue }
            jobs[entry.job]?.lastEvent = last - (batch.entries.count - 1 - index)
        }
        subscriptions.note(batch.entries)
    }

    // MARK: Durability

    /// Checks that the journal can be written.
    /// - Throws: The error that made the journal impossible to write.
    func checkJournal() throws { if let failure { throw failure } }

    /// Reads the state when it matches the journal, and is not ahead of it.
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

    /// Resumes the callers that wait for durability: the journal has caught up with the state, or
    /// cannot be written any more.
    private func settle(_ error: (any Error)? = nil) {
        for waiter in durability.settle(failed: error != nil) { waiter(error) }
    }

    /// Stops because the state is ahead of the journal, and so useless: the process must end, and
    /// the next one resumes from the journal.
    private func stop(because error: any Error, _ pending: [Pending]) {
        logger.critical("the journal cannot be written", metadata: ["error": "\(error)"])
        failure = error
        for item in pending + queue { item.continuation.resume(throwing: error) }
        queue = []
        settle(error)
    }

    /// Stops in the same way outside of a batch.
    func stop(because error: any Error) { stop(because: error, []) }

    /// Answers all waiting callers: a server ends only when its requests have.
    func stop() {
        hasStopped = true
        sessions.answerAllPolls()
        subscriptions.resumeAll()
    }

    // MARK: Jobs and sessions

    func nextSession() -> SessionID {
        lastSession += 1
        return store.session(lastSession)
    }

    func nextJob() -> JobID {
        lastJob = JobID(lastJob.number + 1)
        return lastJob
    }

    /// Passes a job to the control plane.
    /// - Throws: An error if the journal does not have the job, so that no coordinator will run it.
    func accept(_ job: LiveJob, _ submission: JobSubmission) async throws {
        let id = submission.id
        jobs[id] = job
        observers.expect(id)
        do {
            let batch = CoordinatorStore.Batch(jobs: [job.stored])
            try await apply([.jobSubmitted(submission)], batch)
        } catch {
            jobs[id] = nil
            await job.discardOutput(logger)
            throw error
        }
    }

    /// Forgets a job whose outcome is in the store.
    func forget(_ id: JobID, _ status: JobStatus) async throws {
        subscriptions.noteEnd(status, snapshot(of: id, status))
        jobs[id] = nil
        defer {
            scheduleMemoryReturn()
            subscriptions.wakeWaiters(for: id)
        }
        try await apply([.jobRetired(id)])
    }
}
