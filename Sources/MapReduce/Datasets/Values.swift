public import MapReduceEngine
internal import MapReduceProcess

/// The values of one key, in the order in which they were emitted.
///
/// They can be iterated once, by a `for` loop, an algorithm of `Sequence` or one of the methods
/// here, and only while the closure that receives them runs; unread values are skipped. A second
/// pass would find nothing, so it fails the attempt with an error that names the key. If you need
/// the values twice, collect them first with `Array(values)`.
public struct Values<Value: RecordValue>: Sequence, IteratorProtocol {
    /// nil if a dataset of a join does not have the key.
    @usableFromInline let groups: GroupCursor?
    @usableFromInline let context: TaskContext
    /// Whether `next()` of this copy has read values: if so, a pass iterates over the remaining
    /// ones.
    @usableFromInline var hasBegun = false

    @inlinable
    init(_ groups: GroupCursor, _ context: TaskContext) {
        self.groups = groups
        self.context = context
    }

    /// Creates the values of the current key on one side of a join.
    @inlinable
    init(_ join: JoinCursor, _ side: Int, _ context: TaskContext) {
        groups = join.hasKey(side) ? join.sides[side] : nil
        self.context = context
    }

    /// Starts a pass over the values.
    ///
    /// A second pass fails the attempt when the closure returns.
    @inlinable
    public func makeIterator() -> Values {
        _ = beginPass()
        return self
    }

    /// Returns the next value; nil after the last one.
    ///
    /// A value that cannot be read ends the sequence, and fails the attempt when the closure
    /// returns.
    @inlinable
    public mutating func next() -> Value? {
        hasBegun = true
        guard let groups, context.failure == nil else { return nil }
        do {
            guard try groups.nextValue() else { return nil }
            return try Value(record: groups.value)
        } catch {
            context.fail(error)
            return nil
        }
    }

    /// Returns the number of values, or of those that remain; skips them without decoding.
    @inlinable
    public func count() -> Int {
        guard let groups else { return 0 }
        // After a failure, dividing by the count must not trap before the error is reported.
        guard beginPass() else { return groups.readCount }
        var count = 0
        do {
            while try groups.nextValue() { count += 1 }
        } catch {
            context.fail(error)
        }
        return count
    }

    /// Returns whether the values can be iterated from here; if not, fails the attempt.
    @inlinable
    func beginPass() -> Bool {
        guard let groups, !groups.beginPass(goingOn: hasBegun) else { return true }
        context.fail(context.secondPass("values"))
        return false
    }
}

extension Values where Value: AdditiveArithmetic {
    /// Returns the sum of the values.
    @inlinable
    public func sum() -> Value {
        var sum = Value.zero
        for value in self { sum += value }
        return sum
    }

    /// Returns the number of values and their sum, in one pass.
    @inlinable
    public func countAndSum() -> (count: Int, sum: Value) {
        var count = 0
        var sum = Value.zero
        for value in self {
            count += 1
            sum += value
        }
        return (count, sum)
    }
}

extension Values where Value: FixedWidthInteger {
    /// Returns the sum of the values.
    ///
    /// A sum that does not fit in the type fails the attempt when the closure returns.
    @inlinable
    public func sum() -> Value { countAndSum().sum }

    /// Returns the number of values and their sum, in one pass.
    ///
    /// A sum that does not fit in the type fails the attempt when the closure returns.
    @inlinable
    public func countAndSum() -> (count: Int, sum: Value) {
        let (count, sum, overflow) = wrappedSum()
        if overflow != 0 { context.fail(context.overflow(of: Value.self)) }
        return (count, sum)
    }

    /// Returns the sum of the values divided by their number.
    ///
    /// If there are no values, the attempt fails when the closure returns: there is no mean.
    @inlinable
    public func mean() -> Double {
        let (count, sum, overflow) = wrappedSum()
        let size = Double(sign: .plus, exponent: Value.bitWidth, significand: 1)
        return context.mean(Double(sum) + Double(overflow) * size, count)
    }

    /// Returns the sum in the width of the type and the number of overflows, which together are
    /// exact.
    @inlinable
    func wrappedSum() -> (count: Int, sum: Value, overflow: Int) {
        var count = 0
        var sum = Value.zero
        var overflow = 0
        for value in self {
            count &+= 1
            let (next, isOver) = sum.addingReportingOverflow(value)
            sum = next
            if isOver { overflow &+= value < 0 ? -1 : 1 }
        }
        return (count, sum, overflow)
    }
}

extension Values where Value: BinaryFloatingPoint {
    /// Returns the sum of the values divided by their number.
    ///
    /// If there are no values, the attempt fails when the closure returns: there is no mean.
    @inlinable
    public func mean() -> Double {
        var count = 0
        var sum = 0.0
        for value in self {
            count &+= 1
            sum += Double(value)
        }
        return context.mean(sum, count)
    }
}

extension Values where Value: Comparable {
    /// Returns the least and the greatest value, in one pass; nil if there are no values.
    @inlinable
    public func minAndMax() -> (min: Value, max: Value)? {
        var bounds: (min: Value, max: Value)?
        for value in self {
            guard let known = bounds else {
                bounds = (value, value)
                continue
            }
            if value < known.min { bounds?.min = value }
            if value > known.max { bounds?.max = value }
        }
        return bounds
    }
}

extension TaskContext {
    @usableFromInline
    func mean(_ sum: Double, _ count: Int) -> Double {
        guard count > 0 else {
            if failure == nil {
                fail(
                    ValuesError(
                        "the key \(currentKeyText) has no values here, and so they have no mean; "
                            + "use countAndSum(), and say what the mean of none is"
                    )
                )
            }
            return .nan
        }
        return sum / Double(count)
    }

    @usableFromInline
    func overflow(of type: Any.Type) -> any Error {
        ValuesError(
            "arithmetic overflow: the sum of the values of the key \(currentKeyText) does not fit "
                + "\(type); add them as Double, or as a wider integer"
        )
    }

    /// `things`: what was iterated a second time.
    @usableFromInline
    func secondPass(_ things: String) -> any Error {
        let failure = ValuesError(
            "the \(things) of the key \(currentKeyText) are gone through a second time, which "
                + "would find nothing; collect them first with Array(\(things))"
                + (things == "values" ? ", or use mean(), countAndSum() or minAndMax()" : "")
        )
        // In a test, a closure that traps because of this would end the process without a message.
        if testConditions != nil { Terminal.write("error: \(failure)\n", to: 2) }
        return failure
    }
}

/// An operation of a closure on a key's values that has no correct result.
struct ValuesError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
