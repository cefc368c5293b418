public import MapReduce

/// Checks that your own value type obeys the laws of `RecordValue`, on the given values.
///
///     try checkLaws(of: [Visit(user: "", seconds: 0), Visit(user: "ada", seconds: -1)])
///
/// Whatever is encoded must be read back exactly, and not a byte more, whatever follows it; this
/// also holds for a value that is the last of its record. Damaged bytes may cause only an error: a
/// trap ends the test's process. Pass boundary values: empty, zero, negative, the largest.
///
/// - Parameters:
///   - values: The values to check.
///   - seed: The seed of the damage; the environment's `SEED` overrides it.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Value: RecordValue>(of values: [Value], seed: UInt64 = 1) throws {
    try ValueLaws(values, seed: seed, areEqual: nil).check()
}

/// Checks the laws of `RecordValue`, and that the value read back equals the encoded one.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Value: RecordValue & Equatable>(of values: [Value], seed: UInt64 = 1) throws {
    try ValueLaws(values, seed: seed, areEqual: ==).check()
}

/// Checks that your own key type obeys the laws of `RecordKey`, on the given keys.
///
///     try checkLaws(of: [Day(2026, 1, 31), Day(2026, 2, 1), Day(1999, 12, 31)])
///
/// In addition to the laws of a value, no encoding may be the beginning of another one, because
/// other bytes follow a key within a `Pair`, and both encodings must have the same order.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Key: RecordKey>(of keys: [Key], seed: UInt64 = 1) throws {
    try KeyLaws(keys, seed: seed, areEqual: nil, precedes: nil).check()
}

/// Checks the laws of `RecordKey`, and that keys are equal if and only if their encodings are.
///
/// Equal keys with several encodings are different keys to the engine: 0.0 and -0.0, or strings
/// that differ only in their bytes. Leave them out.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Key: RecordKey & Equatable>(of keys: [Key], seed: UInt64 = 1) throws {
    try KeyLaws(keys, seed: seed, areEqual: ==, precedes: nil).check()
}

/// Checks the laws of `RecordKey`, and that encodings compare as the keys do.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Key: RecordKey & Comparable>(of keys: [Key], seed: UInt64 = 1) throws {
    try KeyLaws(keys, seed: seed, areEqual: ==, precedes: <).check()
}

/// Checks that a closure for `combine` is associative: that
/// `merge(merge(a, b), c)` is `merge(a, merge(b, c))` for any three of these values.
///
///     try checkAssociative(on: [1, 2, 5], +)
///     try checkAssociative(on: [1, 2, 5]) { a, b in (a + b) / 2 }        // throws
///
/// - Parameters:
///   - values: A handful of values: every combination of three is tried.
///   - tolerance: How far apart, relative to their size, numbers with a fraction may be.
///   - merge: The closure to check.
/// - Throws: `LawError` for the first three values that show that it is not associative.
public func checkAssociative<Value: RecordValue>(
    on values: [Value],
    tolerance: Double = 0,
    _ merge: (Value, Value) throws -> Value
) throws {
    guard values.count > 1 else {
        throw LawError(
            "merging is checked on several values",
            "there are \(values.count); give a handful that differ"
        )
    }
    let closeness = Closeness(tolerance: tolerance)
    for a in values {
        for b in values {
            for c in values {
                let left = try merge(merge(a, b), c)
                let right = try merge(a, merge(b, c))
                guard closeness.areEqual(left, right) else {
                    throw LawError(
                        "merging is associative",
                        "of \(a), \(b) and \(c), merging the first two before gives \(left), and "
                            + "the last two before \(right)"
                    )
                }
            }
        }
    }
}

/// An error for a law that a type or a closure breaks.
public struct LawError: Error, Sendable, CustomStringConvertible {
    /// The law that should hold.
    public let law: String
    /// The values for which the law does not hold, and what happens instead.
    public let message: String

    init(_ law: String, _ message: String) {
        self.law = law
        self.message = message
    }

    /// The law and how it is broken.
    public var description: String { "broken law: \(law); \(message)" }
}

/// The old name of `LawError`.
@available(*, deprecated, renamed: "LawError")
public typealias BrokenLaw = LawError
