public import MapReduceEngine

/// The values of one key, in the order in which they were emitted.
///
/// They can be gone through once, and only while the closure that they were given to runs; what is
/// not read is skipped.
public struct Values<Value: RecordValue>: Sequence, IteratorProtocol {
    /// nil where a dataset of a join does not have the key.
    @usableFromInline let groups: GroupCursor?
    @usableFromInline let context: TaskContext

    @inlinable
    init(_ groups: GroupCursor, _ context: TaskContext) {
        self.groups = groups
        self.context = context
    }

    /// The values of the current key on one side of a join.
    @inlinable
    init(_ join: JoinCursor, _ side: Int, _ context: TaskContext) {
        groups = join.hasKey(side) ? join.sides[side] : nil
        self.context = context
    }

    /// The next value; nil behind the last one.
    ///
    /// A value that cannot be read ends the sequence, and fails the attempt when the closure
    /// returns.
    @inlinable
    public mutating func next() -> Value? {
        guard let groups, context.failure == nil else { return nil }
        do {
            guard try groups.nextValue() else { return nil }
            return try Value(record: groups.value)
        } catch {
            context.fail(error)
            return nil
        }
    }

    /// How many values are left; reads past them without decoding.
    @inlinable
    public func count() -> Int {
        guard let groups else { return 0 }
        var count = 0
        do {
            while try groups.nextValue() { count += 1 }
        } catch {
            context.fail(error)
        }
        return count
    }
}

extension Values where Value: AdditiveArithmetic {
    /// The sum of the values that are left.
    @inlinable
    public func sum() -> Value {
        var sum = Value.zero
        for value in self { sum += value }
        return sum
    }
}
