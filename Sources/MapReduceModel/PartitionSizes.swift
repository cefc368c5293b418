/// How many pairs the partitions have that a stage has read.
package struct PartitionSizes: Hashable, Codable, Sendable {
    package var count: Int
    /// Pairs of the smallest partition, of the one in the middle, and of the largest one.
    package var smallest: Int
    package var median: Int
    package var largest: Int
    /// The number of the largest one.
    package var largestIndex: Int
    /// Pairs of all of them.
    package var pairCount: Int
    /// The key that has most pairs, and in which partition they are; nil where nobody has counted.
    package var heaviestKey: HeavyKey?
    package var heaviestKeyIndex: Int
    /// Whether the pairs of equal keys could be merged before they are shuffled, and are not.
    package var couldCombine = false

    /// Nil when there is no partition.
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

    /// The part of all pairs that the heaviest key has, from 0 to 1.
    package var heaviestShare: Double {
        guard let heaviestKey, pairCount > 0 else { return 0 }
        return Double(heaviestKey.pairCount) / Double(pairCount)
    }
}
