public import MapReduceEngine
internal import MapReduceModel

/// Secondary sort: groups whose pairs come in a specified order.
extension Pairs {
    /// Calls the closure once for each group of keys, with the group's pairs in key order.
    ///
    ///     let visits: Pairs<Pair<String, Int>, String> = …            // user and time
    ///     visits.grouped(by: \.first) { user, visits, emit in
    ///         for (key, page) in visits { … key.second rises … }
    ///     }
    ///
    /// Groups come in order within each part. Their pairs are streamed, so a group may be larger
    /// than memory. Pairs of equal keys come in the order in which they were emitted.
    ///
    /// `group`: returns the group of a key, which must be what the key begins with: the `first` of
    /// a `Pair`, or the first field of a type that encodes one field after another. Anything else
    /// fails the attempt.
    ///
    /// `body`: an error that it throws fails the attempt.
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

/// The pairs of one group, in key order.
///
/// They can be iterated once, and only while the closure that receives them runs; unread pairs are
/// skipped. A second pass fails the attempt with an error that names the group.
public struct GroupedPairs<Key: RecordKey, Value: RecordValue>: Sequence, IteratorProtocol {
    @usableFromInline let cursor: KeyGroupCursor<Key>
    @usableFromInline let context: TaskContext
    /// Whether `next()` of this copy has read pairs: if so, a pass iterates over the remaining
    /// ones.
    @usableFromInline var hasBegun = false

    @inlinable
    init(_ cursor: KeyGroupCursor<Key>, _ context: TaskContext) {
        self.cursor = cursor
        self.context = context
    }

    /// Starts a pass over the pairs.
    ///
    /// A second pass fails the attempt when the closure returns.
    @inlinable
    public func makeIterator() -> GroupedPairs {
        if cursor.isPassBegun || (cursor.hasRead && !hasBegun) {
            context.fail(context.secondPass("pairs"))
        }
        cursor.isPassBegun = true
        return self
    }

    /// Returns the next pair; nil after the last one.
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

/// A cursor over the pairs whose keys begin with the same bytes.
@usableFromInline
final class KeyGroupCursor<Key: RecordKey> {
    @usableFromInline let groups: GroupCursor
    @usableFromInline var prefix = ByteWriter()
    @usableFromInline var key: Key?
    /// Whether the cursor is at a key after the group.
    @usableFromInline var isBehind = false
    @usableFromInline var isAtEnd = false
    /// Whether a pair of the group has been read, and whether a pass has started.
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

    /// Moves to the first key of the next group and skips the rest of this one.
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
    /// Calls the body with each group of keys in the partition.
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

/// The choice of the partition that a group's pairs go to.
@usableFromInline
enum GroupPartition {
    /// Returns the partition of a group.
    /// - Throws: If the key does not begin with the group's encoding.
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
