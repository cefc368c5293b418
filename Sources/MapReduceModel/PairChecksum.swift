/// A count of pairs, and a sum over them that does not depend on their order.
///
/// What is written and what is read must have the same checksum, which reveals pairs that were
/// lost, duplicated or changed on the way.
package struct PairChecksum: Hashable, Codable, Sendable {
    package var count: Int
    /// The sum of the hashes of all pairs, modulo 2 to the power of 64.
    package var hashSum: UInt64

    package init(count: Int = 0, hashSum: UInt64 = 0) {
        self.count = count
        self.hashSum = hashSum
    }

    /// Adds one pair.
    @inline(__always)
    package mutating func add(hash: UInt64) {
        count &+= 1
        hashSum &+= hash
    }

    package static func += (sum: inout PairChecksum, other: PairChecksum) {
        sum.count &+= other.count
        sum.hashSum &+= other.hashSum
    }

    package static func -= (sum: inout PairChecksum, other: PairChecksum) {
        sum.count &-= other.count
        sum.hashSum &-= other.hashSum
    }
}
