public import MapReduceEngine
internal import MapReduceModel

/// Secondary sort: groups whose pairs come in an order of their own.
extension Pairs {
    /// Calls the closure once for each group of keys, with its pairs in the order of their keys.
    ///
    ///     let visits: Pairs<Pair<String, Int>, String> = …            // user and time
    ///     visits.grouped(by: \.first) { user, visits, emit in
    ///         for (key, page) in visits { … key.second rises … }
    ///     }
    ///
    /// Groups come in order within each part. Their pairs are streamed, so a group may be larger
    /// than memory; pairs of equal keys come in the order in which they were emitted.
    ///
    /// `group`: the group of a key: what the key begins with, as `first` of a `Pair` does, or the
    /// first field of a type that encodes one field after another. Anything else fails the attempt.
    ///
    /// `body`: what it throws fails the attempt.
    @inlinable
    public func grouped<Group: RecordKey, NextKey: RecordKey, NextValue: RecordValue>(
        by group: @escaping @Sendable (_ key: Key) -> Group,
        _ body:
            @escaping @Sendable (
                _ group: Group, _ pairs: GroupedPairs<Key, Value>,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        let node = self.node
        let reader = ShuffleIdentity()
        return Pairs<NextKey, NextValue>(
            PairsNode("grouped", SourcePlace(file, line), keys: StageKeys(Key.self, in: Group.self))
            {
                planner in
                let count = planner.reducerCount
                let byGroup = SortingSink<Key, Value>.Partitioning.by(
                    { key in
                        var encoded = ByteWriter()
                        try group(Key(record: key)).encode(into: &encoded)
                        return try GroupPartition.number(
                            of: encoded.bytes,
                            key: key,
                            count: count
                        )
                    },
                    count: count
                )
                let kind = ShuffleKind.sorted(partitionCount: count)
                return [try planner.sort(node, for: reader, kind, byGroup)]
            } emit: { context, sink in
                var emit = Emitter(sink)
                try context.forEachKeyGroup(by: group) { group, pairs in
                    try body(group, pairs, &emit)
                }
                try emit.finish()
            }
        )
    }
}

/// The pairs of one group, in the order of their keys.
///
/// They can be gone through once, and only while the closure that they were given to runs; what is
/// not read is skipped. A second pass fails the attempt, and names the group.
public struct GroupedPairs<Key: RecordKey, Value: RecordValue>: Sequence, IteratorProtocol {
    @usableFromInline let cursor: KeyGroupCursor<Key>
    @usableFromInline let context: TaskContext
    /// Whether `next()` of this copy has read pairs: then a pass goes through those that are left.
    @usableFromInline var hasBegun = false

    @inlinable
    init(_ cursor: KeyGroupCursor<Key>, _ context: TaskContext) {
        self.cursor = cursor
        self.context = context
    }

    /// Begins to go through the pairs.
    ///
    /// A second time fails the attempt when the closure returns.
    @inlinable
    public func makeIterator() -> GroupedPairs {
        if cursor.isPassBegun || (cursor.hasRead && !hasBegun) {
            context.fail(context.secondPass("pairs"))
        }
        cursor.isPassBegun = true
        return self
    }

    /// The next pair; nil after the last one.
    ///
    /// A pair that cannot be read ends the sequence, and fails the attempt when the closure
    /// returns.
    @inlinable
    public mutating func next() -> (key: Key, value: Value)? {
        hasBegun = true
        guard context.failure == nil else { return nil }
        do {
            guard try cursor.next(), let key = cursor.key else { return nil }
            return (key, try Value(record: cursor.groups.value))
        } catch {
            context.fail(error)
            return nil
        }
    }
}

/// Steps through the pairs of keys that begin with the same bytes.
@usableFromInline
final class KeyGroupCursor<Key: RecordKey> {
    @usableFromInline let groups: GroupCursor
    @usableFromInline var prefix = ByteWriter()
    @usableFromInline var key: Key?
    /// Whether the cursor stands at a key behind the group.
    @usableFromInline var isBehind = false
    @usableFromInline var isAtEnd = false
    /// Whether a pair of the group was read, and whether somebody goes through them, or has.
    @usableFromInline var hasRead = false
    @usableFromInline var isPassBegun = false

    @inlinable
    init(_ groups: GroupCursor) { self.groups = groups }

    @inlinable
    func next() throws -> Bool {
        while !isBehind, !isAtEnd {
            if try groups.nextValue() {
                hasRead = true
                return true
            }
            guard try groups.nextGroup() else {
                isAtEnd = true
                return false
            }
            isBehind = !groups.key.starts(with: prefix.bytes)
            if !isBehind { key = try Key(record: groups.key) }
        }
        return false
    }

    /// Moves to the first key of the next group, past what is left of this one.
    /// - Returns: nil at the end.
    @inlinable
    func nextGroup<Group: RecordKey>(by group: (Key) -> Group) throws -> Group? {
        while try next() {}
        guard !isAtEnd else { return nil }
        let first = try Key(record: groups.key)
        let next = group(first)
        key = first
        isBehind = false
        hasRead = false
        isPassBegun = false
        prefix.removeAll()
        next.encode(into: &prefix)
        return next
    }
}

extension TaskContext {
    /// Calls the body with each group of keys of the partition.
    @inlinable
    func forEachKeyGroup<Key: RecordKey, Value: RecordValue, Group: RecordKey>(
        by group: (Key) -> Group,
        _ body: (Group, GroupedPairs<Key, Value>) throws -> Void
    ) throws {
        try readPartition { sides in
            let cursor = KeyGroupCursor<Key>(sides[0])
            cursor.isAtEnd = try !sides[0].nextGroup()
            cursor.isBehind = true
            while let next = try cursor.nextGroup(by: group) {
                _ = try atKey(cursor.prefix.bytes) {
                    try body(next, GroupedPairs(cursor, self))
                    return true
                }
            }
            return true
        }
    }
}

/// Where the pairs of a group go.
@usableFromInline
enum GroupPartition {
    /// The partition of a group.
    /// - Throws: when its encoding is not what the key begins with.
    @usableFromInline
    static func number(
        of group: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer,
        count: Int
    ) throws -> Int {
        guard key.starts(with: group) else {
            throw EngineError(
                .threw,
                "grouped(by:) gave a group that its key does not begin with, so that the keys of a "
                    + "group would not lie together; make the group the first part of the key, as "
                    + "in Pair(group, order)"
            )
        }
        return KeyHash.partition(ofHash: KeyHash.hash(group), count: count)
    }
}
