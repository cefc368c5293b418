import MapReduceModel

@testable import MapReduce

/// Encoded keys and values: the first byte says of which type.
struct RecordTarget: FuzzTarget {
    let name = "records"
    let mutation = Mutation.bytes

    /// A type with its name, an encoded value of it, and what is done with bytes that claim to be
    /// one.
    private struct Kind: Sendable {
        let seed: [UInt8]
        let check: @Sendable (UnsafeRawBufferPointer) throws -> Bool
    }

    private static let kinds: [Kind] = [
        key(Int.min), key(Int8(5)), key(UInt16.max), key(Int32(-1)), key(UInt64(7)),
        key(-0.0), key(Float.nan), key(true), key(Unit()),
        key("na\u{0}\u{ef}ve \u{1F600}"), key(Bytes([0, 1, 255])), key(Optional("x")),
        key(Optional<Int>.none), key(["a", "b", ""]), key([[1, 2], []]),
        key(Pair("hi", 1)), key(Pair(1, "hi")), key(Pair(Optional(Pair("a", true)), ["z"])),
        key(Descending("a\u{0}b")), key(Descending(Pair("x", [1.5]))),
        key(Descending(Descending(Bytes([0, 255])))), key([Unit(), Unit()]),
        value(Coded(["n": 1, "m": -5])), value(Coded([1.5, 1e300])), value([Coded("a\u{0}\"")]),
        value(Pair(Coded(Optional(["deep"])), "x")), value(Optional(Coded(Bool?.none))),
    ]

    /// A key has one encoding: what can be decoded is encoded as it was.
    private static func key<Key: RecordKey>(_ key: Key) -> Kind {
        Kind(seed: encoded(key)) { bytes in
            guard let decoded = try decode(Key.self, bytes) else { return false }
            try require(
                encoded(decoded) == Array(bytes),
                "\(Array(bytes)) as a \(Key.self) is encoded as \(encoded(decoded))"
            )
            return true
        }
    }

    /// A value may have several; it is decoded alike from that which it is given.
    private static func value<Value: RecordValue>(_ value: Value) -> Kind {
        Kind(seed: encoded(value)) { bytes in
            guard let decoded = try decode(Value.self, bytes) else { return false }
            let again = encoded(decoded)
            let back = try again.withUnsafeBytes { try decode(Value.self, $0) }
            guard let back else { throw FuzzFinding("\(again) is no \(Value.self) any more") }
            try require(encoded(back) == again, "\(Value.self) changes with each coding")
            return true
        }
    }

    private static func decode<Value: RecordValue>(
        _ type: Value.Type,
        _ bytes: UnsafeRawBufferPointer
    ) throws -> Value? {
        do {
            let value = try Value(record: bytes)
            var text = TextWriter()
            text.beginLine()
            value.write(to: &text)
            text.endLine()
            try require(
                text.bytes.count(where: { $0 == 0x0A }) == 1,
                "a \(Value.self) is written as more than one line"
            )
            return value
        } catch is InvalidEncodingError {
            return nil
        }
    }

    private static func encoded(_ value: some RecordValue) -> [UInt8] {
        var writer = ByteWriter()
        value.encodeLast(into: &writer)
        return Array(writer.bytes)
    }

    func seeds() -> [[UInt8]] {
        Self.kinds.enumerated().map { [UInt8($0.offset)] + $0.element.seed }
    }

    func check(_ input: [UInt8]) throws -> Bool {
        guard let first = input.first else { return false }
        let kind = Self.kinds[Int(first) % Self.kinds.count]
        // In memory of its own, so that a read behind its end is noticed.
        return try Array(input.dropFirst()).withUnsafeBytes { try kind.check($0) }
    }
}
