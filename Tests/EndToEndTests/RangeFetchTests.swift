import AsyncHTTPClient
import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

/// A sort over several parts whose runs are on other machines.
@Suite(.serialized) struct RangeFetchTests {
    private static let recordByteCount = 100

    /// Records of one length, in no order, some of whose keys come again and again.
    private func records(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * Self.recordByteCount)
        for _ in 0..<count {
            let number = UInt64.random(in: 0..<1_000_000, using: &random)
            let key = String(number % 5 == 0 ? 5 : number)
            let line = String(repeating: "0", count: 10 - key.count) + key
            bytes += Array(line.utf8) + Array(repeating: 0x2E, count: Self.recordByteCount - 11)
            bytes.append(0x0A)
        }
        return bytes
    }

    /// Bytes of segments that all workers have sent.
    private func servedByteCount(_ cluster: TestCluster) async throws -> Int {
        var sum = 0
        for worker in try cluster.workerStatuses() {
            let request = HTTPClientRequest(url: worker.url + "/metrics")
            let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            let metrics = String(buffer: try await answer.body.collect(upTo: 1 << 20))
            let name = "mapreduce_worker_served_bytes_total "
            let line = try #require(metrics.split(separator: "\n").first { $0.hasPrefix(name) })
            sum += try #require(Int(line.dropFirst(name.count)))
        }
        return sum
    }

    /// Whole runs would be fetched once by each worker that does not have them: twice as much as
    /// there is.
    ///
    /// Blocks are fetched once, where they are read: two thirds; or twice, where a task
    /// was prepared on another worker than it runs on.
    @Test func onlyTheBlocksOfARangeAreFetched() async throws {
        var bytes: [UInt8] = []
        forEachSeed(1) { bytes = records(240_000, &$0) }
        let cluster = try TestCluster(workers: 3, worker: ["--fetch-over-network"])
        let input = try cluster.directory.write("records", bytes)
        let arguments = [
            input, "--format", "binary", "--reducers", "6", "--split-size", "8M", "--overwrite",
        ]
        let result = try cluster.submit("sortjob", arguments + ["-q"]).wait()
        #expect(result.code == 0, "\(result.errors)")
        let expected = try localOutput("sortjob", arguments + ["--workers", "3"])
        #expect(try outputFiles(cluster.out) == expected)
        #expect(expected.keys.count { $0.hasPrefix("part-") } == 6)
        let served = try await servedByteCount(cluster)
        print("\(served) of \(bytes.count) bytes were fetched")
        #expect(served > bytes.count / 3, "\(served) of \(bytes.count) bytes")
        #expect(served < bytes.count * 3 / 2, "\(served) of \(bytes.count) bytes")
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "scratch is removed")
        try cluster.stop()
    }
}
