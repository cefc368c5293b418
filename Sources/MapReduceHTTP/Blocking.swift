internal import MapReduceProcess
internal import NIOPosix

/// Runs blocking work on a thread of a pool for such work, so that the threads that run tasks stay
/// free.
package func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await NIOThreadPool.singleton.runIfActive(body)
}

/// Runs work on its own thread, for work that may block indefinitely, such as accessing a network
/// file system.
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
