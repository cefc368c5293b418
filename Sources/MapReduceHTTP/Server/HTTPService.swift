internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
package import Logging
internal import MapReduceProcess
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// An HTTP server with the limits shared by all services of a cluster.
package struct HTTPService: Service, CustomStringConvertible {
    private let settings: ServerSettings
    private let responder: RouterResponder<ClusterContext>
    /// The logger for the library's messages.
    private let libraryLogger: Logger
    private let logger: Logger
    private let bound: Promise<Int>
    private let connections: Connections

    package init(
        settings: ServerSettings,
        connections: Connections,
        router: ClusterRouter,
        logger: Logger
    ) {
        self.settings = settings
        self.connections = connections
        responder = router.buildResponder()
        // The library logs connections that are closed on shutdown as errors.
        var libraryLogger = logger
        if logger.logLevel > .debug { libraryLogger.logLevel = .critical }
        self.libraryLogger = libraryLogger
        self.logger = logger
        bound = Promise()
    }

    package var description: String { "HTTP service" }

    /// The port, once the server listens.
    package var port: Int { get async throws { try await bound.value } }

    package func run() async throws {
        let http1 = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionInstaller(connections)],
                idleTimeout: .seconds(HTTPLimits.idleConnectionSeconds),
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: HTTPLimits.maxHeaderByteCount,
                    maxHeaderListSize: HTTPLimits.maxHeaderByteCount,
                    maxHeaderFieldCount: HTTPLimits.maxHeaderCount
                )
            )
        )
        let bound = self.bound
        let listener = Listener()
        let application = Application(
            responder: responder,
            server: try settings.tls.map { try .tls(http1, tlsConfiguration: $0) } ?? http1,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                backlog: HTTPLimits.connectionBacklog,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    connections.limits.all
                )
            ),
            onServerRunning: { [logger, connections, listener] channel in
                connections.limits.log(logger)
                listener.start(channel)
                bound.fulfill(channel.localAddress?.port ?? 0)
            },
            logger: libraryLogger
        )
        // Detached, so that it ends when this task is canceled and not earlier: a service that is
        // draining keeps serving.
        let server = Task.detached { try await application.run() }
        do {
            try await withTaskCancellationHandler {
                try await server.value
            } onCancel: {
                Task.detached {
                    await listener.stop()
                    server.cancel()
                }
            }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            let refusal = ConfigurationError(
                "cannot listen on \(settings.host):\(settings.port): another process does; choose "
                    + "another --listen"
            )
            bound.fail(refusal)
            throw refusal
        } catch {
            bound.fail(error)
            throw error
        }
    }
}

/// The socket on which a service listens, once it does.
private final class Listener: Sendable {
    private let channel = Mutex<(any Channel)?>(nil)

    func start(_ channel: any Channel) { self.channel.withLock { $0 = channel } }

    /// Stops accepting connections, and pauses so that the server can take up those already
    /// accepted.
    ///
    /// A connection accepted while the server is being canceled would be dropped unused, and
    /// SwiftNIO would then end the process.
    func stop() async {
        guard let channel = channel.withLock({ $0 }) else { return }
        do {
            try await channel.setOption(.autoRead, value: false).get()
            try await Task.sleep(for: HTTPLimits.acceptPause)
        } catch {
            // The socket is closed: no more connections arrive on it.
        }
    }
}

extension ConnectionTable.Limits {
    fileprivate func log(_ logger: Logger) {
        let metadata: Logger.Metadata = [
            "connections": "\(all)", "withoutToken": "\(unproven)",
            "withoutTokenOfAddress": "\(unprovenOfPeer)", "openFiles": "\(FileLimit.current.now)",
        ]
        if all < HTTPLimits.fewConnectionCount {
            logger.warning(
                "few connections can be open at once: raise the limit of open files (ulimit -n)",
                metadata: metadata
            )
        } else {
            logger.info("listening", metadata: metadata)
        }
    }
}
