import AsyncHTTPClient
import ClusterTestSupport
import Foundation
import TestSupport
import Testing

/// What coordinator and workers of a cluster tell of themselves after a job that fetches over the
/// network, and one that fails.
struct ObservedCluster: Sendable {
    let coordinator: [String: Exposition.Family]
    let workers: [[String: Exposition.Family]]
    /// As they are sent.
    let texts: [String]

    /// What they have logged: JSON, from `debug` on.
    let logs: [String]

    /// Looked at once, for all tests.
    static let shared = Task { try await ObservedCluster() }

    private init() async throws {
        let cluster = try TestCluster(
            workers: 2,
            coordinator: ["--log-format", "json", "--log-level", "debug"],
            worker: ["--fetch-over-network", "--log-format", "json", "--log-level", "debug"]
        )
        let words = try cluster.submit(
            "wordcount",
            sampleTexts + ["--split-size", "64K", "--reducers", "3", "-q"]
        ).wait()
        try #require(words.code == 0, "\(words.errors)")
        let crash = try cluster.mapreduce([
            "submit", Command.products + "/faultyjob", sampleTexts[1], "-o", cluster.out + "2",
            "-q", "--map-at", "the", "--fault", "trap", "--max-attempts", "2",
        ])
        try #require(crash.code == 1, "\(crash.output) \(crash.errors)")
        var texts = [try await Self.metrics(of: cluster.url)]
        for worker in try cluster.workerStatuses() {
            texts.append(try await Self.metrics(of: worker.url))
        }
        let families = try texts.map { try Exposition.parse($0) }
        coordinator = families[0]
        workers = Array(families.dropFirst())
        self.texts = texts
        try cluster.stop()
        logs = ([cluster.coordinator] + cluster.workers).map(\.errorsSoFar)
    }

    private static func metrics(of url: String) async throws -> String {
        let request = HTTPClientRequest(url: url + "/metrics")
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        return String(buffer: try await answer.body.collect(upTo: 1 << 20))
    }
}
