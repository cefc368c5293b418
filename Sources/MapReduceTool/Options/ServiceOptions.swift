internal import ArgumentParser
internal import Logging
internal import MapReduceHTTP
internal import ServiceLifecycle

/// The options of a service: where it listens, and what it logs.
struct ServiceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to listen; port 0 is any that is free.",
            valueName: "address:port"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "A file with the cluster's token; needed to listen on more than loopback.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "The certificate of this service, with those that lead to it (PEM).",
            valueName: "file"
        ),
        completion: .file()
    )
    var tlsCertificate: String?

    @Option(
        help: ArgumentHelp("The key of the certificate (PEM).", valueName: "file"),
        completion: .file()
    )
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "The least that is logged: debug, info, warning or error.",
            valueName: "level"
        ),
        completion: .logLevel
    )
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "How to log: text, or json for an object on each line. (default: text)",
            valueName: "format"
        ),
        completion: .logFormat
    )
    var logFormat: String?

    @Flag(help: "End when the process that started this one has ended.")
    var exitWithParent = false

    /// Returns the service that ends with the process that started this one, if requested.
    ///
    /// - Throws: `ConfigurationError` when that process is already gone.
    func parent() throws -> (any Service)? { exitWithParent ? try ParentService() : nil }

    func server(defaultPort: Int, _ settings: Settings) throws -> ServerSettings {
        let (host, port) = try ServerSettings.parse(
            listen ?? settings.string("LISTEN") ?? "127.0.0.1",
            defaultPort: defaultPort
        )
        let certificate = tlsCertificate ?? settings.string("TLS_CERTIFICATE")
        let key = tlsKey ?? settings.string("TLS_KEY")
        guard (certificate == nil) == (key == nil) else {
            throw ConfigurationError("--tls-certificate and --tls-key are given together")
        }
        return try ServerSettings(
            host: host,
            port: port,
            token: try SecretOptions.token(file: tokenFile, settings),
            tls: certificate.flatMap { certificate in
                key.map { (certificate, $0) }
            }.map { try ServerSettings.tls(certificate: $0.0, key: $0.1) }
        )
    }

    func logger(
        _ label: String,
        _ settings: Settings,
        defaultLevel: Logger.Level = .info
    ) throws
        -> Logger
    {
        let format = try format(settings)
        var logger = Logger(label: label) { LineLogHandler(service: $0, format: format) }
        logger.logLevel = defaultLevel
        if let text = logLevel ?? settings.string("LOG_LEVEL") {
            guard let level = Logger.Level(rawValue: text) else {
                throw ConfigurationError(
                    "\(text) is no log level; there are debug, info, warning and error"
                )
            }
            logger.logLevel = level
        }
        return logger
    }

    private func format(_ settings: Settings) throws -> LogFormat {
        guard let text = logFormat ?? settings.string("LOG_FORMAT") else { return .text }
        guard let format = LogFormat(rawValue: text) else {
            let names = LogFormat.allCases.map(\.rawValue).joined(separator: " and ")
            throw ConfigurationError("\(text) is no format of logs; there are \(names)")
        }
        return format
    }
}
