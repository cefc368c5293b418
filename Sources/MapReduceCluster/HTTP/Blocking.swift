internal import NIOPosix

/// Runs work that blocks on a thread that is there for it, so that the threads of tasks go on.
func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await NIOThreadPool.singleton.runIfActive(body)
}
