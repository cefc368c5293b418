internal import Synchronization

/// A value that is set once, later.
package final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Value, any Error>])
        case done(Result<Value, any Error>)
    }

    private let state = Mutex(State.waiting([]))

    package init() {}

    package func fulfill(_ value: Value) { finish(.success(value)) }

    package func fail(_ error: any Error) { finish(.failure(error)) }

    /// Finishes the promise; only the first result counts.
    private func finish(_ result: Result<Value, any Error>) {
        let waiting: [CheckedContinuation<Value, any Error>] = state.withLock { state in
            guard case .waiting(let continuations) = state else { return [] }
            state = .done(result)
            return continuations
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    /// The value; waits until there is one.
    package var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Value, any Error>? = state.withLock { state in
                    switch state {
                    case .waiting(let continuations):
                        state = .waiting(continuations + [continuation])
                        return nil
                    case .done(let result): return result
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }
}
