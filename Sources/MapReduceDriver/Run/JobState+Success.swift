package import MapReduceControl
package import MapReduceModel

extension JobState {
    /// Throws the failure of a job that did not succeed.
    ///
    /// - Parameter replay: Returns the command that runs the task of an attempt again.
    /// - Throws: `RunError`.
    package func checkSucceeded(replay: (AttemptID) throws -> String? = { _ in nil }) throws {
        switch phase {
        case .finished(.succeeded): return
        case .finished(.failed(let failure, let attempt)):
            throw RunError(
                .failed,
                FailureText.text(
                    of: failure,
                    attempt: attempt,
                    replay: try attempt.flatMap(replay)
                ),
                location: failure.location?.description
            )
        case .finished(.cancelled), .running, .committing:
            throw RunError(.interrupted, "the job was cancelled")
        }
    }
}
