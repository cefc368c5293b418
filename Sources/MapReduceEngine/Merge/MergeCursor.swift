/// The pairs of several cursors, ordered by key; pairs of equal keys are in the order of the
/// cursors.
package final class MergeCursor: PairCursor {
    private let sources: [any PairCursor]
    private let heads: UnsafeMutablePointer<Head>
    private var tree: LoserTree
    // One task's thread owns a cursor: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var winner = 0
    @exclusivity(unchecked) private var hasBegun = false

    /// A source's current pair, for comparisons and for readers: storing it costs less than asking
    /// the source.
    private struct Head {
        var prefix: UInt64 = 0
        var key = UnsafeRawBufferPointer(start: nil, count: 0)
        var value = UnsafeRawBufferPointer(start: nil, count: 0)
        var isExhausted = false
    }

    package init(_ sources: [any PairCursor]) {
        self.sources = sources.isEmpty ? [EmptyCursor()] : sources
        tree = LoserTree(count: self.sources.count)
        heads = .allocate(capacity: self.sources.count)
        heads.initialize(repeating: Head(), count: self.sources.count)
    }

    deinit { heads.deallocate() }

    package var key: UnsafeRawBufferPointer {
        heads[winner].key
    }

    package var value: UnsafeRawBufferPointer {
        heads[winner].value
    }

    package func next() throws -> Bool {
        if hasBegun {
            try advance(winner)
            winner = tree.replay { precedes($0, $1) }
        } else {
            hasBegun = true
            for index in sources.indices { try advance(index) }
            winner = tree.play { precedes($0, $1) }
        }
        return !heads[winner].isExhausted
    }

    @inline(__always)
    private func advance(_ index: Int) throws {
        let source = sources[index]
        if try source.next() {
            let key = source.key
            heads[index].key = key
            heads[index].value = source.value
            heads[index].prefix = SortEntry.prefix(of: key)
        } else {
            heads[index].isExhausted = true
            heads[index].prefix = .max
        }
    }

    @inline(__always)
    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let prefixA = heads[a].prefix
        let prefixB = heads[b].prefix
        if prefixA != prefixB { return prefixA < prefixB }
        return tailPrecedes(a, b)
    }

    private func tailPrecedes(_ a: Int, _ b: Int) -> Bool {
        if heads[a].isExhausted || heads[b].isExhausted {
            if heads[a].isExhausted != heads[b].isExhausted { return heads[b].isExhausted }
            return a < b
        }
        let order = compareKeys(heads[a].key, heads[b].key)
        return order == 0 ? a < b : order < 0
    }
}

/// A cursor without pairs.
private final class EmptyCursor: PairCursor {
    func next() -> Bool { false }
    var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
    var value: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
