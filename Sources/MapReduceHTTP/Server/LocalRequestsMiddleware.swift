internal import HTTPTypes
internal import Hummingbird
internal import MapReduceModel

/// A middleware that refuses requests that other sites can make a local browser send to a service
/// without a token.
///
/// A page of any site can send requests to 127.0.0.1, and a name that resolves to that address (DNS
/// rebinding) lets the page read the answers too. The browser's request reveals this: it names
/// another host, another origin, or another site.
struct LocalRequestsMiddleware: RouterMiddleware {
    typealias Context = ClusterContext

    let isSecure: Bool
    let connections: Connections
    /// Paths that a link on another site's page may lead to.
    var openPaths: Set<String> = []

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try Self.check(
            request.head,
            port: context.port,
            isSecure: isSecure,
            isOpen: openPaths.contains(request.uri.path)
        )
        connections.prove(context.channel)
        return try await next(request, context)
    }

    /// Checks where a request comes from.
    /// - Throws: `ClusterError` if the request may come from another site.
    static func check(
        _ head: HTTPRequest,
        port: Int?,
        isSecure: Bool,
        isOpen: Bool = false
    ) throws {
        // Two hosts count as none: one might be checked, and the other one used.
        guard head.headerFields[values: .furtherHost].isEmpty, let host = head.authority,
            isLocal(host, port: port, isSecure: isSecure)
        else { throw ClusterError.foreignHost(port: port) }
        let origins = head.headerFields[values: .origin]
        let own = "\(isSecure ? "https" : "http")://\(host)"
        guard origins.allSatisfy({ $0.lowercased() == own.lowercased() }) else {
            throw ClusterError.foreignSite("its Origin is another one")
        }
        let sites = head.headerFields[values: .secFetchSite]
        if sites.allSatisfy({ $0 == "same-origin" || $0 == "none" }) { return }
        // Following a link shows the page, and reveals nothing to the other site.
        let isLink =
            head.method == .get && head.headerFields[.secFetchMode] == "navigate"
            && head.headerFields[.secFetchDest] == "document"
        guard isOpen, isLink else {
            throw ClusterError.foreignSite("Sec-Fetch-Site is not same-origin")
        }
    }

    /// Returns whether the host of a request is a loopback address with the service's own port.
    static func isLocal(_ authority: String, port: Int?, isSecure: Bool) -> Bool {
        guard let port, !authority.contains(where: { $0 == "/" || $0 == "@" || $0.isWhitespace })
        else { return false }
        do {
            let usual = isSecure ? 443 : 80
            let (host, named) = try ServerSettings.parse(authority, defaultPort: usual)
            return named == port && ServerSettings.isLoopback(host.lowercased())
        } catch {
            // It is not an address.
            return false
        }
    }
}

/// A middleware that refuses bodies whose declared type is not the one that the route takes.
///
/// A page of another site can make a browser send text or a form without first asking the service
/// for permission, but cannot do so with these types.
struct BodyTypeMiddleware: RouterMiddleware {
    typealias Context = ClusterContext

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try Self.check(request.head)
        return try await next(request, context)
    }

    static let json = "application/json"
    /// The type of executables and side files in requests.
    static let bytes = "application/octet-stream"

    /// Checks the type of a request's body.
    /// - Throws: `ClusterError` if the body is not of the type that the method takes.
    static func check(_ head: HTTPRequest) throws {
        let fields = head.headerFields
        let hasBody =
            !fields[values: .transferEncoding].isEmpty
            || fields[values: .contentLength].contains { $0 != "0" }
        let wanted: String
        switch head.method {
        case .get, .head: return
        case .put: wanted = bytes
        case .post: wanted = json
        default:
            if !hasBody { return }
            wanted = json
        }
        let type = (fields[.contentType] ?? "").prefix { $0 != ";" }
        let words = type.lowercased().split(separator: " ")
        guard words.count == 1, words[0] == wanted else {
            throw ClusterError(
                .unsupportedMediaType,
                "unsupported-media-type",
                "the body of \(head.method) is \(wanted); say so with Content-Type: \(wanted)"
            )
        }
    }
}

extension ClusterError {
    fileprivate static func foreignHost(port: Int?) -> ClusterError {
        let port = port.map { "\($0)" } ?? "the service's port"
        return ClusterError(
            .forbidden,
            "foreign-host",
            "a service without a token answers requests to 127.0.0.1:\(port), localhost:\(port) "
                + "and [::1]:\(port) alone, and this one names another host; use one of these, or "
                + "give the services a token with --token-file"
        )
    }

    fileprivate static func foreignSite(_ reason: String) -> ClusterError {
        ClusterError(
            .forbidden,
            "foreign-site",
            "a service without a token answers no request of another site: \(reason); open the "
                + "page at the service's own address, or give the services a token with "
                + "--token-file"
        )
    }
}

extension HTTPField.Name {
    /// A second `Host` header: the first becomes the request's authority.
    fileprivate static let furtherHost = named("Host")
    fileprivate static let secFetchSite = named("Sec-Fetch-Site")
    fileprivate static let secFetchMode = named("Sec-Fetch-Mode")
    fileprivate static let secFetchDest = named("Sec-Fetch-Dest")

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("the name of a header is made of letters")
        }
        return name
    }
}
