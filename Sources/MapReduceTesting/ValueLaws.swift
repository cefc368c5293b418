internal import MapReduce

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The laws that a `RecordValue` must obey.
struct ValueLaws<Value: RecordValue> {
    let values: [Value]
    /// nil for a type that does not define equality.
    let areEqual: ((Value, Value) -> Bool)?
    private let seed: UInt64

    init(_ values: [Value], seed: UInt64, areEqual: ((Value, Value) -> Bool)?) {
        self.values = values
        self.areEqual = areEqual
        self.seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? seed
    }

    func check() throws {
        guard !values.isEmpty else {
            throw LawError("laws are checked on values", "there are none to check them on")
        }
        for value in values {
            let whole = try encoding(of: value, last: false)
            try checkEnd(value, whole)
            try checkCut(value, whole)
            let last = try encoding(of: value, last: true)
            let read = try decoded(last, last: true, value, "as the last of its record")
            guard read.rest == 0 else {
                throw LawError(
                    "init(decodingLast:) reads what encodeLast(into:) wrote",
                    "of \(value), \(read.rest) bytes are left"
                )
            }
            try checkSame(read.value, value, "encodeLast(into:)")
        }
        try damage()
    }

    private func encoding(of value: Value, last: Bool) throws -> [UInt8] {
        let first = Encoding(value, last: last)
        if let failure = first.failure {
            throw LawError("every value can be encoded", "\(value) cannot: \(failure)")
        }
        guard Encoding(value, last: last) == first else {
            throw LawError(
                "a value has one encoding",
                "\(value) is encoded in two ways when it is encoded twice"
            )
        }
        return first.bytes
    }

    /// Checks that reading ends where the value does, whatever follows.
    private func checkEnd(_ value: Value, _ bytes: [UInt8]) throws {
        let others = values.prefix(10).map { Encoding($0, last: false).bytes }
        for tail in [[], [0], [1], [0, 0], [0xFF], [0x7F, 0xFF, 0]] + others {
            let read = try decoded(bytes + tail, last: false, value, "with \(tail) behind it")
            guard read.rest == tail.count else {
                throw LawError(
                    "init(decoding:) reads what encode(into:) wrote, and not a byte more",
                    "of \(value) with \(tail) behind it, \(read.rest) bytes are left"
                )
            }
            try checkSame(read.value, value, "encode(into:)")
        }
    }

    /// Checks that a truncated encoding is an error.
    private func checkCut(_ value: Value, _ bytes: [UInt8]) throws {
        for count in bytes.indices {
            guard let read = Self.read(Array(bytes[..<count]), last: false) else { continue }
            throw LawError(
                "init(decoding:) throws when bytes are missing",
                "\(value) takes \(bytes.count) bytes, and the first \(count) are read as "
                    + "\(read.value)"
            )
        }
    }

    private func checkSame(_ read: Value, _ value: Value, _ method: String) throws {
        let law = "what \(method) writes is read back"
        guard Encoding(read, last: false) == Encoding(value, last: false) else {
            throw LawError(law, "\(value) is read back as \(read)")
        }
        // A NaN is not equal to itself.
        guard let areEqual, areEqual(value, value) else { return }
        guard areEqual(read, value) else {
            throw LawError(law, "\(value) is read back as \(read), which is not equal")
        }
    }

    private func decoded(
        _ bytes: [UInt8],
        last: Bool,
        _ value: Value,
        _ place: String
    ) throws -> (value: Value, rest: Int) {
        do {
            return try Self.decode(bytes, last: last)
        } catch {
            throw LawError(
                "what is encoded is read back",
                "\(value), \(place), cannot be read from \(bytes): \(error)"
            )
        }
    }

    private static func decode(_ bytes: [UInt8], last: Bool) throws -> (value: Value, rest: Int) {
        try bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let value = try last ? Value(decodingLast: &reader) : Value(decoding: &reader)
            return (value, reader.remainingByteCount)
        }
    }

    /// Returns the value that the bytes contain; nil if the type throws.
    private static func read(_ bytes: [UInt8], last: Bool) -> (value: Value, rest: Int)? {
        do { return try decode(bytes, last: last) } catch { return nil }
    }

    /// Checks that reading bytes of an invalid or different value does not trap.
    private func damage() throws {
        var random = SeededRandom(seed: seed)
        for round in 0..<200 {
            var bytes = values.randomElement(using: &random).map { Encoding($0).bytes } ?? []
            if round % 2 == 0 || bytes.isEmpty {
                bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                    [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255, using: &random)]
                        .randomElement(using: &random) ?? 0
                }
            } else {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            for last in [false, true] {
                guard let read = Self.read(bytes, last: last), read.rest > bytes.count else {
                    continue
                }
                throw LawError("a reader reads forwards", "\(bytes) have \(read.rest) bytes left")
            }
        }
    }
}
