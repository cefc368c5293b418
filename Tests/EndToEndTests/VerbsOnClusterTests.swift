import ClusterTestSupport
import Foundation
import TestSupport
import Testing

/// Every verb on a cluster of three workers that fetch everything over HTTP.
@Suite(.serialized) struct VerbsOnClusterTests {
    private static let oneSided = [
        "sorted", "sorted-by", "prefix", "distinct", "count", "count-by-key", "sample",
        "partitioned", "union-of-itself", "map-with-own-total", "grouped", "shared", "iterate",
        "iterate-until",
    ]
    private static let twoSided = [
        "union", "join", "left-join", "full-join", "cogroup", "broadcast-join",
    ]

    @Test func everyVerbGivesTheSameAsOnOneMachine() throws {
        let cluster = try TestCluster(worker: ["--fetch-over-network"])
        let directory = try TemporaryDirectory()
        func file(_ name: String, _ count: Int) throws -> String {
            let lines = (0..<count).map { "k\($0 * $0 % 37) \($0 * 31 % 1000)\n" }
            return try directory.write(name, lines.joined())
        }
        let left = try file("left", 600)
        let right = try file("right", 90)
        for verb in Self.oneSided + Self.twoSided {
            let isTwoSided = Self.twoSided.contains(verb)
            let inputs = isTwoSided ? ["left=\(left)", "right=\(right)"] : [left]
            let arguments =
                ["--verb", verb, "--reducers", "3", "--split-size", "1500"] + inputs
            let local = directory("local-\(verb)")
            let alone = try Command.run("verbsjob", arguments + ["-q", "-o", local])
            try #require(alone.code == 0, "\(verb): \(alone.errors)")
            let result = try cluster.submit("verbsjob", arguments + ["--overwrite"]).wait()
            #expect(result.code == 0, "\(verb): \(result.errors)")
            #expect(
                try outputFiles(cluster.out + "/result") == outputFiles(local + "/result"),
                "\(verb)"
            )
        }
        try cluster.stop()
    }
}
