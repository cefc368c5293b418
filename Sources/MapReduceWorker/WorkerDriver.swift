internal import Logging
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import ServiceLifecycle

/// Executes the commands of a worker's state machine.
///
/// One task reads a single stream of events, applies them, and starts the resulting actions;
/// actions that take time answer with an event.
struct WorkerDriver {
    let settings: WorkerSettings
    let client: ClusterClient
    let coordinator: String
    let scratch: String
    let logger: Logger
    let store: JobStore
    let fetcher: SegmentFetcher
    let metrics: WorkerMetrics
    let hostMonitor: HostMonitor
    let traces = WorkerTraces()
    let slots: [WorkerSlot]
    private let http: HTTPService
    let incarnation: String
    let host: String
    private let events: AsyncStream<WorkerEvent>
    let send: AsyncStream<WorkerEvent>.Continuation
    let session = WorkerSessionState()
    let repeated = RepeatedWarnings()

    /// The reason why a worker's life ended.
    enum End {
        /// It was no longer needed, or has waited long enough.
        case done
        /// The coordinator belongs to another cluster.
        case again
        /// The coordinator has not answered for too long.
        case alone
    }

    init(
        settings: WorkerSettings,
        client: ClusterClient,
        scratch: String,
        logger: Logger
    ) throws {
        self.settings = settings
        self.client = client
        self.scratch = scratch
        var logger = logger
        // Once the worker has joined, every line names it.
        logger.handler.metadataProvider = Logger.MetadataProvider { [session] in
            session.worker?.fields ?? [:]
        }
        self.logger = logger
        coordinator =
            settings.coordinator.hasSuffix("/")
            ? String(settings.coordinator.dropLast()) : settings.coordinator
        let (events, send) = AsyncStream.makeStream(of: WorkerEvent.self)
        self.events = events
        self.send = send
        host = try HostIdentity.current()
        incarnation = HostIdentity.makeUUID()
        let metrics = WorkerMetrics()
        self.metrics = metrics
        store = try JobStore(
            client: client,
            coordinator: coordinator,
            scratch: scratch,
            incarnation: incarnation
        )
        hostMonitor = HostMonitor(scratch: scratch, store: store)
        fetcher = SegmentFetcher(
            client: client,
            coordinator: coordinator,
            store: store,
            host: host,
            readsFilesOfHost: settings.readsFilesOfHost,
            metrics: metrics,
            logger: logger
        )
        slots = try (0..<settings.slotCount).map { index in
            try WorkerSlot(index: index, scratch: scratch, metrics: metrics) { send.yield($0) }
        }
        let connections = try Connections(
            fileLimit: FileLimit.current.now,
            slotCount: settings.slotCount
        )
        http = HTTPService(
            settings: settings.server,
            connections: connections,
            router: WorkerRoutes(
                store: store,
                checks: WorkerChecks(
                    settings: settings,
                    client: client,
                    coordinator: coordinator,
                    scratch: scratch,
                    store: store
                ),
                metrics: metrics,
                slotCount: settings.slotCount,
                token: settings.server.token,
                isSecure: settings.server.tls != nil,
                connections: connections,
                logger: logger
            ).router,
            logger: logger
        )
    }

    /// Runs until the worker is no longer needed.
    ///
    /// `didListen`: called with the worker's URL.
    func run(_ didListen: @escaping @Sendable (String) -> Void) async throws -> End {
        do {
            let end = try await runGroup(didListen)
            await shutDownSlots()
            if end == .again { await removeParts() }
            return end
        } catch {
            await shutDownSlots()
            throw error
        }
    }

    /// The port where the worker listens.
    var port: Int { get async throws { try await http.port } }

    /// Removes the parts written for another history of the cluster.
    private func removeParts() async {
        do {
            try await store.removeParts()
        } catch {
            logger.warning("parts cannot be removed", metadata: ["error": "\(error)"])
        }
    }

    /// Shuts down all slots at once: each may have to wait for a process that does not exit.
    private func shutDownSlots() async {
        await withDiscardingTaskGroup { group in
            for slot in slots { group.addTask { await slot.shutDown() } }
        }
    }

    private func runGroup(_ didListen: @escaping @Sendable (String) -> Void) async throws -> End {
        try await withThrowingTaskGroup(of: End?.self) { group in
            defer { group.cancelAll() }
            group.addTask { [http] in
                try await http.run()
                return nil
            }
            let port = try await http.port
            let url = settings.advertisedURL ?? settings.server.url(port: port)
            didListen(url)
            group.addTask { try await checkDisk() }
            group.addTask { try await awaitShutdown() }
            group.addTask { try await drive(url) }
            while let end = try await group.next() { if let end { return end } }
            return .done
        }
    }

    /// Reads the events, and executes the resulting actions.
    private func drive(_ url: String) async throws -> End {
        let end = await withDiscardingTaskGroup { group in
            var machine = WorkerStateMachine(slotCount: settings.slotCount)
            var work = WorkerTasks()
            defer {
                group.cancelAll()
                work.cancelAll()
            }
            var silence = CoordinatorSilence(patience: settings.coordinatorPatience)
            send.yield(.started)
            for await event in events {
                note(event)
                if silence.isTooLong(after: event) { return End.alone }
                for action in machine.apply(event) {
                    switch action {
                    case .leave:
                        await leave()
                        return End.done
                    case .reset: return .again
                    case .join(let delay): join(machine.joinState, url, after: delay, &group)
                    default: perform(action, &group, &work)
                    }
                }
                metrics.running(machine.running.count)
            }
            return End.done
        }
        if let refusal = session.refusal { throw refusal }
        return end
    }

    private func note(_ event: WorkerEvent) {
        switch event {
        case .joined(let answer):
            session.joined(answer)
            metrics.joined(true)
        case .pollFailed(_, session.id, true): metrics.joined(false)
        case .attemptEnded(_, let report, _):
            store.logs.end(report.attempt)
            logEnd(report)
            traces.ended(report.attempt, report.failure?.message)
            guard case .succeeded(let output) = report.outcome else { return }
            if let run = output.run { store.add(run, of: report.attempt) }
        case .answered(_, _, let answer, let delivered):
            traces.delivered(delivered)
            traces.take(answer)
        case .inputFailed(let attempt, let source, _, let message, _):
            traces.ended(attempt, message)
            logger.log(
                level: repeated.level(of: "attempt without input", attempt.task.job),
                "an attempt cannot get what it reads",
                metadata: attempt.fields + [
                    "error": "\(message)", "source": "\(source.map { "\($0)" } ?? "none")",
                ]
            )
        case .slotLost(let slot):
            logger.error(
                "a task process cannot be ended: its slot gets no work until it is gone",
                metadata: ["slot": .stringConvertible(slot)]
            )
        case .jobFailed(let job, let message, _):
            logger.warning(
                "the program of a job is not here",
                metadata: job.fields + ["error": "\(message)"]
            )
        default: break
        }
    }

    private func logEnd(_ report: TaskReport) {
        switch report.outcome {
        case .succeeded: logger.debug("attempt succeeded", metadata: report.attempt.fields)
        case .failed(let failure):
            logger.log(
                level: repeated.level(of: "attempt failed", report.attempt.task.job),
                "attempt failed",
                metadata: report.attempt.fields + [
                    "kind": "\(failure.kind.rawValue)", "error": "\(failure.message)",
                ]
            )
        }
    }
}

extension TaskReport {
    /// The reason why the attempt failed; nil if it did not.
    fileprivate var failure: Failure? {
        if case .failed(let failure) = outcome { failure } else { nil }
    }
}
