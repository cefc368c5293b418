package import Logging
internal import MapReduceHTTP
internal import MapReduceProcess
internal import ServiceLifecycle

/// A coordinator as a service: the control plane with an HTTP interface and a journal.
package struct CoordinatorService: Service, CustomStringConvertible {
    private let core: CoordinatorCore
    private let http: HTTPService
    private let probes: OutputProbes
    private let settings: CoordinatorSettings

    /// Creates a coordinator that resumes where the journal in the data directory ends.
    package init(_ settings: CoordinatorSettings, logger: Logger) throws {
        self.settings = settings
        core = try CoordinatorCore(settings: settings, logger: logger)
        let connections = try Connections(fileLimit: FileLimit.current.now)
        let routes = CoordinatorRoutes(
            core: core,
            metrics: core.httpMetrics,
            token: settings.server.token,
            isSecure: settings.server.tls != nil,
            connections: connections,
            logger: logger
        )
        probes = routes.probes
        http = HTTPService(
            settings: settings.server,
            connections: connections,
            router: routes.router,
            logger: logger
        )
    }

    package var description: String { "coordinator" }

    /// The URL of the coordinator, once it can be reached.
    package var url: String {
        get async throws { settings.server.url(port: try await http.port) }
    }

    /// Runs until a graceful shutdown begins.
    ///
    /// Jobs that have not ended resume with the next coordinator on the same data.
    package func run() async throws {
        do {
            try await serve()
        } catch {
            try probes.removeAll()
            throw error
        }
        try probes.removeAll()
    }

    private func serve() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await core.run() }
            group.addTask { try await http.run() }
            // Polls wait and are retried, so there is no need to wait for them.
            group.addTask {
                do {
                    try await gracefulShutdown()
                } catch is CancellationError {
                    // The other tasks have ended.
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
