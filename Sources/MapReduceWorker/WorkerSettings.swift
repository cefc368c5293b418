package import MapReduceHTTP
package import NIOSSL

/// How a worker is run.
package struct WorkerSettings: Sendable {
    package var server: ServerSettings
    /// The URL of the coordinator.
    package var coordinator: String
    /// How the worker checks the services that it calls; nil for plain HTTP.
    package var clientTLS: TLSConfiguration?
    /// Tasks that run at once.
    package var slotCount: Int
    /// Below it the worker makes a directory of its own.
    package var scratchBase: String
    /// Where others reach the worker; nil for where it listens.
    package var advertisedURL: String?
    /// Beginnings of paths of input files that lie on the worker's own disks.
    package var localPaths: [String] = []
    /// Free bytes of the scratch disk below which the worker takes no task that writes runs.
    package var minFreeByteCount = WorkerLimits.minFreeByteCount
    /// How long a worker that is told to end serves what is still needed.
    package var drainTimeout = WorkerLimits.drainTimeout
    /// How long a coordinator may be silent before the worker ends; nil for as long as it takes.
    package var coordinatorPatience: Duration? = WorkerLimits.coordinatorPatience
    /// Whether runs of other workers of this machine are read from their files.
    package var readsFilesOfHost = true

    /// Whether those who reach the coordinator at its address reach the worker where it listens.
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
