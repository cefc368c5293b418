internal import Logging
internal import MapReduceProcess
internal import ServiceLifecycle

/// Runs services until a signal ends them.
enum ServiceRunner {
    /// `didStart`: called once, beside the services.
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
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                do {
                    try await didStart()
                } catch {
                    // The service that did not start says why.
                    logger.debug("not started", metadata: ["error": "\(error)"])
                }
            }
            try await tasks.waitForAll()
        }
    }
}

/// A service that ends when standard input does: whoever started the process is gone.
struct EndOfInputService: Service {
    func run() async throws {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        try startThread {
            while !waitForEndOfInput() {}
            continuation.finish()
        }
        for await _ in ends.cancelOnGracefulShutdown() {}
    }
}
