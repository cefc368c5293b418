/// Positions, some of which have a rank: finds the lowest rank, the next position, or the nth.
///
/// Cost: logarithmic in the number of positions, for changes too. Source: tournament tree (Knuth,
/// TAOCP 3, 5.2.3), with a count of the positions below each node.
struct RankTree: Hashable, Sendable {
    /// Leaves come last; the parent of nodes 2i and 2i + 1 is node i.
    private var nodes: [Node] = [Node()]
    private var capacity = 1

    private struct Node: Hashable, Sendable {
        /// The lowest rank below the node.
        var rank = UInt64.max
        /// The position that has it; the lowest one if there are several.
        var best: Int32 = -1
        /// The number of positions below the node that have a rank.
        var count: Int32 = 0

        func isBetter(than other: Node) -> Bool {
            guard count > 0, other.count > 0 else { return count > 0 }
            return (rank, best) < (other.rank, other.best)
        }
    }

    init() { nodes = Array(repeating: Node(), count: 2) }

    /// Cost: linear.
    init(ranks: [UInt64?]) {
        self.init()
        guard !ranks.isEmpty else { return }
        grow(toHold: ranks.count - 1)
        for (position, rank) in ranks.enumerated() {
            nodes[capacity + position] = Self.leaf(position, rank)
        }
        joinAll()
    }

    /// The number of positions that have a rank.
    var count: Int { Int(nodes[1].count) }

    /// Returns the position with the lowest rank for which a predicate holds, the lowest position
    /// if there are several; nil if there is none.
    ///
    /// Cost: logarithmic for each position that comes before it and does not satisfy the predicate.
    func first(where predicate: (Int) -> Bool) -> Int? {
        guard count > 0 else { return nil }
        let first = Int(nodes[1].best)
        if predicate(first) { return first }
        if count == 1 { return nil }
        // Depth first, the better side before the other one: subtrees that cannot beat the best
        // position found so far are skipped.
        var found = Node()
        var open = [1]
        while let node = open.popLast() {
            guard nodes[node].isBetter(than: found) else { continue }
            if node < capacity {
                let isRight = nodes[2 * node + 1].isBetter(than: nodes[2 * node])
                open.append(isRight ? 2 * node : 2 * node + 1)
                open.append(isRight ? 2 * node + 1 : 2 * node)
            } else if predicate(node - capacity) {
                found = nodes[node]
            }
        }
        return found.count == 0 ? nil : Int(found.best)
    }

    /// Sets or removes the rank of a position.
    mutating func set(_ position: Int, rank: UInt64?) {
        if position >= capacity { grow(toHold: position) }
        var node = capacity + position
        nodes[node] = Self.leaf(position, rank)
        while node > 1 {
            node /= 2
            nodes[node] = joined(nodes[2 * node], nodes[2 * node + 1])
        }
    }

    private static func leaf(_ position: Int, _ rank: UInt64?) -> Node {
        rank.map { Node(rank: $0, best: Int32(position), count: 1) } ?? Node()
    }

    private func joined(_ left: Node, _ right: Node) -> Node {
        let better = right.isBetter(than: left) ? right : left
        return Node(rank: better.rank, best: better.best, count: left.count + right.count)
    }

    private mutating func joinAll() {
        for node in stride(from: capacity - 1, to: 0, by: -1) {
            nodes[node] = joined(nodes[2 * node], nodes[2 * node + 1])
        }
    }

    private mutating func grow(toHold position: Int) {
        let leaves = nodes[capacity...]
        while position >= capacity { capacity *= 2 }
        nodes =
            Array(repeating: Node(), count: capacity) + leaves
            + Array(repeating: Node(), count: capacity - leaves.count)
        joinAll()
    }

    /// Returns the nth position that has a rank, counted from 0; nil if there are not that many.
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

    /// Returns the lowest position after this one that has a rank; nil if there is none.
    func next(after position: Int) -> Int? {
        // The number of ranked positions up to this one is the index of the next one.
        guard position + 1 < capacity else { return nil }
        var before: Int32 = 0
        var node = capacity + max(position + 1, 0)
        while node > 1 {
            if node % 2 == 1 { before += nodes[node - 1].count }
            node /= 2
        }
        return nth(Int(before))
    }

    /// Returns the lowest position after this one that has a rank and satisfies a predicate; nil if
    /// there is none.
    func next(after position: Int, where predicate: (Int) -> Bool) -> Int? {
        var found = next(after: position)
        while let candidate = found, !predicate(candidate) { found = next(after: candidate) }
        return found
    }
}
