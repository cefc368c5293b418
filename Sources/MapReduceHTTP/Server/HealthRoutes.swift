package import HTTPTypes
internal import Hummingbird
package import HummingbirdCore
internal import NIOCore

/// The routes `/health/live` and `/health/ready`, which need no token.
package enum HealthRoutes {
    /// Adds the routes to a router.
    ///
    /// `isReady`: returns whether the service can do its work now.
    package static func add(
        to router: ClusterRouter,
        isReady: @escaping @Sendable () async -> Bool
    ) {
        router.get("health/live") { _, _ in Response.text("live\n") }
        router.get("health/ready") { _, _ in
            await isReady()
                ? Response.text("ready\n")
                : Response.text("not ready\n", status: .serviceUnavailable)
        }
    }
}

extension MetricsText {
    package static func response(_ text: String) -> Response {
        Response.text(text, type: "text/plain; version=0.0.4; charset=utf-8")
    }
}

extension Response {
    package static func text(
        _ text: String,
        status: HTTPResponse.Status = .ok,
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
