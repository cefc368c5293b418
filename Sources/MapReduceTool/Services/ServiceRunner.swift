internal import Logging
internal import MapReduceHTTP
internal import MapReduceProcess
internal import ServiceLifecycle
internal import UnixSignals

/// Runs services until a signal ends them.
enum ServiceRunner {
    /// `didStart`: called once, concurrently with the services.
    static func run(
        _ services: [any Service],
        logger: Logger,
        didStart: @escaping @Sendable () async throws -> Void
    ) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: $0,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup
                    )
                },
                gracefulShutdownSignals: UnixSignal.notIgnored([.sigterm, .sigint, .sighup]),
                logger: logger
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                do {
                    try await didStart()
                } catch {
                    // The service that failed to start reports the reason.
                    logger.debug("not started", metadata: ["error": "\(error)"])
                }
            }
            try await tasks.waitForAll()
        }
    }
}

/// A service that ends when the parent process ends.
struct ParentService: Service {
    private let parent: ParentProcess

    /// - Throws: `ConfigurationError` when the parent is gone already.
    init() throws {
        do {
            parent = try ParentProcess()
        } catch {
            throw ConfigurationError("--exit-with-parent: \(error)")
        }
    }

    func run() async throws {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        try startThread { [parent] in
            parent.waitForEnd()
            continuation.finish()
        }
        for await _ in ends.cancelOnGracefulShutdown() {}
    }
}

/// A service that ends when standard input ends, because the process that started this one is gone.
struct EndOfInputService: Service, CustomStringConvertible {
    var description: String { "end of input" }

    func run() async throws {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        try startThread {
            while !waitForEndOfInput() {}
            continuation.finish()
        }
        for await _ in ends.cancelOnGracefulShutdown() {}
    }
}
