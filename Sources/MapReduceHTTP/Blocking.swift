internal import MapReduceProcess
internal import NIOPosix

/// Runs work that blocks on a thread that is there for it, so that the threads of tasks go on.
package func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await NIOThreadPool.singleton.runIfActive(body)
}

/// Runs work that may block for ever, as a file system of another machine does, on a thread of its
/// own.
package func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try startThread { continuation.resume(with: Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
