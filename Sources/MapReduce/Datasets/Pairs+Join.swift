public import MapReduceEngine
internal import MapReduceModel

/// Verbs that bring together pairs of equal keys from several datasets.
extension Pairs {
    /// Calls the closure for every combination of a left and a right value of a key that is in both
    /// datasets.
    ///
    ///     names.join(amounts) { user, name, cents, emit in emit(name, cents) }
    ///
    /// Keys come in order within each part. For each key, every value on the right comes with all
    /// values on the left, in the order in which they were emitted. The left values of one key are
    /// held in memory and must fit in `--memory`, while the right ones are streamed: put the
    /// dataset with fewer values per key on the left.
    ///
    /// `body`: an error that it throws fails the attempt.
    @inlinable
    public func join<Other: RecordValue, NextKey: RecordKey, NextValue: RecordValue>(
        _ other: Pairs<Key, Other>,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ value: Value, _ other: Other,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        joined("join", other, SourcePlace(file, line)) { key, lefts, rights, emit in
            for right in rights {
                for left in lefts { try body(key, left, right, &emit) }
            }
        }
    }

    /// Calls the closure as `join` does, and once with nil for each value of a key that is only on
    /// the left.
    @inlinable
    public func leftJoin<Other: RecordValue, NextKey: RecordKey, NextValue: RecordValue>(
        _ other: Pairs<Key, Other>,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ value: Value, _ other: Other?,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        joined("leftJoin", other, SourcePlace(file, line)) { key, lefts, rights, emit in
            var isAlone = true
            for right in rights {
                isAlone = false
                for left in lefts { try body(key, left, right, &emit) }
            }
            if isAlone { for left in lefts { try body(key, left, nil, &emit) } }
        }
    }

    /// Calls the closure as `join` does, and once for each value of a key that is only on one side,
    /// with nil for the other side.
    @inlinable
    public func fullJoin<Other: RecordValue, NextKey: RecordKey, NextValue: RecordValue>(
        _ other: Pairs<Key, Other>,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ value: Value?, _ other: Other?,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        joined("fullJoin", other, SourcePlace(file, line)) { key, lefts, rights, emit in
            var isAlone = true
            for right in rights {
                isAlone = false
                if lefts.isEmpty { try body(key, nil, right, &emit) }
                for left in lefts { try body(key, left, right, &emit) }
            }
            if isAlone { for left in lefts { try body(key, left, nil, &emit) } }
        }
    }

    /// Calls the closure once for each key of either dataset, with the key's values in both.
    ///
    /// Keys come in order within each part. Both sequences are streamed, and each can be iterated
    /// once; one is empty if its dataset does not have the key.
    ///
    /// `body`: an error that it throws fails the attempt.
    @inlinable
    public func cogroup<Other: RecordValue, NextKey: RecordKey, NextValue: RecordValue>(
        _ other: Pairs<Key, Other>,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ values: Values<Value>, _ others: Values<Other>,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        grouped("cogroup", SourcePlace(file, line), with: [other.joinSide]) { key, join, emit in
            try body(key, join.values(0), join.values(1), &emit)
        }
    }

    /// Calls the closure once for each key of any of three datasets, with the key's values in each
    /// of them.
    @inlinable
    public func cogroup<
        Second: RecordValue,
        Third: RecordValue,
        NextKey: RecordKey,
        NextValue: RecordValue
    >(
        _ second: Pairs<Key, Second>,
        _ third: Pairs<Key, Third>,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ values: Values<Value>, _ seconds: Values<Second>,
                _ thirds: Values<Third>, _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        grouped(
            "cogroup",
            SourcePlace(file, line),
            with: [second.joinSide, third.joinSide]
        ) { key, join, emit in
            try body(key, join.values(0), join.values(1), join.values(2), &emit)
        }
    }

