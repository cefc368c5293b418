internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Glibc)
internal import Glibc
#endif

/// One end of a connection that carries messages: a four-byte big-endian length, followed by that
/// many bytes of JSON.
///
/// Unchecked: one thread may send while another receives, because these share no state; two threads
/// must not send, or receive, at the same time.
package final class FrameChannel: @unchecked Sendable {
    package let descriptor: Int32
    private var received: [UInt8] = []

    /// Takes ownership of a descriptor, which is closed on deinitialization.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Returns two connected ends; by default, a new process inherits neither.
    package static func makePair() throws -> (FrameChannel, FrameChannel) {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutableBytes(of: &ends) { bytes in
            socketpair(
                AF_UNIX,
                Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
                0,
                bytes.baseAddress?.assumingMemoryBound(to: Int32.self)
            )
        }
        guard code == 0 else { throw ProcessError("make", "a pair of sockets", errno: errno) }
        return (FrameChannel(descriptor: ends.0), FrameChannel(descriptor: ends.1))
    }

    /// Sends one message.
    ///
    /// - Throws: `ProcessError` when the other end is closed.
    package func send(_ message: some Encodable) throws {
        let body = try JSONText.data(message)
        var frame: [UInt8] = []
        frame.reserveCapacity(body.count + 4)
        for shift in [24, 16, 8, 0] { frame.append(UInt8(body.count >> shift & 255)) }
        frame += body
        try frame.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count, let base = bytes.baseAddress {
                // A closed peer must be an error here, not a signal.
                let count = Glibc.send(
                    descriptor,
                    base + done,
                    bytes.count - done,
                    Int32(MSG_NOSIGNAL)
                )
                if count < 0 {
                    if errno == EINTR { continue }
                    throw ProcessError("write to", "a task process", errno: errno)
                }
                done += count
            }
        }
    }

    /// The result of a call to `receive`.
    package enum Received<Message: Sendable>: Sendable {
        case messages([Message])
        /// The other end is closed, or its process is gone.
        case closed
    }

    /// Waits for bytes, reads those available, and decodes the complete messages, of which there
    /// may be none.
    ///
    /// - Throws: `ProcessError` when the bytes are not a valid message.
    package func receive<Message: Decodable & Sendable>(
        _ type: Message.Type
    ) throws -> Received<Message> {
        let count = try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { bytes in
            while true {
                let count = read(descriptor, bytes.baseAddress, bytes.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    // A peer that died with unread messages resets the connection.
                    if errno == ECONNRESET { return 0 }
                    throw ProcessError("read from", "a task process", errno: errno)
                }
                received.append(contentsOf: bytes[..<count])
                return count
            }
        }
        if count == 0 { return .closed }
        return .messages(try decodeFrames(type))
    }

    private func decodeFrames<Message: Decodable>(_ type: Message.Type) throws -> [Message] {
        var messages: [Message] = []
        var start = 0
        while received.count - start >= 4 {
            let length = received[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= ProcessLimits.maxFrameByteCount else {
                throw ProcessError("a message of \(length) bytes between processes is too long")
            }
            guard received.count - start - 4 >= length else { break }
            let body = Data(received[start + 4..<start + 4 + length])
            do {
                messages.append(try JSONText.decode(type, from: body))
            } catch {
                throw ProcessError("what comes from another process is not a \(type): \(error)")
            }
            start += 4 + length
        }
        received.removeFirst(start)
        return messages
    }
}
