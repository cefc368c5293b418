public import MapReduceEngine
internal import MapReduceProcess

/// The values of one key, in the order in which they were emitted.
///
/// They can be gone through once, by a `for` loop, by an algorithm of `Sequence` or by one of the
/// methods here, and only while the closure that they were given to runs; what is not read is
/// skipped. A second pass would find nothing: it fails the attempt, and names the key. What is
/// needed twice is collected first, with `Array(values)`.
public struct Values<Value: RecordValue>: Sequence, IteratorProtocol {
    /// nil where a dataset of a join does not have the key.
    @usableFromInline let groups: GroupCursor?
    @usableFromInline let context: TaskContext
    /// Whether `next()` of this copy has read values: then a pass goes through those that are left.
    @usableFromInline var hasBegun = false

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

    /// Begins to go through the values.
    ///
    /// A second time fails the attempt when the closure returns.
    @inlinable
    public func makeIterator() -> Values {
        _ = beginPass()
        return self
    }

    /// The next value; nil after the last one.
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

    /// How many values there are, or are left; reads past them without decoding.
    @inlinable
    public func count() -> Int {
        guard let groups else { return 0 }
        // After a failure a quotient by it must not trap before the error is reported.
        guard beginPass() else { return groups.readCount }
        var count = 0
        do {
            while try groups.nextValue() { count += 1 }
        } catch {
            context.fail(error)
        }
        return count
    }

    /// Whether the values can be gone through from here on; if not, the attempt fails.
    @inlinable
    func beginPass() -> Bool {
        guard let groups, !groups.beginPass(goingOn: hasBegun) else { return true }
        context.fail(context.secondPass("values"))
        return false
    }
}

extension Values where Value: AdditiveArithmetic {
    /// The sum of the values.
    @inlinable
    public func sum() -> Value {
        var sum = Value.zero
        for value in self { sum += value }
        return sum
    }

    /// How many values there are, and their sum, in one pass.
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
    /// The sum of the values.
    ///
    /// One that does not fit the type fails the attempt when the closure returns.
    @inlinable
    public func sum() -> Value { countAndSum().sum }

    /// How many values there are, and their sum, in one pass.
    ///
    /// A sum that does not fit the type fails the attempt when the closure returns.
    @inlinable
    public func countAndSum() -> (count: Int, sum: Value) {
        let (count, sum, overflow) = wrappedSum()
        if overflow != 0 { context.fail(context.overflow(of: Value.self)) }
        return (count, sum)
    }

    /// The sum of the values divided by how many there are.
    ///
    /// Where there is no value, the attempt fails when the closure returns: there is no mean.
    @inlinable
    public func mean() -> Double {
        let (count, sum, overflow) = wrappedSum()
        let size = Double(sign: .plus, exponent: Value.bitWidth, significand: 1)
        return context.mean(Double(sum) + Double(overflow) * size, count)
    }

    /// The sum in the width of the type, and how often it went over the end: together they are
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
    /// The sum of the values divided by how many there are.
    ///
    /// Where there is no value, the attempt fails when the closure returns: there is no mean.
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
    /// The least and the greatest value, in one pass; nil where there is none.
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

    /// `things`: what was to be gone through.
    @usableFromInline
    func secondPass(_ things: String) -> any Error {
        let failure = ValuesError(
            "the \(things) of the key \(currentKeyText) are gone through a second time, which "
                + "would find nothing; collect them first with Array(\(things))"
                + (things == "values" ? ", or use mean(), countAndSum() or minAndMax()" : "")
        )
        // In a test, a closure that traps because of it would end the process without a word.
        if testConditions != nil { Terminal.write("error: \(failure)\n", to: 2) }
        return failure
    }
}

/// What a closure did with the values of a key that has no right answer.
struct ValuesError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
