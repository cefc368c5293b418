internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

/// The followed attempts, and which of them still run according to the coordinator.
final class FollowedAttempts: Sendable {
    private let running = Mutex<[AttemptID: Bool]>([:])

    func begin(_ attempt: AttemptID) { running.withLock { $0[attempt] = true } }

    func end(_ attempts: Set<AttemptID>) {
        running.withLock { running in
            for attempt in attempts where running[attempt] != nil { running[attempt] = false }
        }
    }

    /// Records that the job has ended, and that none of its attempts runs.
    func endAll() { running.withLock { running in running = running.mapValues { _ in false } } }

    func forget(_ attempt: AttemptID) { running.withLock { $0[attempt] = nil } }

    func isRunning(_ attempt: AttemptID) -> Bool { running.withLock { $0[attempt] ?? false } }

    /// Whether no attempt is followed any more.
    var isEmpty: Bool { running.withLock { $0.isEmpty } }
}

/// The URLs of the workers; asks the coordinator for those it does not have.
actor WorkerDirectory {
    private let client: CoordinatorClient
    private var urls: [WorkerID: String] = [:]
    /// When the coordinator said that it does not know a worker.
    private var unknownSince: [WorkerID: ContinuousClock.Instant] = [:]
    /// The pending request; all waiting callers share its answer.
    private var asking: Task<[WorkerStatus], any Error>?

    init(client: CoordinatorClient) { self.client = client }

    /// Returns a worker's URL; nil if the coordinator knows no such worker, or not its address.
    func url(of worker: WorkerID) async throws -> String? {
        if let url = urls[worker] { return url }
        if let since = unknownSince[worker], .now - since < ToolLimits.logEventInterval {
            return nil
        }
        let client = self.client
        let question = asking ?? Task { try await client.workers() }
        asking = question
        defer { asking = nil }
        for status in try await question.value where !status.url.isEmpty {
            urls[status.id] = status.url
        }
        if urls[worker] == nil { unknownSince[worker] = .now }
        return urls[worker]
    }
}
