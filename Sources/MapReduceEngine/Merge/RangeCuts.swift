internal import MapReduceModel

/// Cuts the pairs of several sorted runs into ranges of about equal size, one per reader.
///
/// All pairs have one order: by key, then by run, then by place in the run. A cut is a place in
/// that order where a block begins. So a key with very many pairs is cut like everything else, and
/// finding the cuts needs only the first pair of each block, which the runs list.
///
///     run 0:   | a … | c … | c … | g … |
///     run 1:   | b … | c … | d … |               2 ranges: cut before the block (c, run 1)
///
///     range 0: all pairs of run 0 up to the last c, and those of run 1 before its first c block
///
/// The same lists always give the same cuts.
package struct RangeCuts: Sendable {
    /// A place directly before the first pair of a block.
    package struct Cut: Hashable, Sendable {
        package var key: [UInt8]
        package var run: Int
        package var block: Int
    }

    /// The cuts between adjacent ranges, in ascending order; several may be at the same place, and
    /// the ranges between them are empty.
    package let cuts: [Cut]
    private let lists: [BlockList]

    /// `lists`: the blocks of each run.
    ///
    /// `count`: the number of ranges; at least 1.
    ///
    /// Cost: a sort of all blocks.
    package init(_ lists: [BlockList], count: Int) {
        precondition(count > 0, "there is at least one range")
        self.lists = lists
        var places: [(run: Int, block: Int)] = []
        var total = 0
        for (run, list) in lists.enumerated() {
            for (block, entry) in list.blocks.enumerated() {
                places.append((run, block))
                total += entry.byteCount
            }
        }
        places.sort { a, b in
            let order = Self.compare(
                lists[a.run].blocks[a.block].firstKey,
                lists[b.run].blocks[b.block].firstKey
            )
            return order == 0 ? (a.run, a.block) < (b.run, b.block) : order < 0
        }
        var cuts: [Cut] = []
        var before = 0
        for (run, block) in places {
            while cuts.count < count - 1, before >= Self.share(total, cuts.count + 1, of: count) {
                cuts.append(Cut(key: lists[run].blocks[block].firstKey, run: run, block: block))
            }
            before += lists[run].blocks[block].byteCount
        }
        self.cuts = cuts
    }

    /// Returns `total * number / count`, without overflow.
    private static func share(_ total: Int, _ number: Int, of count: Int) -> Int {
        total / count * number + total % count * number / count
    }

    fileprivate static func compare(_ a: [UInt8], _ b: [UInt8]) -> Int {
        a.withUnsafeBytes { a in b.withUnsafeBytes { b in compareKeys(a, b) } }
    }

    /// Returns the blocks of a run that have the pairs of a range; they may also have other pairs.
    package func blocks(of run: Int, range: Int) -> Range<Int> {
        let blocks = lists[run].blocks
        // If there are fewer blocks than ranges, the last ranges are empty.
        guard range <= cuts.count, !blocks.isEmpty else { return 0..<0 }
        let first = range == 0 ? 0 : firstBlock(at: cuts[range - 1], of: run)
        let last = range < cuts.count ? endBlock(at: cuts[range], of: run) : blocks.count
        return first < last ? first..<last : 0..<0
    }

    /// Returns the pairs of a run that are in a range; nil if there are none.
    package func cursor(
        of reader: RunReader,
        partition: Int,
        run: Int,
        range: Int
    ) -> (any PairCursor)? {
        let blocks = blocks(of: run, range: range)
        guard !blocks.isEmpty else { return nil }
        let lower = range == 0 ? nil : cuts[range - 1]
        let upper = range < cuts.count ? cuts[range] : nil
        let pairs = SegmentCursor(
            run: reader,
            partition: partition,
            bytes: lists[run].bytes(of: blocks)
        )
        return RangeCursor(
            pairs,
            from: lower?.run == run ? nil : lower.map { ($0.key, run > $0.run) },
            to: upper?.run == run ? nil : upper.map { ($0.key, run > $0.run) }
        )
    }

    /// Returns the first block that has pairs after a cut.
    private func firstBlock(at cut: Cut, of run: Int) -> Int {
        if cut.run == run { return cut.block }
        // The block before the first one that begins after the cut may also have some.
        return max(countOfBlocks(before: cut, of: run) - 1, 0)
    }

    /// Returns the block after the last one that has pairs before a cut.
    private func endBlock(at cut: Cut, of run: Int) -> Int {
        cut.run == run ? cut.block : countOfBlocks(before: cut, of: run)
    }

    /// Returns the number of blocks of a run that begin before a cut in another run.
    private func countOfBlocks(before cut: Cut, of run: Int) -> Int {
        lists[run].blocks.partitioningIndex { block in
            let order = Self.compare(block.firstKey, cut.key)
            return order == 0 ? run > cut.run : order > 0
        }
    }
}

/// The pairs of a cursor between two keys.
private final class RangeCursor: PairCursor {
    /// A key; `isInclusive`: whether pairs of the key itself come after the bound.
    typealias Bound = (key: [UInt8], isInclusive: Bool)

    private let pairs: SegmentCursor
    private let lower: Bound?
    private let upper: Bound?
    // One task's thread owns a cursor: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var hasBegun = false

    init(_ pairs: SegmentCursor, from lower: Bound?, to upper: Bound?) {
        self.pairs = pairs
        self.lower = lower
        self.upper = upper
    }

    var key: UnsafeRawBufferPointer { pairs.key }
    var value: UnsafeRawBufferPointer { pairs.value }

    func next() throws -> Bool {
        guard try pairs.next() else { return false }
        if !hasBegun {
            hasBegun = true
            if let lower {
                while !isBehind(lower) { guard try pairs.next() else { return false } }
            }
        }
        guard let upper else { return true }
        return !isBehind(upper)
    }

    @inline(__always)
    private func isBehind(_ bound: Bound) -> Bool {
        let order = bound.key.withUnsafeBytes { compareKeys(pairs.key, $0) }
        return order == 0 ? bound.isInclusive : order > 0
    }
}
