internal import ArgumentParser
internal import MapReduceCoordinator
internal import MapReduceDriver
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceReport

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The options for reaching the coordinator.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the coordinator is. (default: http://127.0.0.1:9310)",
            valueName: "url"
        )
    )
    var coordinator: String?

    @Option(
        help: ArgumentHelp("A file with the cluster's token.", valueName: "file"),
        completion: .file()
    )
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "A file with the certificates that are trusted, instead of the system's.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tlsCA: String?

    static let defaultURL = "http://127.0.0.1:\(CoordinatorSettings.defaultPort)"

    /// Calls the body with a client, and closes its connections afterwards.
    ///
    /// `connectionCount`: the maximum number of open connections to one service.
    func withClient<Result: Sendable>(
        connectionCount: Int = HTTPLimits.clientConnectionCount,
        _ body: (CoordinatorClient) async throws -> Result
    ) async throws -> Result {
        try await withClient(connectionCount: connectionCount) { client, _, _ in
            try await body(client)
        }
    }

    /// Does the same for a body that needs the coordinator's address, and whether there is a token.
    func withClient<Result: Sendable>(
        connectionCount: Int = HTTPLimits.clientConnectionCount,
        _ body: (_ client: CoordinatorClient, _ url: String, _ hasToken: Bool) async throws ->
            Result
    ) async throws -> Result {
        let settings = try await Settings.load()
        let url = try Self.checked(
            url: coordinator ?? settings.string("COORDINATOR") ?? Self.defaultURL
        )
        let authority = tlsCA ?? settings.string("TLS_CA")
        let token =
            try SecretOptions.token(file: tokenFile, settings)
            ?? SecretOptions.localTokens.token(url: url)
        let client = CoordinatorClient(
            url: url,
            token: token,
            tls: try authority.map { try ServerSettings.clientTLS(authority: $0) },
            connectionCount: connectionCount
        )
        do {
            let result = try await body(client, url, token != nil)
            try await client.shutdown()
            return result
        } catch {
            try await client.shutdown()
            throw Self.explained(error, url)
        }
    }

    /// Returns the command that runs a task again, with the options that this command was given.
    func replayCommand(_ task: TaskID) -> String {
        replayCommand(of: task.job, "\(TaskName(task))")
    }

    /// Does the same for a task name or a placeholder.
    func replayCommand(of job: JobID, _ task: String) -> String {
        var words = [CommandLine.arguments.first ?? "mapreduce", "replay"]
        for (name, value) in [
            ("coordinator", coordinator), ("token-file", tokenFile), ("tls-ca", tlsCA),
        ] {
            if let value { words += ["--\(name)", value] }
        }
        return ShellWords.text(words + ["\(job.number)", task])
    }

    /// Returns the report of a failed job.
    func report(of job: JobStatus) -> String? {
        job.failure.map {
            FailureText.text(
                of: $0,
                attempt: job.failedAttempt,
                replay: job.failedAttempt.map { replayCommand($0.task) }
            )
        }
    }

    static func checked(url: String) throws -> String {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw ConfigurationError(
                "\(url) is not the URL of a coordinator; write http://HOST:PORT"
            )
        }
        return url
    }

    /// Adds advice to the error that a coordinator is unreachable.
    private static func explained(_ error: any Error, _ url: String) -> any Error {
        guard let call = error as? ClusterClient.CallError, case .unreachable(_, let reason) = call
        else { return error }
        return FailedJobError(
            description: "the coordinator at \(url) does not answer (\(reason)); start one with "
                + "`mapreduce cluster --workers 2`, or name another one with --coordinator"
        )
    }
}

/// The secrets of a cluster.
enum SecretOptions {
    /// The tokens that `mapreduce cluster` keeps for its user's clients.
    static var localTokens: LocalTokens {
        let variables = ProcessInfo.processInfo.environment
        return LocalTokens { name in variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// Returns the token from the named file, the environment, or the configuration.
    static func token(file: String?, _ settings: Settings) throws -> Token? {
        if let file { return try Token(file: file) }
        if let text = settings.secret("TOKEN") { return try text.reveal { try Token($0) } }
        return try settings.string("TOKEN_FILE").map { try Token(file: $0) }
    }
}
