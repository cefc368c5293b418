/// A tournament of sorted sources: tells again and again which one has the smallest head.
///
/// The leaves are the sources; each inner node remembers the loser of the match that was played
/// there, and the winner of all is kept beside the tree. When the winner's head changes, only the
/// matches on its way to the root are played again.
///
///                     winner: 2
///                    node 1: loser 0
///                 ┌─────────┴─────────┐
///          node 2: loser 1      node 3: loser 3
///            ┌────┴────┐          ┌────┴────┐
///            0         1          2         3      sources
///
/// Cost: ⌈log2(count)⌉ comparisons for each step. Source: Knuth, TAOCP 5.4.1.
package struct LoserTree: ~Copyable {
    /// `nodes[1...]`: the loser of each match; `nodes[0]`: the winner of all.
    private let nodes: UnsafeMutablePointer<Int>
    private let count: Int

    /// A tournament of that many sources, at least one, whose matches are still to be played.
    package init(count: Int) {
        precondition(count > 0, "a tournament has a source")
        self.count = count
        nodes = .allocate(capacity: count)
        nodes.initialize(repeating: 0, count: count)
    }

    deinit { nodes.deallocate() }

    /// Plays all matches.
    /// - Parameter precedes: whether the head of the first source comes before that of the second;
    ///   a strict order, with an exhausted source after all others.
    /// - Returns: the source with the smallest head.
    package mutating func play(precedes: (Int, Int) -> Bool) -> Int {
        if count > 1 { nodes[0] = play(1, precedes) }
        return nodes[0]
    }

    private func play(_ node: Int, _ precedes: (Int, Int) -> Bool) -> Int {
        if node >= count { return node - count }
        let left = play(2 * node, precedes)
        let right = play(2 * node + 1, precedes)
        let rightWins = precedes(right, left)
        nodes[node] = rightWins ? left : right
        return rightWins ? right : left
    }

    /// Plays again after the winner's head has changed.
    /// - Returns: the source with the smallest head now.
    @inline(__always)
    package mutating func replay(precedes: (Int, Int) -> Bool) -> Int {
        var winner = nodes[0]
        var node = (winner + count) / 2
        while node >= 1 {
            let loser = nodes[node]
            if precedes(loser, winner) {
                nodes[node] = winner
                winner = loser
            }
            node /= 2
        }
        nodes[0] = winner
        return winner
    }
}
