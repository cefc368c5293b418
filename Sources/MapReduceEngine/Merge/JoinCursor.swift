/// Steps through the groups of several sorted sides at once, with the groups of equal keys
/// together.
///
///     side 0:  a a · c · · d          next():  a (0, 1) · b (1) · c (0) · d (0, 1)
///     side 1:  a · b b · · d d
///
/// Source: the merge join (Blasgen and Eswaran, Storage and access in relational data bases, 1977).
@usableFromInline
package final class JoinCursor {
    /// The sides; each side that has the current key is at its group, before the first value.
    @usableFromInline package let sides: [GroupCursor]
    // One task's thread owns a cursor: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var isEnded: [Bool]
    /// Whether each side has the current key.
    @exclusivity(unchecked) private var isAtKey: [Bool]
    @exclusivity(unchecked) private var first = 0

    package init(_ sides: [GroupCursor]) {
        precondition(!sides.isEmpty, "a join has sides")
        self.sides = sides
        isEnded = sides.map { _ in false }
        isAtKey = sides.map { _ in true }
    }

    /// The current key; valid until the next `next()`.
    @usableFromInline package var key: UnsafeRawBufferPointer { sides[first].key }

    /// Returns whether a side has pairs with the current key.
    @usableFromInline
    package func hasKey(_ side: Int) -> Bool { isAtKey[side] }

    /// Moves to the next key, skipping the values that were not requested.
    /// - Returns: false at the end.
    @usableFromInline
    package func next() throws -> Bool {
        for side in sides.indices where isAtKey[side] {
            isEnded[side] = try !sides[side].nextGroup()
        }
        guard let least = leastSide() else {
            for side in sides.indices { isAtKey[side] = false }
            return false
        }
        first = least
        for side in sides.indices {
            isAtKey[side] =
                !isEnded[side] && compareKeys(sides[side].key, sides[least].key) == 0
        }
        return true
    }

    /// Returns the first side with the least key.
    private func leastSide() -> Int? {
        var least: Int?
        for side in sides.indices where !isEnded[side] {
            guard let other = least else {
                least = side
                continue
            }
            if compareKeys(sides[side].key, sides[other].key) < 0 { least = side }
        }
        return least
    }
}
