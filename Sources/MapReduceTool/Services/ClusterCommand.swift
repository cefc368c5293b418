internal import ArgumentParser
internal import Logging
internal import MapReduceCoordinator
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import ServiceLifecycle

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The command `mapreduce cluster`.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Starts a coordinator and workers on this machine, and stops them on Ctrl-C."
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var policy: PolicyOptions

    @Option(
        help: ArgumentHelp("How many workers to start, each a process.", valueName: "count")
    )
    var workers: Int

    @Option(
        help: ArgumentHelp(
            "Tasks that each worker runs at once. (default: the processors, shared by the workers)",
            valueName: "count"
        )
    )
    var slots: Int?

    @Option(
        help: ArgumentHelp(
            "Where the journal and uploads are kept. (default: one that is removed in the end)",
            valueName: "directory"
        ),
        completion: .directory
    )
    var data: String?

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
            "A file with the certificates that are trusted, instead of the system's.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tlsCA: String?

    @Flag(help: .hidden)
    var fetchOverNetwork = false

    func run() async throws {
        guard 1...ToolLimits.maxLocalWorkerCount ~= workers else {
            throw ConfigurationError(
                "--workers is a number from 1 to \(ToolLimits.maxLocalWorkerCount)"
            )
        }
        let settings = try await Settings.load()
        let base = try scratch ?? settings.string("SCRATCH") ?? Host.temporaryDirectory
        guard let data = data ?? settings.string("DATA") else {
            let directory = try ScratchDirectory(below: base)
            do {
                try await run(settings, data: directory.path, scratch: base)
            } catch {
                try directory.remove()
                throw error
            }
            // A worker that was killed has left its scratch directory.
            try ScratchDirectory.sweep(base)
            return try directory.remove()
        }
        try await run(settings, data: data, scratch: base)
        try ScratchDirectory.sweep(base)
    }

    private func run(_ settings: Settings, data: String, scratch: String) async throws {
        var server = try service.server(defaultPort: CoordinatorSettings.defaultPort, settings)
        let ownToken = server.token == nil ? Token.random() : nil
        server.token = server.token ?? ownToken
        var coordinator = CoordinatorSettings(server: server, dataDirectory: data)
        try policy.apply(to: &coordinator, settings)
        let logger = try service.logger("coordinator", settings, defaultLevel: .warning)
        FileLimit.raise()
        let coordinatorService = try CoordinatorService(coordinator, logger: logger)
        let processors = max(ProcessInfo.processInfo.activeProcessorCount, 1)
        let slotCount = try slots ?? settings.int("SLOTS") ?? max(processors / workers, 1)
        let workerService = WorkerProcesses(
            count: workers,
            arguments: ["--slots", "\(slotCount)", "--scratch", scratch]
                + sharedArguments(settings),
            token: ownToken,
            url: { try await coordinatorService.url }
        )
        let tokenService = ownToken.map {
            PublishedTokenService($0, in: SecretOptions.localTokens) {
                try await coordinatorService.url
            }
        }
        let services: [(any Service)?] = [
            coordinatorService, tokenService, workerService, try service.parent(),
        ]
        let client = ClientOptions.parsed(tokenFile: service.tokenFile, tlsCA: tlsCA)
        try await ServiceRunner.run(services.compactMap { $0 }, logger: logger) {
            let url = try await coordinatorService.url
            let tokenFile = try await tokenService?.path
            try await client.at(url).withClient { client in
                while try await client.cluster().workerCount < workers {
                    try await Task.sleep(for: ToolLimits.joinCheckInterval)
                }
            }
            Terminal.write(
                """
                coordinator at \(url), \(workers) workers with \(slotCount) slots each
                submit jobs with: mapreduce submit --coordinator \(url) ./job input -o output

                """,
                to: 1
            )
            if let ownToken, let tokenFile { Self.announce(ownToken, in: tokenFile, url: url) }
            Terminal.write("Ctrl-C stops the cluster\n", to: 1)
        }
    }

    /// Says how this user's clients and browser get access.
    ///
    /// The token itself is shown only on a terminal, because others may read output that goes to a
    /// file.
    private static func announce(_ token: Token, in file: String, url: String) {
        Terminal.write("the token is in \(file), where your commands find it\n", to: 1)
        guard Terminal.isTerminal(1) else { return }
        token.secret.reveal { Terminal.write("open \(url)/#token=\($0) in a browser\n", to: 1) }
    }

    /// Returns the arguments that all workers share.
    private func sharedArguments(_ settings: Settings) -> [String] {
        var arguments = [
            "--drain-timeout", "0", "--listen", "127.0.0.1:0", "--stop-at-end-of-input",
        ]
        if fetchOverNetwork { arguments.append("--fetch-over-network") }
        let options = [
            ("--token-file", service.tokenFile), ("--tls-certificate", service.tlsCertificate),
            ("--tls-key", service.tlsKey), ("--tls-ca", tlsCA),
            ("--log-level", service.logLevel ?? settings.string("LOG_LEVEL") ?? "warning"),
            ("--log-format", service.logFormat),
        ]
        for (name, value) in options {
            if let value { arguments += [name, value] }
        }
        return arguments
    }
}

extension ClusterCommand: Documented {
    static let notes = CommandNotes(
        failure: "It could not go on.",
        examples: [("Two workers on this machine", "mapreduce cluster --workers 2")],
        related: ["coordinator", "submit", "worker"]
    )
}

extension ClientOptions {
    /// Returns options as if they had been typed.
    static func parsed(tokenFile: String?, tlsCA: String?) -> ClientOptions {
        var options = ClientOptions()
        options.tokenFile = tokenFile
        options.tlsCA = tlsCA
        return options
    }

    func at(_ url: String) -> ClientOptions {
        var options = self
        options.coordinator = url
        return options
    }
}
