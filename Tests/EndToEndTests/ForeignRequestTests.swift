import AsyncHTTPClient
import ClusterTestSupport
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MapReduceModel
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP
@testable import MapReduceWorker

/// What pages of other sites make a browser send is refused on every route of both services.
@Suite(.timeLimit(.minutes(15))) struct ForeignRequestTests {
    private let directory: TemporaryDirectory
    private static let secret = "0123456789abcdef"

    init() throws { directory = try TemporaryDirectory() }

    enum ServiceKind: CaseIterable {
        case coordinator
        case worker
    }

    private var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    private func router(
        _ kind: ServiceKind,
        _ server: ServerSettings,
        _ connections: Connections,
        _ client: ClusterClient
    ) throws -> ClusterRouter {
        switch kind {
        case .coordinator:
            let settings = CoordinatorSettings(server: server, dataDirectory: directory("data"))
            let core = try CoordinatorCore(settings: settings, logger: logger)
            return CoordinatorRoutes(
                core: core,
                metrics: core.httpMetrics,
                token: server.token,
                isSecure: false,
                connections: connections,
                logger: logger
            ).router
        case .worker:
            let coordinator = "http://127.0.0.1:1"
            let scratch = directory("scratch")
            let store = try JobStore(
                client: client,
                coordinator: coordinator,
                scratch: scratch,
                incarnation: "w"
            )
            let settings = WorkerSettings(
                server: server,
                coordinator: coordinator,
                slotCount: 1,
                scratchBase: scratch
            )
            return WorkerRoutes(
                store: store,
                checks: WorkerChecks(
                    settings: settings,
                    client: client,
                    coordinator: coordinator,
                    scratch: scratch,
                    store: store
                ),
                metrics: WorkerMetrics(),
                slotCount: 1,
                token: server.token,
                isSecure: false,
                connections: connections,
                logger: logger
            ).router
        }
    }

    /// Calls the body for each route of a service that runs meanwhile, with its method and a path
    /// that leads to it.
    private func forEachRoute(
        _ kind: ServiceKind,
        token: String? = nil,
        _ body: (_ method: HTTPMethod, _ path: String, _ url: String) async throws -> Void
    ) async throws {
        let server = try ServerSettings(
            host: "127.0.0.1",
            port: 0,
            token: try token.map { try Token($0) }
        )
        let connections = try Connections(fileLimit: 4096)
        let client = ClusterClient(token: server.token, tls: nil)
        let router = try router(kind, server, connections, client)
        let service = HTTPService(
            settings: server,
            connections: connections,
            router: router,
            logger: logger
        )
        let running = Task { try await service.run() }
        let url = server.url(port: try await service.port)
        let routes = router.routes
        #expect(routes.count > 5)
        for route in routes {
            let path = route.path.description.split(separator: "/").map { part in
                part == ":digest"
                    ? String(repeating: "a", count: 64)
                    : part.hasPrefix(":") ? "1" : String(part)
            }.joined(separator: "/")
            try await body(.init(rawValue: route.method.rawValue), "/" + path, url)
        }
        running.cancel()
        _ = await running.result
        try await client.shutdown()
    }

    private func status(
        _ method: HTTPMethod,
        _ url: String,
        _ headers: HTTPHeaders
    ) async throws -> Int {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers = headers
        if method == .POST || method == .PUT { request.body = .bytes(ByteBuffer(string: "{}")) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        return Int(response.status.code)
    }

    private func own(_ method: HTTPMethod) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.addBodyType(of: method)
        return headers
    }

    @Test(arguments: ServiceKind.allCases)
    func everyRouteRefusesForeignRequests(_ kind: ServiceKind) async throws {
        try await forEachRoute(kind) { method, path, url in
            let port = url.split(separator: ":").last ?? ""
            let foreign: [HTTPHeaders] = [
                ["Host": "evil.example"], ["Host": "evil.example:\(port)"],
                ["Host": "127.0.0.1:1"], ["Host": "127.0.0.1"], ["Host": "127.0.0.1.evil:\(port)"],
                ["Origin": "http://evil.example"], ["Origin": "null"],
                ["Origin": "http://localhost:\(port)"], ["Origin": "https://127.0.0.1:\(port)"],
                ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
                ["Sec-Fetch-Site": "x"],
                ["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"],
            ]
            for headers in foreign {
                var all = own(method)
                all.add(contentsOf: headers)
                let status = try await status(method, url + path, all)
                #expect(status == 403, "\(method) \(path) \(headers)")
            }
            // The service's own page, and those who are not browsers.
            let address = String(url.dropFirst("http://".count))
            let fine: [HTTPHeaders] = [
                [:], ["Origin": url, "Sec-Fetch-Site": "same-origin"], ["Host": address],
                ["Sec-Fetch-Site": "none"], ["Host": "localhost:\(port)"],
                ["Host": "[::1]:\(port)"],
            ]
            for headers in fine where !path.hasSuffix("stream") {
                var all = own(method)
                all.add(contentsOf: headers)
                let status = try await status(method, url + path, all)
                #expect(status != 403 && status != 415, "\(method) \(path) \(headers): \(status)")
            }
        }
    }

    /// With a token as well: a browser can send text and forms without asking before.
    @Test(arguments: ServiceKind.allCases, [nil, secret])
    func everyBodySaysWhatItIs(_ kind: ServiceKind, _ token: String?) async throws {
        try await forEachRoute(kind, token: token) { method, path, url in
            guard method == .POST || method == .PUT else { return }
            for type in [
                nil, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "",
                "text/plain; application/json", "text/plain, application/json",
                method == .PUT ? "application/json" : "application/octet-stream",
            ] {
                var headers = HTTPHeaders()
                if let type { headers.add(name: "Content-Type", value: type) }
                if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
                let status = try await status(method, url + path, headers)
                #expect(status == 415, "\(method) \(path) \(type ?? "without a type")")
            }
            var headers = own(method)
            if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
            #expect(try await status(method, url + path, headers) != 415, "\(method) \(path)")
        }
    }

    @Test(arguments: ServiceKind.allCases)
    func everyRouteButHealthAndThePageNeedsTheToken(_ kind: ServiceKind) async throws {
        try await forEachRoute(kind, token: Self.secret) { method, path, url in
            for wrong in [nil, "Bearer wrong", Self.secret, "Basic \(Self.secret)"] {
                var headers = own(method)
                if let wrong { headers.add(name: "Authorization", value: wrong) }
                let status = try await status(method, url + path, headers)
                let isOpen = path == "/" || path.hasPrefix("/health/")
                #expect((status == 401) != isOpen, "\(method) \(path): \(status)")
            }
        }
    }

    /// Two hosts, an authority with a user, and what a client of HTTP/1.0 leaves out.
    @Test func hostsAreReadStrictly() throws {
        func isTaken(_ authority: String?, _ fields: HTTPFields = [:]) -> Bool {
            let head = HTTPRequest(
                method: .get,
                scheme: "http",
                authority: authority,
                path: "/v1/jobs",
                headerFields: fields
            )
            do {
                try LocalRequestsMiddleware.check(head, port: 9310, isSecure: false)
                return true
            } catch {
                return false
            }
        }
        for host in [
            "127.0.0.1:9310", "127.9.8.7:9310", "localhost:9310", "LocalHost:9310", "[::1]:9310",
        ] {
            #expect(isTaken(host), "\(host)")
        }
        for host in [
            nil, "", ":9310", "localhost", "127.0.0.1:9311", "127.0.0.1:9310:9310", "127.1:9310",
            "user@localhost:9310", "localhost:9310/", "localhost.evil:9310", "127.0.0.1.:9310",
            "127.0.0.256:9310", "127.0.0.1x:9310", "[::1]evil:9310", "[::2]:9310", "0.0.0.0:9310",
            "evil localhost:9310", "١٢٧.0.0.1:9310", "10.0.0.1:9310",
        ] {
            #expect(!isTaken(host), "\(host ?? "nil")")
        }
        let host = try #require(HTTPField.Name("Host"))
        #expect(!isTaken("localhost:9310", [host: "localhost:9310"]))
        var origins: HTTPFields = [.origin: "http://localhost:9310"]
        #expect(isTaken("localhost:9310", origins))
        origins.append(HTTPField(name: .origin, value: "http://evil"))
        #expect(!isTaken("localhost:9310", origins))
        #expect(LocalRequestsMiddleware.isLocal("localhost", port: 80, isSecure: false))
        #expect(LocalRequestsMiddleware.isLocal("localhost", port: 443, isSecure: true))
        #expect(!LocalRequestsMiddleware.isLocal("localhost:1", port: nil, isSecure: true))
    }

    /// A link of another page may lead to the page, which tells it nothing; nothing else may.
    @Test func aLinkLeadsToThePage() async throws {
        let service = try await TestService(directory)
        let link: HTTPHeaders = [
            "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        ]
        #expect(try await service.ask(.GET, "/", [], link).status == .ok)
        var frame = link
        frame.replaceOrAdd(name: "Sec-Fetch-Dest", value: "iframe")
        for (path, headers) in [("/v1/jobs", link), ("/", frame), ("/health/live", link)] {
            await #expect(throws: TestService.Refusal.self, "\(path)") {
                _ = try await service.ask(.GET, path, [], headers)
            }
        }
        try await service.stop()
    }
}
