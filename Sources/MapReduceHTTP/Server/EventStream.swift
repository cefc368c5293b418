internal import HTTPTypes
internal import Hummingbird
package import HummingbirdCore
package import NIOCore

/// Server-sent events as bytes, in the format `text/event-stream`.
package enum EventStream {
    /// Returns an event whose data is a value; the value is a single line, because its JSON has no
    /// line ends.
    ///
    /// `id`: the point after which the stream can be resumed once this event has arrived.
    package static func event(
        _ name: String,
        id: String? = nil,
        _ value: some Encodable
    ) throws -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\n")
        if let id { buffer.writeString("id: \(id)\n") }
        buffer.writeString("data: ")
        buffer.writeBytes(try JSONBody.encode(value))
        buffer.writeString("\n\n")
        return buffer
    }

    /// A comment, which keeps a connection alive and is not an event.
    package static let keepAlive = ByteBuffer(string: ": alive\n\n")

    /// Returns an answer that continues until there is nothing more, the client goes away, or the
    /// process ends.
    ///
    /// `next`: waits for what to send next, and returns nil at the end. It is called again when the
    /// client has taken what came before.
    package static func response(
        to request: Request,
        _ next: @escaping @Sendable () async throws -> [ByteBuffer]?
    ) -> Response {
        // The connection is closed afterwards, so that no further request arrives on it.
        var headers: HTTPFields = [
            .contentType: "text/event-stream", .cacheControl: "no-store", .connection: "close",
        ]
        // Without this, some proxies buffer answers.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                // A client that goes away closes its side of the connection. This must be noticed
                // without a write, because there may be nothing to write for a long time.
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    while let buffers = try await next() {
                        for buffer in buffers { try await writer.write(buffer) }
                    }
                }
                try await writer.finish(nil)
            }
        )
    }
}
