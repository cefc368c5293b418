internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

/// The attempts that are followed, and which of them still run as far as the coordinator has said.
final class FollowedAttempts: Sendable {
    private let running = Mutex<[AttemptID: Bool]>([:])

    func begin(_ attempt: AttemptID) { running.withLock { $0[attempt] = true } }

    func end(_ attempts: Set<AttemptID>) {
        running.withLock { running in
            for attempt in attempts where running[attempt] != nil { running[attempt] = false }
        }
    }

    /// The job has ended, and nothing of it runs.
    func endAll() { running.withLock { running in running = running.mapValues { _ in false } } }

    func forget(_ attempt: AttemptID) { running.withLock { $0[attempt] = nil } }

    func isRunning(_ attempt: AttemptID) -> Bool { running.withLock { $0[attempt] ?? false } }

    /// Whether none is followed any more.
    var isEmpty: Bool { running.withLock { $0.isEmpty } }
}

/// The URLs of the workers; asks the coordinator for one that is not known.
actor WorkerDirectory {
    private let client: CoordinatorClient
    private var urls: [WorkerID: String] = [:]
    /// When the coordinator said that it does not know a worker.
    private var unknownSince: [WorkerID: ContinuousClock.Instant] = [:]
    /// The question that is under way: all who wait share the answer.
    private var asking: Task<[WorkerStatus], any Error>?

    init(client: CoordinatorClient) { self.client = client }

    /// Nil when the coordinator does not know the worker, or not where it is.
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
