internal import Crypto
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceReport
internal import NIOCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The page that shows the cluster, and the routes that the page requests.
extension CoordinatorRoutes {
    /// Paths that need no token: they reveal nothing about any job.
    static let openPaths: Set<String> = ["/"]

    func addDashboard(to router: ClusterRouter) {
        let page = ServedPage(Page.live)
        router.get("/") { request, _ in page.answer(to: request) }
        router.get("v1/stream") { [core] request, _ in try await Self.stream(core, request) }
        router.get("v1/jobs/:job/report") { [core, isSecure] request, context in
            var report = try await core.report(of: try await job(request, context))
            report.replayCommand = Self.replayCommand(report.job.id, request, isSecure)
            return try JSONBody.response(report)
        }
        router.get("v1/jobs/:job/stream") { [core] request, context in
            try await Self.stream(core, try await job(request, context), request)
        }
    }

    private static func stream(_ core: CoordinatorCore, _ request: Request) async throws -> Response
    {
        let subscription = try await core.followCluster()
        return EventStream.response(to: request) {
            switch try await core.nextClusterUpdate(for: subscription.number) {
            case .update(let update): try update.events(epoch: core.store.epoch)
            case .keepAlive: [EventStream.keepAlive]
            case nil: nil
            }
        }
    }

    private static func stream(
        _ core: CoordinatorCore,
        _ id: JobID,
        _ request: Request
    ) async throws -> Response {
        let subscription = try await core.follow(id, after: try request.lastEvent)
        return EventStream.response(to: request) {
            switch try await core.nextJobUpdate(for: subscription.number) {
            case .update(let update): try update.events()
            case .keepAlive: [EventStream.keepAlive]
            case nil: nil
            }
        }
    }

    /// Returns the replay command for the client; it names the coordinator by the host of the
    /// request, if that is not the default.
    private static func replayCommand(_ id: JobID, _ request: Request, _ isSecure: Bool) -> String {
        var words = ["mapreduce", "replay"]
        let usual = ["127.0.0.1", "localhost"].map { "\($0):\(CoordinatorSettings.defaultPort)" }
        if let host = request.head.authority, isSecure || !usual.contains(host) {
            words += ["--coordinator", "\(isSecure ? "https" : "http")://\(host)"]
        }
        return ShellWords.text(words + ["\(id.number)", "STAGE.TASK"])
    }
}

extension Request {
    /// The entry after which a stream continues: the last one that an interrupted stream received,
    /// or the one that the query names.
    fileprivate var lastEvent: Int {
        get throws {
            guard let name = HTTPField.Name("Last-Event-ID"), let text = headers[name] else {
                return try number("after") ?? 0
            }
            guard let number = Int(text), number >= 0 else {
                throw ClusterError.badRequest("the header Last-Event-ID is not a number")
            }
            return number
        }
    }
}

/// A document that stays the same for as long as the process runs.
private struct ServedPage: Sendable {
    private let bytes: ByteBuffer
    private let headers: HTTPFields

    init(_ text: String) {
        bytes = ByteBuffer(string: text)
        let digest = SHA256.hash(data: Data(text.utf8))
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            // Always revalidated, because another release may have a different page.
            .cacheControl: "no-cache",
            .eTag: "\"\(DigestStore.text(digest))\"",
            .contentSecurityPolicy: Self.policy(of: text),
            .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        self.headers = headers
    }

    func answer(to request: Request) -> Response {
        if request.headers[.ifNoneMatch] == headers[.eTag] {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }

    /// Returns the content security policy of the page: it loads nothing, contacts only this
    /// service, and runs only its own script, which is identified by its digest.
    private static func policy(of text: String) -> String {
        var scripts: [String] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "<script>"),
            let end = rest[start.upperBound...].firstRange(of: "</script>")
        {
            let script = rest[start.upperBound..<end.lowerBound]
            let digest = Data(SHA256.hash(data: Data(script.utf8)))
            scripts.append("'sha256-\(digest.base64EncodedString())'")
            rest = rest[end.upperBound...]
        }
        return [
            "default-src 'none'", "script-src \(scripts.joined(separator: " "))",
            "style-src 'unsafe-inline'", "img-src data:", "connect-src 'self'", "base-uri 'none'",
            "form-action 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }
}
