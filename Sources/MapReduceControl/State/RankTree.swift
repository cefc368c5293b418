/// Positions of which some have a rank: finds the lowest rank, the next position, or the n-th.
///
/// Cost: logarithmic in the number of positions, for changes too. Source: tournament tree (Knuth,
/// TAOCP 3, 5.2.3), with a count of the positions below each node.
struct RankTree: Hashable, Sendable {
    /// Leaves come last; the node above nodes 2i and 2i + 1 is i.
    private var nodes: [Node] = [Node()]
    private var capacity = 1

    private struct Node: Hashable, Sendable {
        /// The lowest rank below the node.
        var rank = UInt64.max
        /// The position that has it, the lowest of several.
        var best: Int32 = -1
        /// Positions below the node that have a rank.
        var count: Int32 = 0
    }

    init() { nodes = Array(repeating: Node(), count: 2) }

    /// How many positions have a rank.
    var count: Int { Int(nodes[1].count) }

    /// The position with the lowest rank, the lowest of several; nil when none has one.
    var first: Int? { nodes[1].count == 0 ? nil : Int(nodes[1].best) }

    /// Gives a position a rank, or takes it away.
    mutating func set(_ position: Int, rank: UInt64?) {
        if position >= capacity { grow(toHold: position) }
        var node = capacity + position
        nodes[node] =
            rank.map { Node(rank: $0, best: Int32(position), count: 1) } ?? Node()
        while node > 1 {
            node /= 2
            nodes[node] = joined(nodes[2 * node], nodes[2 * node + 1])
        }
    }

    private func joined(_ left: Node, _ right: Node) -> Node {
        let isLeft = left.count > 0 && (right.count == 0 || left.rank <= right.rank)
        let better = isLeft ? left : right
        return Node(rank: better.rank, best: better.best, count: left.count + right.count)
    }

    private mutating func grow(toHold position: Int) {
        let leaves = nodes[capacity...]
        while position >= capacity { capacity *= 2 }
        nodes =
            Array(repeating: Node(), count: capacity) + leaves
            + Array(repeating: Node(), count: capacity - leaves.count)
        for node in stride(from: capacity - 1, to: 0, by: -1) {
            nodes[node] = joined(nodes[2 * node], nodes[2 * node + 1])
        }
    }

    /// The n-th position that has a rank, counted from 0; nil when there are not so many.
    func nth(_ n: Int) -> Int? {
        guard n >= 0, n < count else { return nil }
        var rest = Int32(n)
        var node = 1
        while node < capacity {
            node *= 2
            if rest >= nodes[node].count {
                rest -= nodes[node].count
                node += 1
            }
        }
        return node - capacity
    }

    /// The lowest position after this one that has a rank; nil when there is none.
    func next(after position: Int) -> Int? {
        // As many as there are up to this position come before it.
        guard position + 1 < capacity else { return nil }
        var before: Int32 = 0
        var node = capacity + max(position + 1, 0)
        while node > 1 {
            if node % 2 == 1 { before += nodes[node - 1].count }
            node /= 2
        }
        return nth(Int(before))
    }
}
