internal import HTTPTypes
internal import Hummingbird
package import HummingbirdCore
package import NIOCore

/// Server-sent events as bytes: the format `text/event-stream`.
package enum EventStream {
    /// An event whose data is a value; JSON has no line ends, and so is one line.
    ///
    /// `id`: what the stream can be resumed after when this has come.
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

    /// An answer that goes on until there is nothing more, the client goes away, or the process
    /// ends.
    ///
    /// `next`: waits for what is to be sent; nil at the end. It is asked again when the client has
    /// taken what came before.
    package static func response(
        to request: Request,
        _ next: @escaping @Sendable () async throws -> [ByteBuffer]?
    ) -> Response {
        // The connection is closed afterwards: nobody is to ask again on it.
        var headers: HTTPFields = [
            .contentType: "text/event-stream", .cacheControl: "no-store", .connection: "close",
        ]
        // Some proxies collect answers otherwise.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                // A client that goes away closes its side of the connection: there may be nothing
                // to write for long.
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
