import TestSupport
import Testing

@testable import MapReduceControl

/// The tree beside an array that is searched from end to end.
@Suite struct RankTreeTests {
    @Test func agreesWithASearch() {
        forEachSeed(20) { random in
            var tree = RankTree()
            var ranks: [UInt64?] = Array(
                repeating: nil,
                count: Int.random(in: 1...40, using: &random)
            )
            for _ in 0..<200 {
                let position = Int.random(in: ranks.indices, using: &random)
                let rank: UInt64? =
                    Bool.random(using: &random) ? UInt64.random(in: 0...5, using: &random) : nil
                ranks[position] = rank
                tree.set(position, rank: rank)
                check(tree, ranks)
                check(RankTree(ranks: ranks), ranks)
                check(tree, ranks, fit: ranks.map { _ in Bool.random(using: &random) })
            }
        }
    }

    private func check(_ tree: RankTree, _ ranks: [UInt64?]) {
        let present = ranks.indices.filter { ranks[$0] != nil }
        #expect(tree.count == present.count)
        check(tree, ranks, fit: ranks.map { _ in true })
        for n in -1...present.count {
            #expect(tree.nth(n) == (present.indices.contains(n) ? present[n] : nil))
        }
        for position in -1...ranks.count {
            #expect(tree.next(after: position) == present.first { $0 > position })
        }
    }

    /// The tree is asked for those that are fit.
    private func check(_ tree: RankTree, _ ranks: [UInt64?], fit: [Bool]) {
        let present = ranks.indices.filter { ranks[$0] != nil && fit[$0] }
        #expect(
            tree.first { fit[$0] } == present.min { ranks[$0] ?? 0 < ranks[$1] ?? 0 },
            "\(ranks), \(fit)"
        )
        for position in -1...ranks.count {
            let next = tree.next(after: position) { fit[$0] }
            #expect(next == present.first { $0 > position })
        }
    }
}

@Suite struct TaskQueueTests {
    @Test func givesTheLowestAndForgetsWhatIsRemoved() {
        forEachSeed(20) { random in
            var queue = TaskQueue(0..<10)
            var oracle = Set(0..<10)
            for _ in 0..<100 {
                let index = Int.random(in: 0..<20, using: &random)
                if oracle.contains(index) {
                    queue.remove(index)
                    oracle.remove(index)
                } else {
                    queue.insert(index)
                    oracle.insert(index)
                }
                #expect(queue.first == oracle.min())
                #expect(queue.front(100) == oracle.sorted())
                #expect(queue.front(3).first == oracle.min())
                #expect(queue.front(3).count == min(oracle.count, 3))
            }
        }
    }
}
