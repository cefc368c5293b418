/// The numbers of pairs in the partitions that a stage has read.
package struct PartitionSizes: Hashable, Codable, Sendable {
    package var count: Int
    /// Pairs of the smallest, the median and the largest partition.
    package var smallest: Int
    package var median: Int
    package var largest: Int
    /// The number of the largest partition.
    package var largestIndex: Int
    /// Pairs of all partitions.
    package var pairCount: Int
    /// The key with the most pairs; below, its partition; nil if pairs were not counted by key.
    package var heaviestKey: HeavyKey?
    package var heaviestKeyIndex: Int
    /// Whether the pairs of equal keys could be merged before the shuffle, but are not.
    package var couldCombine = false

    /// Nil if there are no partitions.
    ///
    /// Cost: that of sorting the sizes.
    package init?(_ sizes: [(pairCount: Int, heaviestKey: HeavyKey?)]) {
        let sorted = sizes.map(\.pairCount).sorted()
        guard let smallest = sorted.first, let largest = sorted.last else { return nil }
        count = sorted.count
        self.smallest = smallest
        self.largest = largest
        median = sorted[(sorted.count - 1) / 2]
        largestIndex = sizes.firstIndex { $0.pairCount == largest } ?? 0
        pairCount = sorted.reduce(0, &+)
        heaviestKeyIndex = 0
        for (index, size) in sizes.enumerated() {
            guard let key = size.heaviestKey, key.pairCount > heaviestKey?.pairCount ?? 0 else {
                continue
            }
            heaviestKey = key
            heaviestKeyIndex = index
        }
    }

    /// The share of all pairs that the heaviest key has, from 0 to 1.
    package var heaviestShare: Double {
        guard let heaviestKey, pairCount > 0 else { return 0 }
        return Double(heaviestKey.pairCount) / Double(pairCount)
    }
}
