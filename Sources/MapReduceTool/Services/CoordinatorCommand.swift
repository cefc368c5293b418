internal import ArgumentParser
internal import Logging
internal import MapReduceControl
internal import MapReduceCoordinator
internal import MapReduceHTTP
internal import MapReduceProcess
internal import ServiceLifecycle

/// The command `mapreduce coordinator`.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Starts a coordinator, which takes jobs and gives their tasks to workers."
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var policy: PolicyOptions

    @Option(
        help: ArgumentHelp(
            "Where the journal and uploads are kept. (default: ~/.local/state/mapreduce)",
            valueName: "directory"
        ),
        completion: .directory
    )
    var data: String?

    func run() async throws {
        let settings = try await Settings.load()
        var coordinator = CoordinatorSettings(
            server: try service.server(
                defaultPort: CoordinatorSettings.defaultPort,
                settings
            ),
            dataDirectory: try data ?? settings.string("DATA") ?? Directories.data()
        )
        try policy.apply(to: &coordinator, settings)
        let logger = try service.logger("coordinator", settings)
        FileLimit.raise()
        let coordinatorService = try CoordinatorService(coordinator, logger: logger)
        let services: [(any Service)?] = [coordinatorService, try service.parent()]
        try await ServiceRunner.run(services.compactMap { $0 }, logger: logger) {
            Terminal.write("coordinator at \(try await coordinatorService.url)\n", to: 1)
        }
    }
}

extension CoordinatorCommand: Documented {
    static let notes = CommandNotes(
        failure: "It could not go on.",
        files: [
            ("~/.local/state/mapreduce", "The journal, and what was uploaded; --data says where.")
        ],
        examples: [
            (
                "For workers on other machines",
                "mapreduce coordinator --listen 10.0.0.4:9310 --token-file token"
            )
        ],
        related: ["cluster", "worker"]
    )
}

/// The options for a coordinator's decisions, and for what it keeps.
struct PolicyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How a worker is chosen for a task: leastLoaded, roundRobin, random, weighted or "
                + "locality. (default: leastLoaded)",
            valueName: "placement"
        ),
        completion: .placement
    )
    var placement: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Run a slow task a second time on another worker, and take what ends first."
    )
    var speculation = true

    @Option(
        help: ArgumentHelp(
            "Jobs that have ended and are still listed. (default: 100)",
            valueName: "count"
        )
    )
    var keepJobs: Int?

    @Option(
        help: ArgumentHelp(
            "The largest executable or side file that is taken. (default: 512M)",
            valueName: "size"
        )
    )
    var maxUpload: ByteCount?

    @Option(
        help: ArgumentHelp(
            "Seconds of silence after which a worker is given up. (default: 15)",
            visibility: .hidden
        )
    )
    var deadAfter: Double?

    func apply(to coordinator: inout CoordinatorSettings, _ settings: Settings) throws {
        if let name = placement ?? settings.string("PLACEMENT") {
            guard let placement = Placement(rawValue: name) else {
                let names = Placement.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigurationError("\(name) is no placement; there are \(names)")
            }
            coordinator.policy.placement = placement
        }
        coordinator.policy.speculates = speculation
        if let count = try keepJobs ?? settings.int("KEEP_JOBS") {
            guard count >= 0 else { throw ConfigurationError("--keep-jobs is at least 0") }
            coordinator.keptJobCount = count
        }
        if let text = settings.string("MAX_UPLOAD"), maxUpload == nil {
            guard let size = ByteCount(argument: text) else {
                throw ConfigurationError("MAPREDUCE_MAX_UPLOAD is not a size: \(text)")
            }
            coordinator.maxUploadByteCount = size.value
        }
        if let maxUpload { coordinator.maxUploadByteCount = maxUpload.value }
        if let deadAfter {
            coordinator.policy.deadAfter = try TimeoutOption.duration(
                "--dead-after",
                deadAfter,
                in: ToolLimits.minSilenceSeconds...ToolLimits.maxTimeoutSeconds
            )
            coordinator.policy.suspectAfter = coordinator.policy.deadAfter / 3
        }
    }
}
