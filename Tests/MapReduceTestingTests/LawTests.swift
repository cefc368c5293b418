import MapReduce
import MapReduceTesting
import TestSupport
import Testing

@Suite struct LawTests {
    // MARK: Types that keep them

    @Test func theTypesOfThePackageKeepAllLaws() throws {
        try forEachSeed(5) { random in
            let seed = random.next()
            func integers<Integer: FixedWidthInteger & RecordKey>(_ type: Integer.Type) throws {
                let some = (0..<20).map { _ in
                    Integer.random(in: .min ... .max, using: &random)
                }
                try checkLaws(of: some + [.min, .max, 0, 1], seed: seed)
            }
            try integers(Int.self)
            try integers(Int8.self)
            try integers(Int16.self)
            try integers(Int32.self)
            try integers(Int64.self)
            try integers(UInt.self)
            try integers(UInt8.self)
            try integers(UInt16.self)
            try integers(UInt32.self)
            try integers(UInt64.self)
            let doubles = (0..<20).map { _ in Double.random(in: -1e9...1e9, using: &random) }
            try checkLaws(of: doubles + [0, -.infinity, .infinity, 1e-300], seed: seed)
            try checkLaws(of: doubles.map { Float($0) }, seed: seed)
            try checkLaws(of: [true, false], seed: seed)
            let strings = (0..<30).map { _ in
                String(
                    (0..<Int.random(in: 0...4, using: &random)).map { _ in
                        "\0\u{1}abzß日🦊".randomElement(using: &random) ?? "a"
                    }
                )
            }
            try checkLaws(of: strings, seed: seed)
            try checkLaws(of: strings.map { Bytes(Array($0.utf8)) }, seed: seed)
            try checkLaws(of: strings.map(Optional.init) + [nil], seed: seed)
            try checkLaws(of: strings.map { [$0, "x"] } + [[]], seed: seed)
            try checkLaws(of: zip(strings, doubles).map { Pair($0, $1) }, seed: seed)
            try checkLaws(of: zip(doubles, strings).map { Pair($0, $1) }, seed: seed)
            try checkLaws(of: strings.map(Descending.init), seed: seed)
            try checkLaws(of: [Unit()], seed: seed)
            try checkLaws(of: strings.map { Coded([$0: 1]) }, seed: seed)
        }
    }

    @Test func anAssociativeClosurePasses() throws {
        try checkAssociative(on: [-3, 0, 1, 8], +)
        try checkAssociative(on: ["", "a", "bc"], +)
        try checkAssociative(on: [0.1, 0.2, 0.3], tolerance: 1e-9, +)
        #expect(throws: LawError.self) { try checkAssociative(on: [0.1, 0.2, 0.3], +) }
        #expect(throws: LawError.self) { try checkAssociative(on: [1, 2], -) }
    }

    // MARK: Types that break them, one law each

    private func law(_ check: () throws -> Void) throws -> String {
        let error = #expect(throws: LawError.self) { try check() }
        return try #require(error).law
    }

    /// A number in the byte order of the machine: small before large fails.
    private struct LittleEndian: RecordKey, Comparable {
        var number: UInt16
        func encode(into writer: inout ByteWriter) { writer.append(bigEndian: number.byteSwapped) }
        init(_ number: UInt16) { self.number = number }
        init(decoding reader: inout ByteReader) throws {
            number = try reader.read(bigEndian: UInt16.self).byteSwapped
        }
        static func < (a: Self, b: Self) -> Bool { a.number < b.number }
    }

    @Test func anotherOrderIsFound() throws {
        let keys = [LittleEndian(1), LittleEndian(256)]
        #expect(try law { try checkLaws(of: keys) } == "encodings compare as the keys do")
    }

    /// Text without an end.
    private struct Endless: RecordKey, Equatable {
        var text: String
        func encode(into writer: inout ByteWriter) { writer.append(Array(text.utf8).span) }
        init(_ text: String) { self.text = text }
        init(decoding reader: inout ByteReader) throws {
            text = String(decoding: reader.readRest(), as: UTF8.self)
        }
    }

