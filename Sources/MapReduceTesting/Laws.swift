public import MapReduce

/// Checks that a value type of your own keeps the promises of `RecordValue`, on these values.
///
///     try checkLaws(of: [Visit(user: "", seconds: 0), Visit(user: "ada", seconds: -1)])
///
/// What is encoded is read back, and not a byte more, whatever follows; also as the last of its
/// record; also where the bytes are damaged, nothing but an error may come of it: what traps ends
/// the test's process. Give values from the borders: empty, zero, negative, the largest.
///
/// `seed`: decides the damage; the environment's `SEED` is taken in its place.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Value: RecordValue>(of values: [Value], seed: UInt64 = 1) throws {
    try ValueLaws(values, seed: seed, areEqual: nil).check()
}

/// Checks the promises of `RecordValue`, and that what is read back equals what was encoded.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Value: RecordValue & Equatable>(of values: [Value], seed: UInt64 = 1) throws {
    try ValueLaws(values, seed: seed, areEqual: ==).check()
}

/// Checks that a key type of your own keeps the promises of `RecordKey`, on these keys.
///
///     try checkLaws(of: [Day(2026, 1, 31), Day(2026, 2, 1), Day(1999, 12, 31)])
///
/// Beside the promises of a value: no encoding is the beginning of another one, as keys are
/// followed by others within a `Pair`; both encodings are in the same order.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Key: RecordKey>(of keys: [Key], seed: UInt64 = 1) throws {
    try KeyLaws(keys, seed: seed, areEqual: nil, precedes: nil).check()
}

/// Checks the promises of `RecordKey`, and that keys are equal if and only if their encodings are.
///
/// Keys that are equal and have several encodings are different keys to the engine: 0.0 and -0.0,
/// or strings that differ in their bytes alone. Leave them out.
/// - Throws: `LawError` for the first law that does not hold.
public func checkLaws<Key: RecordKey & Equatable>(of keys: [Key], seed: UInt64 = 1) throws {
    try KeyLaws(keys, seed: seed, areEqual: ==, precedes: nil).check()
}

/// Checks the promises of `RecordKey`, and that encodings compare as the keys do.
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
/// `values`: a handful, as every three of them are tried.
///
/// `tolerance`: how far apart, relative to their size, numbers with a fraction may be.
/// - Throws: `LawError` for the first three values that show that it is not.
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

/// A promise of a type, or of a closure, that is not kept.
public struct LawError: Error, Sendable, CustomStringConvertible {
    /// What should hold.
    public let law: String
    /// The values for which it does not, and what happens in its place.
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
