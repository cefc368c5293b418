import Foundation
import MapReduce
import TestSupport
import Testing

@testable import pagerank

@Suite struct PageRankTests {
    private let graph = sampleData + "/graph.tsv"

    /// The ranks that a command writes, by node.
    private func ranks(_ arguments: [String]) throws -> [Int: Double] {
        let result = try Command.run("pagerank", arguments + ["--quiet", "-o", "-"])
        #expect(result.code == 0, "\(result.errors)")
        return try ranks(ofLines: result.output)
    }

    private func ranks(ofLines text: String) throws -> [Int: Double] {
        var ranks: [Int: Double] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t")
            let node = try #require(Int(fields[0]))
            let rank = try #require(Double(fields[1]))
            ranks[node] = rank
        }
        return ranks
    }

    private func expectSame(_ ranks: [Int: Double], _ expected: [Int: Double], within: Double) {
        #expect(ranks.keys.sorted() == expected.keys.sorted())
        for (node, rank) in expected {
            #expect(abs((ranks[node] ?? 0) - rank) <= within, "node \(node)")
        }
        #expect(abs(ranks.values.reduce(0, +) - 1) < 1e-9)
    }

    /// However the graph is cut, its ranks differ in their last digits at most.
    @Test(arguments: [1, 3])
    func ranksAreThoseOfPlainCode(_ reducers: Int) throws {
        let expected = try ranks(ofLines: expectedOutput("pagerank"))
        let cut = ["--reducers", "\(reducers)", "--workers", "\(reducers)", "--split-size", "300"]
        for mode in [[], ["--in-process"]] {
            expectSame(try ranks([graph] + cut + mode), expected, within: 1e-12)
        }
    }

    @Test func aToleranceEndsTheRounds() throws {
        let result = try Command.run(
            "pagerank",
            [graph, "--rounds", "100", "--tolerance", "0.001", "--reducers", "1", "-o", "-"]
        )
        let longer = try ranks([graph, "--rounds", "40", "--reducers", "1"])
        expectSame(try ranks(ofLines: result.output), longer, within: 0.001 / 59 * 10)
        // All of the 59 nodes change in the first rounds, and none in the last one.
        let count = try #require(result.errors.firstMatch(of: /changed ranks: ([0-9,]+)/))
        let changes = try #require(Int(count.1.replacing(",", with: "")))
        #expect((2 * 59..<30 * 59).contains(changes))
    }

    @Test func otherDampingGivesOtherRanks() throws {
        let even = try ranks([graph, "--damping", "0"])
        for rank in even.values { #expect(abs(rank - 1 / Double(even.count)) < 1e-12) }
    }

    @Test func danglingNodesAreSpreadOverAll() throws {
        // 1 leads nowhere: in one round half of 0's rank, and all of 1's, are spread over both.
        let ranks = try PageRank.parse(["--rounds", "1", "--damping", "0.5"])
            .collect(lines: ["0 1"])
        #expect(ranks == [0: 0.375, 1: 0.625])
    }

    /// A round reads the pairs that the one before it wrote, and nobody copies them between.
    @Test(arguments: [[], ["--tolerance", "0.1"]])
    func whatARoundWritesIsReadByTheNext(_ mode: [String]) throws {
        let result = try Command.run("pagerank", ["--rounds", "5", "--plan"] + mode)
        #expect(result.output.matches(of: /iterate at/).count == 1, "\(result.output)")
    }

    /// With a library for graphs, where Python has it.
    @Test(.enabled(if: hasNetworkx, "Python has no networkx, or no scipy, which that needs"))
    func ranksAreThoseOfNetworkx() throws {
        let script = """
            import networkx, sys
            kind = networkx.MultiDiGraph
            graph = networkx.read_edgelist(sys.argv[1], create_using=kind, nodetype=int)
            for node, rank in networkx.pagerank(graph, tol=1e-15, max_iter=1000).items():
                print(node, rank, sep="\\t")
            """
        let result = try Command.run("/usr/bin/env", ["python3", "-c", script, graph])
        #expect(result.code == 0, "\(result.errors)")
        let ours = try ranks([graph, "--rounds", "200", "--tolerance", "1e-9"])
        expectSame(ours, try ranks(ofLines: result.output), within: 1e-9)
    }
}

/// Whether Python has what the comparison needs.
private let hasNetworkx = {
    do {
        return try Command.run("/usr/bin/env", ["python3", "-c", "import networkx, scipy"]).code
            == 0
    } catch {
        return false
    }
}()