    @Test func textWithoutAnEndIsFound() throws {
        #expect(
            try law { try checkLaws(of: [Endless("a")]) }
                == "init(decoding:) reads what encode(into:) wrote, and not a byte more"
        )
    }

    /// Digits up to the first byte that is none: found by its end, but the beginning of others.
    private struct Digits: RecordKey, Equatable {
        var digits: [UInt8]
        func encode(into writer: inout ByteWriter) {
            writer.append(UInt8(digits.count))
            writer.append(digits.span)
        }
        func encodeLast(into writer: inout ByteWriter) { writer.append(digits.span) }
        init(_ digits: [UInt8]) { self.digits = digits }
        init(decoding reader: inout ByteReader) throws {
            digits = try (0..<reader.readByte()).map { _ in try reader.readByte() }
        }
        init(decodingLast reader: inout ByteReader) throws { digits = reader.readRest() }
    }

    @Test func twoOrdersAreFound() throws {
        let keys = [Digits([9]), Digits([1, 1])]
        #expect(
            try law { try checkLaws(of: keys) }
                == "encode(into:) and encodeLast(into:) give the same order"
        )
    }

    /// Forgets a field.
    private struct Forgetful: RecordValue, Equatable {
        var kept: Int
        var lost: Int
        func encode(into writer: inout ByteWriter) { kept.encode(into: &writer) }
        init(_ kept: Int, _ lost: Int) {
            self.kept = kept
            self.lost = lost
        }
        init(decoding reader: inout ByteReader) throws { self.init(try Int(decoding: &reader), 0) }
    }

    @Test func aLostFieldIsFound() throws {
        #expect(
            try law { try checkLaws(of: [Forgetful(1, 2)]) }
                == "what encode(into:) writes is read back"
        )
    }

    /// Only one of the two methods for the end of a record.
    private struct HalfLast: RecordValue {
        var text: String
        func encode(into writer: inout ByteWriter) { text.encode(into: &writer) }
        func encodeLast(into writer: inout ByteWriter) { text.encodeLast(into: &writer) }
        init(_ text: String) { self.text = text }
        init(decoding reader: inout ByteReader) throws { text = try String(decoding: &reader) }
    }

    @Test func oneOfTwoMethodsIsFound() throws {
        #expect(try law { try checkLaws(of: [HalfLast("a")]) } == "what is encoded is read back")
    }

    /// Equal without regard to case, and encoded with it.
    private struct Caseless: RecordKey, Equatable {
        var text: String
        func encode(into writer: inout ByteWriter) { text.encode(into: &writer) }
        init(_ text: String) { self.text = text }
        init(decoding reader: inout ByteReader) throws { text = try String(decoding: &reader) }
        static func == (a: Self, b: Self) -> Bool { a.text.lowercased() == b.text.lowercased() }
    }

    @Test func equalKeysWithTwoEncodingsAreFound() throws {
        let keys = [Caseless("a"), Caseless("A")]
        #expect(
            try law { try checkLaws(of: keys) }
                == "keys are equal if and only if their encodings are"
        )
    }

    /// Takes what is missing for zero.
    private struct Lenient: RecordValue {
        var number: UInt8
        func encode(into writer: inout ByteWriter) { writer.append(number) }
        init(_ number: UInt8) { self.number = number }
        init(decoding reader: inout ByteReader) throws {
            number = reader.remainingByteCount > 0 ? try reader.readByte() : 0
        }
    }

    @Test func bytesThatMayBeMissingAreFound() throws {
        #expect(
            try law { try checkLaws(of: [Lenient(0)]) }
                == "init(decoding:) throws when bytes are missing"
        )
    }

    /// Zero is one byte, which all others begin with; what follows says which it is.
    private struct Prefixed: RecordKey {
        var isLong: Bool
        func encode(into writer: inout ByteWriter) {
            writer.append(7)
            if isLong { writer.append(9) }
        }
        init(_ isLong: Bool) { self.isLong = isLong }
        init(decoding reader: inout ByteReader) throws {
            _ = try reader.readByte()
            isLong = false
        }
        init(decodingLast reader: inout ByteReader) throws {
            try self.init(decoding: &reader)
            isLong = reader.remainingByteCount > 0
            if isLong { _ = try reader.readByte() }
        }
    }

    @Test func anEncodingThatBeginsAnotherIsFound() throws {
        #expect(
            try law { try checkLaws(of: [Prefixed(false), Prefixed(true)]) }
                .contains("init(decoding:)")
        )
    }

    @Test func aValueThatCannotBeEncodedIsFound() throws {
        #expect(
            try law { try checkLaws(of: [Coded(Double.nan)]) } == "every value can be encoded"
        )
    }

    /// Encodes the order of its calls.
    private struct Restless: RecordValue {
        func encode(into writer: inout ByteWriter) {
            writer.append(UInt8.random(in: 0...255))
            writer.append(bigEndian: UInt64.random(in: 0 ... .max))
        }
        init() {}
        init(decoding reader: inout ByteReader) throws {
            _ = try reader.readByte()
            _ = try reader.read(bigEndian: UInt64.self)
        }
    }

    @Test func twoEncodingsOfOneValueAreFound() throws {
        #expect(try law { try checkLaws(of: [Restless()]) } == "a value has one encoding")
    }
}
