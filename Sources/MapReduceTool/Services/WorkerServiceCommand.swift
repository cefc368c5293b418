internal import ArgumentParser
internal import Logging
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceWorker
internal import ServiceLifecycle

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The command `mapreduce worker`.
struct WorkerServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Starts a worker, which runs tasks and serves what they shuffle."
    )

    @OptionGroup var service: ServiceOptions

    @Option(
        help: ArgumentHelp(
            "Where the coordinator is. (default: http://127.0.0.1:9310)",
            valueName: "url"
        )
    )
    var coordinator: String?

    @Option(
        help: ArgumentHelp(
            "A file with the certificates that are trusted, instead of the system's.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tlsCA: String?

    @Option(
        help: ArgumentHelp(
            "Tasks that run at once. (default: one for each processor)",
            valueName: "count"
        )
    )
    var slots: Int?

    @Option(
        help: ArgumentHelp(
            "Where to put intermediate files. (default: TMPDIR, or /tmp)",
            valueName: "directory"
        ),
        completion: .directory
    )
    var scratch: String?

    @Option(
        help: ArgumentHelp(
            "The URL under which other workers reach this one. (default: where it listens)",
            valueName: "url"
        )
    )
    var advertise: String?

    @Option(
        help: ArgumentHelp(
            "The beginning of paths that are on this machine's disks; can be given again.",
            valueName: "path"
        ),
        completion: .directory
    )
    var local: [String] = []

    @Option(
        help: ArgumentHelp(
            "Free room of the scratch disk below which no more is written. (default: 1G)",
            valueName: "size"
        )
    )
    var minFreeDisk: ByteCount?

    @Option(
        help: ArgumentHelp(
            "How long a worker that is told to end is still there. (default: 60)",
            valueName: "seconds"
        )
    )
    var drainTimeout: Double?

    @Option(
        help: ArgumentHelp(
            "How long the worker waits for a coordinator that does not answer before it ends; 0 "
                + "for as long as it takes. (default: 3600)",
            valueName: "seconds"
        )
    )
    var coordinatorPatience: Double?

    @Flag(help: .hidden)
    var stopAtEndOfInput = false

    @Flag(help: .hidden)
    var fetchOverNetwork = false

    func run() async throws {
        let settings = try await Settings.load()
        var worker = WorkerSettings(
            server: try service.server(defaultPort: 0, settings),
            coordinator: try ClientOptions.checked(
                url: coordinator ?? settings.string("COORDINATOR") ?? ClientOptions.defaultURL
            ),
            slotCount: try slots ?? settings.int("SLOTS") ?? Host.processorCount,
            scratchBase: try scratch ?? settings.string("SCRATCH") ?? Host.temporaryDirectory
        )
        guard 1...JobLimits.maxSlotCount ~= worker.slotCount else {
            throw ConfigurationError("--slots is a number from 1 to \(JobLimits.maxSlotCount)")
        }
        let authority = tlsCA ?? settings.string("TLS_CA")
        worker.clientTLS = try authority.map { try ServerSettings.clientTLS(authority: $0) }
        worker.advertisedURL = advertise ?? settings.string("ADVERTISE")
        try checkAdvertised(worker)
        worker.localPaths = local
        if let minFreeDisk { worker.minFreeByteCount = minFreeDisk.value }
        if let drainTimeout {
            worker.drainTimeout = try TimeoutOption.duration(
                "--drain-timeout",
                drainTimeout,
                in: 0...ToolLimits.maxTimeoutSeconds
            )
        }
        if let coordinatorPatience {
            let patience = try TimeoutOption.duration(
                "--coordinator-patience",
                coordinatorPatience,
                in: 0...ToolLimits.maxPatienceSeconds
            )
            worker.coordinatorPatience = coordinatorPatience == 0 ? nil : patience
        }
        worker.readsFilesOfHost = !fetchOverNetwork
        FileLimit.raise()
        let logger = try service.logger("worker", settings)
        let workerService = WorkerService(worker, logger: logger)
        var parents: [any Service] = stopAtEndOfInput ? [EndOfInputService()] : []
        if let parent = try service.parent() { parents.append(parent) }
        try await ServiceRunner.run([workerService] + parents, logger: logger) {
            Terminal.write("worker at \(try await workerService.url)\n", to: 1)
        }
    }

    /// Checks that other machines are not given an address where they would look for this worker on
    /// themselves.
    private func checkAdvertised(_ worker: WorkerSettings) throws {
        guard worker.advertisedURL == nil, try !worker.isReachable else { return }
        throw ConfigurationError(
            "workers on other machines cannot reach this one at \(worker.server.host): give "
                + "--listen with an address of this machine, or --advertise with its URL"
        )
    }
}

extension WorkerServiceCommand: Documented {
    static let notes = CommandNotes(
        failure: "It could not go on.",
        examples: [
            (
                "Join a coordinator on another machine",
                "mapreduce worker --coordinator http://10.0.0.4:9310 "
                    + "--listen 10.0.0.5:9311 --token-file token"
            )
        ],
        related: ["cluster", "coordinator", "workers"]
    )
}
