public import MapReduceEngine

/// Verbs that bring together the values of a key.
extension Pairs {
    /// Merges the values of each key into one, before and after the shuffle.
    ///
    ///     words.combine(+)
    ///
    /// Keys come in order within each part.
    ///
    /// `merge`: merges two values, with the one that was emitted first on the left. It must be
    /// associative; it need not be commutative.
    @inlinable
    public func combine(
        _ merge: @escaping @Sendable (_ first: Value, _ second: Value) -> Value,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let node = self.node
        let place = SourcePlace(file, line)
        let reader = ShuffleIdentity()
        // One call for a batch of pairs, specialized for this closure.
        let mergeBatch: CombiningSink<Key, Value>.MergeBatch = { table, batch, count, key in
            table.add(batch, count: count, noting: key) { old, new in
                InlineValue.bits(
                    of: merge(
                        InlineValue.value(ofBits: old, as: Value.self),
                        InlineValue.value(ofBits: new, as: Value.self)
                    )
                )
            }
        }
        return Pairs(
            PairsNode("combine", place, keys: StageKeys(Key.self)) { planner in
                let count = planner.reducerCount
                let side = try planner.shuffle(
                    node,
                    for: reader,
                    .combined(partitionCount: count)
                ) { slot in
                    { context in
                        if context.checksMerges {
                            return try SortingSink<Key, Value>(
                                context: context,
                                slot: slot,
                                partition: .byHash(count: count)
                            )
                        }
                        return try CombiningSink<Key, Value>(
                            context: context,
                            slot: slot,
                            partitionCount: count,
                            merge: merge,
                            mergeBatch: mergeBatch
                        ).revocable()
                    }
                }
                return [side]
            } emit: { context, sink in
                try context.forEachGroup { groups in
                    guard try groups.nextValue() else { return true }
                    if context.checksMerges {
                        let merged = try context.mergedInManyWays(groups, merge, place)
                        sink.add(encodedKey: groups.key, merged)
                        return true
                    }
                    var merged = try Value(record: groups.value)
                    while try groups.nextValue() {
                        merged = merge(merged, try Value(record: groups.value))
                    }
                    sink.add(encodedKey: groups.key, merged)
                    return true
                }
            }
        )
    }

    /// Calls the closure once for each key, with all the key's values; keys come in order within
    /// each part.
    ///
    ///     words.reduce { word, counts, emit in emit(word, counts.sum()) }
    ///
    /// Values come in the order in which they were emitted: by map task, and within a task in the
    /// order of its closure's calls to `emit`. They are streamed, so a group may be larger than
    /// memory.
    ///
    /// `body`: an error that it throws fails the attempt.
    @inlinable
    public func reduce<NextKey: RecordKey, NextValue: RecordValue>(
        _ body:
            @escaping @Sendable (
                _ key: Key, _ values: Values<Value>, _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        let node = self.node
        return Pairs<NextKey, NextValue>(
            PairsNode("reduce", SourcePlace(file, line), keys: StageKeys(Key.self)) { planner in
                [try planner.shuffle(node, partitionCount: planner.reducerCount)]
            } emit: { context, sink in
                var emit = Emitter(sink)
                try context.forEachGroup { groups in
                    try body(Key(record: groups.key), Values(groups, context), &emit)
                    return true
                }
                try emit.finish()
            }
        )
    }

    /// Unavailable: `combine(_:)` merges values two at a time.
    @available(*, unavailable, message: "use combine(_:) to merge values two by two")
    public func reduce(_ merge: (Value, Value) -> Value) -> Pairs<Key, Value> { self }

    /// Puts the pairs into parts that the closure chooses: each part is read by one task, in key
    /// order.
    ///
    /// `partitionCount`: the number of parts; at least 1.
    ///
    /// `partition`: returns the number of a key's part, from 0. It must depend only on the key.
    @inlinable
    public func partitioned(
        into partitionCount: Int,
        by partition: @escaping @Sendable (_ key: Key) throws -> Int,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let node = self.node
        let reader = ShuffleIdentity()
        let count = partitionCount
        let place = SourcePlace(file, line)
        if count < 1 { return .mistaken("partitioned(into: \(count)) has no part", place) }
        return Pairs(
            PairsNode("partitioned", place, keys: StageKeys(Key.self)) {
                planner in
                let parts = SortingSink<Key, Value>.Partitioning.by(
                    { try partition(Key(record: $0)) },
                    count: count
                )
                return [try planner.sort(node, for: reader, .sorted(partitionCount: count), parts)]
            } emit: { context, sink in
                try context.passOn(to: sink)
            }
        )
    }
}

extension TaskContext {
    /// Passes all pairs of the partition to a sink, in order, up to a limit.
    @inlinable
    func passOn<Key: RecordKey, Value: RecordValue>(
        to sink: any PairSink<Key, Value>,
        limit: Int = .max
    ) throws {
        var left = limit
        try forEachGroup { groups in
            while left > 0, try groups.nextValue() {
                left -= 1
                sink.add(encodedKey: groups.key, encodedValue: groups.value)
                try checkFailure()
            }
            return left > 0
        }
    }
}