    /// Calls the closure once for each key of any of four datasets, with the key's values in each
    /// of them.
    @inlinable
    public func cogroup<
        Second: RecordValue,
        Third: RecordValue,
        Fourth: RecordValue,
        NextKey: RecordKey,
        NextValue: RecordValue
    >(
        _ second: Pairs<Key, Second>,
        _ third: Pairs<Key, Third>,
        _ fourth: Pairs<Key, Fourth>,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ values: Values<Value>, _ seconds: Values<Second>,
                _ thirds: Values<Third>, _ fourths: Values<Fourth>,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        grouped(
            "cogroup",
            SourcePlace(file, line),
            with: [second.joinSide, third.joinSide, fourth.joinSide]
        ) { key, join, emit in
            try body(key, join.values(0), join.values(1), join.values(2), join.values(3), &emit)
        }
    }
}

extension Pairs {
    /// Calls the body for each key with the left values in memory.
    @inlinable
    func joined<Other: RecordValue, NextKey: RecordKey, NextValue: RecordValue>(
        _ verb: String,
        _ other: Pairs<Key, Other>,
        _ place: SourcePlace,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ lefts: [Value], _ rights: Values<Other>,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void
    ) -> Pairs<NextKey, NextValue> {
        grouped(verb, place, with: [other.joinSide]) { key, join, emit in
            try body(key, try join.heldValues(), join.values(1), &emit)
        }
    }

    /// Calls the body for each key of this dataset, which is side 0, and of others.
    @inlinable
    func grouped<NextKey: RecordKey, NextValue: RecordValue>(
        _ verb: String,
        _ place: SourcePlace,
        with others: [JoinSide],
        _ body:
            @escaping @Sendable (
                Key, JoinedKey, inout Emitter<NextKey, NextValue>
            ) throws -> Void
    ) -> Pairs<NextKey, NextValue> {
        let sides = [joinSide] + others
        return Pairs<NextKey, NextValue>(
            PairsNode(verb, place, keys: StageKeys(Key.self)) { planner in
                try sides.map { try $0(planner) }
            } emit: { context, sink in
                var emit = Emitter(sink)
                try context.forEachKey { join in
                    try body(Key(record: join.key), JoinedKey(join, context), &emit)
                }
                try emit.finish()
            }
        )
    }

    /// The dataset as one side of a join: its shuffle by key, which all joins of the dataset share.
    @inlinable var joinSide: JoinSide {
        let node = self.node
        return { try $0.shuffle(node, partitionCount: $0.reducerCount) }
    }
}

/// A closure that plans the shuffle from which a side of a join is read.
@usableFromInline
typealias JoinSide = @Sendable (Planner) throws -> [ShuffleHandle]

/// A key of a join, with its values on each side.
@usableFromInline
struct JoinedKey {
    @usableFromInline let join: JoinCursor
    @usableFromInline let context: TaskContext

    @inlinable
    init(_ join: JoinCursor, _ context: TaskContext) {
        self.join = join
        self.context = context
    }

    /// Returns the values on a side, streamed.
    @inlinable
    func values<Value: RecordValue>(_ side: Int) -> Values<Value> { Values(join, side, context) }

    /// Returns the values on side 0, in memory.
    /// - Throws: If they do not fit in a task's memory.
    @inlinable
    func heldValues<Value: RecordValue>() throws -> [Value] {
        guard join.hasKey(0) else { return [] }
        var values: [Value] = []
        var byteCount = 0
        let groups = join.sides[0]
        while try groups.nextValue() {
            values.append(try Value(record: groups.value))
            byteCount += groups.value.count + MemoryLayout<Value>.stride
            if byteCount > context.heldByteCount { throw context.tooManyHeld() }
        }
        return values
    }
}

extension TaskContext {
    /// The number of bytes that a join may hold.
    @usableFromInline var heldByteCount: Int { limits.memoryByteCount }

    @usableFromInline
    func tooManyHeld() -> any Error {
        EngineError(
            .badInput,
            "the values of one key on the left of a join do not fit the memory of a task, which is "
                + "\(limits.memoryByteCount) bytes; put the dataset with fewer values for each key "
                + "on the left, use cogroup(_:_:), or give more with --memory"
        )
    }
}
