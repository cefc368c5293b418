/// A tournament of sorted sources that repeatedly finds the one with the smallest head.
///
/// The leaves are the sources; each inner node stores the loser of the match played there, and the
/// overall winner is stored next to the tree. When the winner's head changes, only the matches on
/// its path to the root are replayed.
///
///                     winner: 2
///                    node 1: loser 0
///                 ┌─────────┴─────────┐
///          node 2: loser 1      node 3: loser 3
///            ┌────┴────┐          ┌────┴────┐
///            0         1          2         3      sources
///
/// Cost: ⌈log2(count)⌉ comparisons per step. Source: Knuth, TAOCP 5.4.1.
package struct LoserTree: ~Copyable {
    /// `nodes[1...]`: the loser of each match; `nodes[0]`: the overall winner.
    private let nodes: UnsafeMutablePointer<Int>
    private let count: Int

    /// Creates a tournament of one or more sources, with no matches played yet.
    package init(count: Int) {
        precondition(count > 0, "a tournament has a source")
        self.count = count
        nodes = .allocate(capacity: count)
        nodes.initialize(repeating: 0, count: count)
    }

    deinit { nodes.deallocate() }

    /// Plays all matches.
    /// - Parameter precedes: whether the head of the first source comes before that of the second;
    ///   a strict order in which exhausted sources come last.
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

    /// Replays matches after the winner's head has changed.
    /// - Returns: the source that now has the smallest head.
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
