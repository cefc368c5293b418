public import MapReduceEngine

/// Keyed data: what `map` produces and `reduce` takes.
public struct Pairs<Key: RecordKey, Value: RecordValue>: Dataset {
    @usableFromInline typealias Lower = @Sendable (Planner) throws -> Lowered<Key, Value>

    @usableFromInline let lower: Lower
    /// The same pairs without their order, when these are sorted.
    @usableFromInline let unsorted: Lower?

    @inlinable
    init(unsorted: Lower? = nil, _ lower: @escaping Lower) {
        self.lower = lower
        self.unsorted = unsorted
    }

    /// Adds the stages that produce the pairs, and the last one that writes them.
    @inlinable
    public func plan(into output: OutputPlanner) throws {
        let planner = output.planner
        let lowered = try lower(planner)
        let drive = lowered.drive
        let writesPairs = planner.writesPairs
        _ = planner.addFilesStage(lowered.source) { context in
            if writesPairs {
                let sink = try PairFileSink<Key, Value>(context: context)
                try drive(context, sink)
                return try sink.finish()
            }
            let sink = try TextSink<Key, Value>(context: context)
            try drive(context, sink)
            return try sink.finish()
        }
    }

    /// Turns every pair into other pairs, in the same pass as the step before.
    @inlinable
    public func map<NextKey: RecordKey, NextValue: RecordValue>(
        _ body:
            @escaping @Sendable (
                _ key: Key, _ value: Value, _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        let lower = self.lower
        return Pairs<NextKey, NextValue> { planner in
            let lowered = try lower(planner)
            let drive = lowered.drive
            return Lowered(source: lowered.source.adding("map", file, line)) { context, sink in
                let forward = ForwardingSink(to: sink, body: body)
                try drive(context, forward)
                try forward.finish()
            }
        }
    }

    /// Keeps the pairs for which the closure says true.
    @inlinable
    public func filter(
        _ isIncluded: @escaping @Sendable (_ key: Key, _ value: Value) throws -> Bool,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let lower = self.lower
        return Pairs { planner in
            let lowered = try lower(planner)
            let drive = lowered.drive
            return Lowered(source: lowered.source.adding("filter", file, line)) { context, sink in
                let forward = ForwardingSink<Key, Value, Key, Value>(to: sink) { key, value, emit in
                    if try isIncluded(key, value) { emit(key, value) }
                }
                try drive(context, forward)
                try forward.finish()
            }
        }
    }

    /// Merges the values of each key into one, before and after the shuffle.
    ///
    ///     words.combine(+)
    ///
    /// Keys come out in order within each part.
    ///
    /// `merge`: merges two values, the one that was emitted first on the left. It must be
    /// associative; it need not be commutative.
    @inlinable
    public func combine(
        _ merge: @escaping @Sendable (_ first: Value, _ second: Value) -> Value,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let lower = self.lower
        // One call for a batch of pairs, specialised for this closure.
        let mergeBatch: CombiningSink<Key, Value>.MergeBatch = { table, batch, count in
            table.add(batch, count: count) { old, new in
                InlineValue.bits(
                    of: merge(
                        InlineValue.value(ofBits: old, as: Value.self),
                        InlineValue.value(ofBits: new, as: Value.self)
                    )
                )
            }
        }
        return Pairs { planner in
            let lowered = try lower(planner)
            let drive = lowered.drive
            let partitionCount = planner.reducerCount
            let stage = planner.addCombinedShuffleStage(lowered.source) { context in
                let sink = try CombiningSink<Key, Value>(
                    context: context,
                    partitionCount: partitionCount,
                    merge: merge,
                    mergeBatch: mergeBatch
                )
                try drive(context, sink)
                return try sink.finish()
            }
            return Lowered(source: stage.adding("combine", file, line)) { context, sink in
                try context.forEachGroup { groups in
                    guard try groups.nextValue() else { return true }
                    var merged = try Value(record: groups.value)
                    while try groups.nextValue() {
                        merged = merge(merged, try Value(record: groups.value))
                    }
                    sink.add(encodedKey: groups.key, merged)
                    return true
                }
            }
        }
    }

    /// Calls the closure once for each key, keys in order within each part, with all its values.
    ///
    ///     words.reduce { word, counts, emit in emit(word, counts.sum()) }
    ///
    /// Values come in the order in which they were emitted: by map task, and within one as its
    /// closure did. They are streamed, so a group may be larger than memory.
    ///
    /// `body`: what it throws fails the attempt.
    @inlinable
    public func reduce<NextKey: RecordKey, NextValue: RecordValue>(
        _ body:
            @escaping @Sendable (
                _ key: Key, _ values: Values<Value>, _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        let lower = self.lower
        return Pairs<NextKey, NextValue> { planner in
            let source = try sortedStage(lower, planner, planner.reducerCount, limit: nil)
            return Lowered(source: source.adding("reduce", file, line)) { context, sink in
                var emit = Emitter(sink)
                try context.forEachGroup { groups in
                    try body(Key(record: groups.key), Values(groups, context), &emit)
                    return true
                }
                try emit.finish()
            }
        }
    }

    /// There is no such verb: `combine(_:)` merges values two by two.
    @available(*, unavailable, message: "use combine(_:) to merge values two by two")
    public func reduce(_ merge: (Value, Value) -> Value) -> Pairs<Key, Value> { self }

    /// All pairs in the order of their keys, in one part; pairs of equal keys keep the order in
    /// which they were emitted.
    @inlinable
    public func sorted(
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        Pairs(unsorted: lower, ordered(lower, limit: nil) { $0.adding("sorted", file, line) })
    }

    /// The first pairs in the order of their keys, in one part.
    ///
    /// Every task keeps only as many, so what is shuffled is small.
    ///
    /// `count`: how many pairs; at least 0.
    @inlinable
    public func prefix(
        _ count: Int,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        Pairs(
            ordered(unsorted ?? lower, limit: max(count, 0)) {
                $0.adding("prefix(\(count))", file, line)
            }
        )
    }
}

/// Adds a stage that sorts the pairs of a dataset into partitions.
@inlinable
func sortedStage<Key, Value>(
    _ lower: Pairs<Key, Value>.Lower,
    _ planner: Planner,
    _ partitionCount: Int,
    limit: Int?
) throws -> StageSource {
    let lowered = try lower(planner)
    let drive = lowered.drive
    return planner.addShuffleStage(lowered.source, partitionCount: partitionCount) { context in
        let sink = try SortingSink<Key, Value>(
            context: context,
            partitionCount: partitionCount,
            limit: limit
        )
        try drive(context, sink)
        return try sink.finish()
    }
}

/// Lowers to a single partition whose pairs are taken in order, up to a limit.
@inlinable
func ordered<Key, Value>(
    _ lower: @escaping Pairs<Key, Value>.Lower,
    limit: Int?,
    label: @escaping @Sendable (StageSource) -> StageSource
) -> Pairs<Key, Value>.Lower {
    { planner in
        let source = try sortedStage(lower, planner, 1, limit: limit)
        return Lowered(source: label(source)) { context, sink in
            var left = limit ?? .max
            try context.forEachGroup { groups in
                while left > 0, try groups.nextValue() {
                    left -= 1
                    sink.add(encodedKey: groups.key, try Value(record: groups.value))
                    try context.checkFailure()
                }
                return left > 0
            }
        }
    }
}
