package import MapReduceHTTP
package import NIOSSL

/// The settings of a worker.
package struct WorkerSettings: Sendable {
    package var server: ServerSettings
    /// The URL of the coordinator.
    package var coordinator: String
    /// How the worker verifies the services that it calls; nil for plain HTTP.
    package var clientTLS: TLSConfiguration?
    /// The number of tasks that run at once.
    package var slotCount: Int
    /// The directory where the worker creates its own directory.
    package var scratchBase: String
    /// The URL where others reach the worker; nil for the address where it listens.
    package var advertisedURL: String?
    /// Path prefixes of input files that are on the worker's own disks.
    package var localPaths: [String] = []
    /// The free bytes on the scratch disk below which the worker takes no tasks that write runs.
    package var minFreeByteCount = WorkerLimits.minFreeByteCount
    /// How long a worker that is shutting down serves what is still needed.
    package var drainTimeout = WorkerLimits.drainTimeout
    /// How long a coordinator may be silent before the worker ends; nil for no limit.
    package var coordinatorPatience: Duration? = WorkerLimits.coordinatorPatience
    /// Whether the runs of other workers on this machine are read directly from their files.
    package var readsFilesOfHost = true

    /// Whether clients that reach the coordinator at its address also reach the worker where it
    /// listens.
    ///
    /// - Throws: `ConfigurationError` when the coordinator's URL names no host.
    package var isReachable: Bool {
        get throws {
            if server.host == "0.0.0.0" || server.host == "::" { return false }
            guard ServerSettings.isLoopback(server.host) else { return true }
            let authority = coordinator.split(separator: "/").dropFirst().first ?? ""
            let (host, _) = try ServerSettings.parse(String(authority), defaultPort: 0)
            return ServerSettings.isLoopback(host)
        }
    }

    package init(
        server: ServerSettings,
        coordinator: String,
        slotCount: Int,
        scratchBase: String
    ) {
        self.server = server
        self.coordinator = coordinator
        self.slotCount = slotCount
        self.scratchBase = scratchBase
    }
}
