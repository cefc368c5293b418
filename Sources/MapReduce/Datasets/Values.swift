public import MapReduceEngine

/// The values of one key, in the order in which they were emitted.
///
/// They can be gone through once, and only while the closure that they were given to runs; what is
/// not read is skipped.
public struct Values<Value: RecordValue>: Sequence, IteratorProtocol {
    @usableFromInline let groups: GroupCursor
    @usableFromInline let context: TaskContext

    @inlinable
    init(_ groups: GroupCursor, _ context: TaskContext) {
        self.groups = groups
        self.context = context
    }

    /// The next value; nil behind the last one.
    ///
    /// A value that cannot be read ends the sequence, and fails the attempt when the closure
    /// returns.
    @inlinable
    public mutating func next() -> Value? {
        guard context.failure == nil else { return nil }
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
