import MapReduce
import TestSupport
import Testing

@testable import MapReduce

private func encoded(_ value: some RecordValue, last: Bool) -> [UInt8] {
    var writer = ByteWriter()
    if last { value.encodeLast(into: &writer) } else { value.encode(into: &writer) }
    return Array(writer.bytes)
}

/// The laws of a key type, for every pair of some values that are in rising order.
private func checkKeys<Key: RecordKey & Equatable>(_ keys: [Key]) throws {
    for last in [false, true] {
        for (index, key) in keys.enumerated() {
            let bytes = encoded(key, last: last)
            try bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                let back = try last ? Key(decodingLast: &reader) : Key(decoding: &reader)
                #expect(back == key)
                #expect(reader.remainingByteCount == 0)
            }
            for other in keys[(index + 1)...] {
                #expect(
                    bytes.lexicographicallyPrecedes(encoded(other, last: last)),
                    "\(key) before \(other)"
                )
            }
        }
    }
    // Whatever follows a value, its end is found and the order is kept.
    for (index, key) in keys.enumerated() {
        for other in keys[(index + 1)...] {
            for tails in [(UInt8(0), UInt8(255)), (255, 0)] {
                let a = encoded(Pair(key, tails.0), last: true)
                let b = encoded(Pair(other, tails.1), last: true)
                #expect(a.lexicographicallyPrecedes(b), "\(key) before \(other)")
            }
        }
        let pair = Pair(key, UInt8(7))
        let back = try encoded(pair, last: true).withUnsafeBytes {
            try Pair<Key, UInt8>(record: $0)
        }
        #expect(back == pair)
    }
}

@Suite struct KeyOrderTests {
    @Test func integers() throws {
        try checkKeys([Int.min, -256, -255, -1, 0, 1, 255, 256, .max])
        try checkKeys(Array(Int8.min...Int8.max))
        try checkKeys(Array(UInt8.min...UInt8.max))
        try checkKeys([Int16.min, -1, 0, .max])
        try checkKeys([Int32.min, -1, 0, .max])
        try checkKeys([Int64.min, -1, 0, .max])
        try checkKeys([UInt.min, 1, 1 << 63, .max])
        try checkKeys([UInt16.min, 256, .max])
        try checkKeys([UInt32.min, 1 << 31, .max])
        try checkKeys([UInt64.min, 1 << 63, .max])
    }

    @Test func numbersWithFractions() throws {
        try checkKeys([
            -Double.infinity, -1e300, -1, -Double.leastNonzeroMagnitude, 0,
            .leastNonzeroMagnitude, 0.5, 1, 1e300, .infinity,
        ])
        try checkKeys([-Float.infinity, -1, 0, 0.5, .infinity])
        #expect(
            encoded(-0.0, last: true).lexicographicallyPrecedes(encoded(0.0, last: true))
        )
        #expect(
            encoded(Double.infinity, last: true)
                .lexicographicallyPrecedes(encoded(Double.nan, last: true))
        )
    }

    /// Every string of at most three of the bytes that matter: 0, 1, and a letter.
    @Test func stringsWithEveryShortContent() throws {
        let letters: [Character] = ["\0", "\u{1}", "a"]
        var strings = [""]
        for length in 1...3 {
            strings += strings.filter { $0.count == length - 1 }.flatMap { start in
                letters.map { start + String($0) }
            }
        }
        strings.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try checkKeys(strings)
        try checkKeys(strings.map { Bytes(Array($0.utf8)) })
        try checkKeys(["Z", "a", "ab", "é", "日本", "🦊"])
    }

    @Test func compounds() throws {
        try checkKeys([false, true])
        try checkKeys([nil, Optional(""), "\0", "a"])
        try checkKeys([[], [""], ["", ""], ["", "a"], ["\0"], ["a"], ["a", ""], ["b"]])
        try checkKeys([Pair("", 2), Pair("a", 1), Pair("a", 2), Pair("a\0", 0), Pair("b", 0)])
        try checkKeys([3, 2, 1, 0, -1].map(Descending.init))
        try checkKeys(["b", "ab", "aa", "a", "\0", ""].map(Descending.init))
        try checkKeys([Unit()])
        try checkKeys(["b", "a"].flatMap { first in [1, 2].map { Pair(Descending(first), $0) } })
        try checkKeys([Descending(Descending("a")), Descending(Descending("b"))])
    }

    @Test func randomPairsOrderAsTuplesDo() throws {
        forEachSeed(10) { random in
            let pairs = (0..<100).map { _ in
                Pair(
                    String(
                        (0..<Int.random(in: 0...3, using: &random)).map { _ in
                            "\0ab".randomElement(using: &random) ?? "a"
                        }
                    ),
                    Int.random(in: -2...2, using: &random)
                )
            }
            let byValue = pairs.sorted { a, b in
                a.first == b.first
                    ? a.second < b.second
                    : a.first.utf8.lexicographicallyPrecedes(b.first.utf8)
            }
            let byBytes = pairs.sorted {
                encoded($0, last: true).lexicographicallyPrecedes(encoded($1, last: true))
            }
            #expect(byValue == byBytes)
        }
    }
}

@Suite struct DecodingTests {
    /// Any bytes at all decode or throw, and never trap.
    @Test func arbitraryBytesNeverTrap() {
        forEachSeed(200) { random in
            let bytes = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                UInt8.random(in: 0...3, using: &random) &* 85
            }
            func attempt<Value: RecordValue>(_ type: Value.Type) {
                bytes.withUnsafeBytes { bytes in
                    do { _ = try Value(record: bytes) } catch { #expect("\(error)" != "") }
                }
            }
            attempt(Int.self)
            attempt(Double.self)
            attempt(Bool.self)
            attempt(String.self)
            attempt(Bytes.self)
            attempt([String?].self)
            attempt(Pair<String, [Int16]>.self)
            attempt(Descending<String>.self)
            attempt(Coded<[String: Int]>.self)
        }
    }

    @Test func invalidUTF8TellsWhere() throws {
        let bytes: [UInt8] = [0x61, 0x62, 0xFF, 0x63]
        let error = #expect(throws: (any Error).self) {
            _ = try bytes.withUnsafeBytes { try String(record: $0) }
        }
        #expect("\(try #require(error))".contains("byte 2 of 4"))
    }

    @Test func bytesThatAreLeftAreAnError() {
        #expect(throws: (any Error).self) {
            _ = try [UInt8](repeating: 0, count: 9).withUnsafeBytes { try Int(record: $0) }
        }
    }

    @Test func codedValuesReadBackOrFailTheAttempt() throws {
        let value = Coded(["a": [1, 2], "b": []])
        let back = try encoded(Pair(value, 1), last: true).withUnsafeBytes {
            try Pair<Coded<[String: [Int]]>, Int>(record: $0)
        }
        #expect(back.first == value)
        var writer = ByteWriter()
        Coded(Double.nan).encode(into: &writer)
        #expect(writer.failure != nil)
    }
}
