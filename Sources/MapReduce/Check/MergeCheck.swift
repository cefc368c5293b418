public import MapReduceEngine

/// A check that merges the values of a key in many ways, which must all give the same result.
///
/// The engine merges neighbors in whatever groups tasks, spills and passes form; the check tries
/// such groups.
struct MergeCheck<Value: RecordValue> {
    let merge: @Sendable (Value, Value) -> Value
    let closeness: Closeness
    private(set) var random: SeededRandom

    init(_ conditions: TestConditions, _ merge: @escaping @Sendable (Value, Value) -> Value) {
        self.merge = merge
        closeness = Closeness(tolerance: conditions.tolerance)
        random = SeededRandom(seed: conditions.seed)
    }

    /// Returns the values merged from left to right.
    /// - Throws: `MergeError` if another way gives a different result.
    mutating func merged(_ values: [Value]) throws -> Value {
        let left = fold(values)
        guard closeness.areEqual(left, fold(values)) else {
            throw MergeError("its closure gives two results for the same values")
        }
        try checkNeighbors(values)
        try check(foldRight(values), left, values.count, "from the right to the left")
        for _ in 0..<3 {
            try check(foldInTree(values[...]), left, values.count, "in groups of neighbors")
        }
        return left
    }

    private func fold(_ values: [Value]) -> Value { values.dropFirst().reduce(values[0], merge) }

    private func foldRight(_ values: [Value]) -> Value {
        values.dropLast().reversed().reduce(values[values.count - 1]) { merge($1, $0) }
    }

    private mutating func foldInTree(_ values: ArraySlice<Value>) -> Value {
        guard values.count > 1 else { return values[values.startIndex] }
        let cut = Int.random(in: values.startIndex + 1..<values.endIndex, using: &random)
        let first = foldInTree(values[..<cut])
        return merge(first, foldInTree(values[cut...]))
    }

    private func check(_ other: Value, _ left: Value, _ count: Int, _ way: String) throws {
        guard !closeness.areEqual(other, left) else { return }
        throw MergeError(
            "its closure is not associative: the \(count) values of the key merged \(way) give "
                + "\(other.columns), and from the left to the right \(left.columns)"
                + hint(other, left)
        )
    }

    /// Looks for three neighbors that show the difference, because three are easier to understand.
    private func checkNeighbors(_ values: [Value]) throws {
        guard values.count > 2 else { return }
        var first = values[0]
        for index in 1..<min(values.count - 1, 1000) {
            try checkThree(values[index - 1], values[index], values[index + 1])
            try checkThree(first, values[index], values[index + 1])
            first = merge(first, values[index])
        }
    }

    private func checkThree(_ a: Value, _ b: Value, _ c: Value) throws {
        let left = merge(merge(a, b), c)
        let right = merge(a, merge(b, c))
        guard !closeness.areEqual(left, right) else { return }
        let (a, b, c) = (a.columns, b.columns, c.columns)
        throw MergeError(
            "its closure is not associative: merge(merge(\(a), \(b)), \(c)) is \(left.columns), "
                + "and merge(\(a), merge(\(b), \(c))) is \(right.columns)" + hint(left, right)
        )
    }

    private func hint(_ a: Value, _ b: Value) -> String {
        guard Closeness(tolerance: 1e-6).areEqual(a, b) else { return "" }
        return " (sums of numbers with fractions differ in their last digits; allow that with "
            + "tolerance: 1e-9)"
    }
}

/// An error in the closure of a `combine`.
struct MergeError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension TaskContext {
    /// Whether values are merged only after the shuffle, to try different ways of merging them.
    @usableFromInline var checksMerges: Bool { testConditions?.checksMerges ?? false }

    /// Returns the merged values of a group, if all ways of merging them give the same result.
    @usableFromInline
    func mergedInManyWays<Value: RecordValue>(
        _ groups: GroupCursor,
        _ merge: @escaping @Sendable (Value, Value) -> Value,
        _ place: SourcePlace
    ) throws -> Value {
        var values = [try Value(record: groups.value)]
        while try groups.nextValue() { values.append(try Value(record: groups.value)) }
        var check = MergeCheck(testConditions ?? TestConditions(), merge)
        do {
            return try check.merged(values)
        } catch let error as MergeError {
            throw MergeError("combine at \(place.fileName):\(place.line): \(error)")
        }
    }
}
