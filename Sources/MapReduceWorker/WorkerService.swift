internal import AsyncHTTPClient
package import Logging
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import ServiceLifecycle

/// A worker as a service: runs the tasks that a coordinator assigns, and serves their runs.
package struct WorkerService: Service, CustomStringConvertible {
    private let settings: WorkerSettings
    private let logger: Logger
    private let bound = Promise<String>()

    package init(_ settings: WorkerSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    package var description: String { "worker" }

    /// The URL where the worker serves its segments, once it does.
    package var url: String { get async throws { try await bound.value } }

    /// Runs until it is asked to shut down, and then until it is no longer needed.
    ///
    /// - Throws: `ClusterClient.CallError` when the coordinator rejects this worker, and
    ///   `CoordinatorGoneError` when it has not answered for too long.
    package func run() async throws {
        let client = ClusterClient(token: settings.server.token, tls: settings.clientTLS)
        do {
            var server = settings.server
            while try await runLife(client, &server) == .again {
                logger.warning(
                    """
                    the coordinator is of another cluster, or has gone back to an older copy \
                    of its data: this worker forgets all that it has, and joins as a new one
                    """
                )
            }
        } catch {
            try await client.shutdown()
            bound.fail(error)
            throw error
        }
        try await client.shutdown()
    }

    /// Runs one life of a worker: from its first to its last contact with a cluster.
    ///
    /// `server`: where it listens; the next life listens on the same port, because others
    ///   may know the port (`--advertise`).
    private func runLife(
        _ client: ClusterClient,
        _ server: inout ServerSettings
    ) async throws -> WorkerDriver.End {
        var settings = settings
        settings.server = server
        let scratch = try ScratchDirectory(below: settings.scratchBase)
        let path = scratch.path
        let end: WorkerDriver.End
        do {
            let driver = try WorkerDriver(
                settings: settings,
                client: client,
                scratch: path,
                logger: logger
            )
            end = try await driver.run { bound.fulfill($0) }
            server.port = try await driver.port
        } catch {
            try scratch.remove()
            throw error
        }
        try scratch.remove()
        if end == .alone, let patience = settings.coordinatorPatience {
            throw CoordinatorGoneError(coordinator: settings.coordinator, patience: patience)
        }
        return end
    }
}
