internal import MapReduceEngine

/// Verbs that put pairs in order.
extension Pairs {
    /// Returns all pairs in key order, from the first part to the last; pairs of equal keys keep
    /// the order in which they were emitted.
    ///
    /// The parts are about equal in size, whatever the keys are: the boundaries between them are
    /// chosen when all pairs are sorted, from the first keys of their blocks. A key with very many
    /// pairs may be in several parts.
    @inlinable
    public func sorted(
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let node = self.node
        let reader = ShuffleIdentity()
        return Pairs(
            PairsNode(
                "sorted",
                SourcePlace(file, line),
                keys: StageKeys(Key.self),
                prefix: { Pairs(node).first($0, $1).node }
            ) { planner in
                let ranges = ShuffleKind.ranges(count: planner.reducerCount)
                return [try planner.sort(node, for: reader, ranges, .one)]
            } emit: { context, sink in
                try context.passOn(to: sink)
            }
        )
    }

    /// Returns all pairs in the order of what the closure returns for them; pairs for which that is
    /// equal keep their order.
    ///
    ///     totals.sorted { word, total in Descending(total) }
    ///
    /// `order`: returns what a pair is sorted by. An error that it throws fails the attempt.
    @inlinable
    public func sorted<Order: RecordKey>(
        by order: @escaping @Sendable (_ key: Key, _ value: Value) throws -> Order,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> where Order.SortRole == SortOrder {
        let place = SourcePlace(file, line)
        let ranked: Pairs<Order, Pair<Key, Value>> = step("sorted", place) { key, value, emit in
            emit(try order(key, value), Pair(key, value))
        }
        let sorted = ranked.sorted(file: file, line: line)
        let plain: Pairs<Key, Value> = sorted.withoutOrder(place)
        return Pairs(
            PairsNode(
                prefix: { count, at in
                    // The first of these pairs are not the ones with the lowest keys either.
                    let first: Pairs<Key, Value> = ranked.first(count, at).withoutOrder(at)
                    return PairsNode(pass: Pass(sorted: place), first.node.connect)
                },
                pass: Pass(sorted: place),
                plain.node.connect
            )
        )
    }

    /// Unavailable: pairs are sorted by what the closure returns for each of them.
    @available(
        *,
        unavailable,
        message: """
            sorted(by:) takes what a pair is sorted by, and not a comparison: write \
            sorted { key, value in Descending(value) }, or Pair(flag, key) to sort by a Bool
            """
    )
    public func sorted(by areInOrder: (Key, Value) throws -> Bool) -> Pairs<Key, Value> { self }

    /// Returns the first pairs in the order of their keys, or of what they are sorted by, in one
    /// part.
    ///
    /// Every task keeps only that many pairs, so little is shuffled; nothing is sorted as a whole.
    ///
    /// After `sorted`, `prefix` must come directly: with a step between them it would not know that
    /// order, which is an error when the job is planned.
    ///
    /// `count`: the number of pairs; at least 0.
    @inlinable
    public func prefix(
        _ count: Int,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let place = SourcePlace(file, line)
        if count < 0 {
            return .mistaken("prefix(\(count)) asks for fewer than no pairs", place)
        }
        if let prefix = node.prefix { return Pairs(prefix(count, place)) }
        if let sorted = node.pass.sorted { return Self.prefixTooLate(count, place, sorted) }
        return first(count, place)
    }

    /// Returns a dataset that cannot be planned: its pairs are not in key order, by which the first
    /// ones would be found.
    @usableFromInline
    static func prefixTooLate(_ count: Int, _ place: SourcePlace, _ sorted: SourcePlace) -> Pairs {
        mistaken(
            "prefix(\(count)) would take the first pairs by their keys, as there is another step "
                + "between it and the order of \(sorted.fileName):\(sorted.line); put prefix right "
                + "after sorted, and the step before or after both",
            place
        )
    }

    /// Returns the first pairs in key order.
    @inlinable
    func first(_ count: Int, _ place: SourcePlace) -> Pairs<Key, Value> {
        let node = self.node
        let reader = ShuffleIdentity()
        return Pairs(
            PairsNode("prefix(\(count))", place, keys: StageKeys(Key.self)) { planner in
                let one = ShuffleKind.sorted(partitionCount: 1)
                return [try planner.sort(node, for: reader, one, .one, limit: count)]
            } emit: { context, sink in
                try context.passOn(to: sink, limit: count)
            }
        )
    }

    /// Returns the pairs that are the values of the keys they were sorted by.
    @inlinable
    func withoutOrder<First, Second>(_ place: SourcePlace) -> Pairs<First, Second>
    where Value == Pair<First, Second> {
        step("sorted", place) { _, pair, emit in emit(pair.first, pair.second) }
    }
}
