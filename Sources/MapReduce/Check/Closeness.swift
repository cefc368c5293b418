/// A test of whether two values count as the same.
///
/// They do if their encodings are equal or, with a tolerance, if their text is the same except for
/// numbers with a fraction that are close to each other. The text is that of the output, so this
/// also holds for numbers within user-defined types.
package struct Closeness: Sendable {
    /// How far apart two numbers may be, relative to the larger one.
    package let tolerance: Double

    package init(tolerance: Double) { self.tolerance = tolerance }

    package func areEqual<Value: RecordValue>(_ a: Value, _ b: Value) -> Bool {
        if Encoding(a) == Encoding(b) { return true }
        return tolerance > 0 && areClose(a.columns, b.columns)
    }

    /// Returns whether two encoded values count as the same.
    package func areEqual<Value: RecordValue>(
        _ a: [UInt8],
        _ b: [UInt8],
        as type: Value.Type
    ) throws -> Bool {
        if a == b { return true }
        guard tolerance > 0 else { return false }
        return areClose(try Value(record: a).columns, try Value(record: b).columns)
    }

    private func areClose(_ a: String, _ b: String) -> Bool {
        let parts = (Self.parts(of: a), Self.parts(of: b))
        return parts.0.count == parts.1.count
            && zip(parts.0, parts.1).allSatisfy { areClosePart($0, $1) }
    }

    private func areClosePart(_ a: Substring, _ b: Substring) -> Bool {
        if a == b { return true }
        guard a.contains(".") || b.contains(".") || a.contains("e") || b.contains("e"),
            let x = Double(a), let y = Double(b)
        else { return false }
        return abs(x - y) <= tolerance * max(abs(x), abs(y))
    }

    /// Returns the columns and elements of a text.
    private static func parts(of text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false) { "\t[],{}:\"".contains($0) }
    }
}

/// A value's encoding as a whole record, and the reason if it has none.
package struct Encoding: Equatable {
    package let bytes: [UInt8]
    package let failure: String?

    /// `last`: whether the value is the last of its record.
    package init(_ value: some RecordValue, last: Bool = true) {
        var writer = ByteWriter()
        if last { value.encodeLast(into: &writer) } else { value.encode(into: &writer) }
        bytes = Array(writer.bytes)
        failure = writer.failure.map { "\($0)" }
    }
}
