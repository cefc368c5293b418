import TestSupport
import Testing

@testable import MapReduce

/// Keys in reports are what their type writes, in one line that a terminal shows as it is.
@Suite struct KeyTextTests {
    private struct Day: RecordKey {
        var number: Int
        func encode(into writer: inout ByteWriter) { number.encode(into: &writer) }
        init(decoding reader: inout ByteReader) throws { number = try Int(decoding: &reader) }
        init(number: Int) { self.number = number }
        func write(to text: inout TextWriter) { text.write("day \(number)") }
    }

    private func shown<Key: RecordKey>(_ key: Key) -> String {
        var last = ByteWriter()
        key.encodeLast(into: &last)
        var whole = ByteWriter()
        key.encode(into: &whole)
        whole.append(7)
        let text = KeyText(whole: Key.self).text(of: last.bytes)
        #expect(KeyText(beginning: Key.self).text(of: whole.bytes) == text)
        return text
    }

    @Test func keysAreShownAsTheirTypeWritesThem() {
        #expect(shown(42) == "42")
        #expect(shown(-1.5) == "-1.5")
        #expect(shown(true) == "true")
        #expect(shown("fox") == "\"fox\"")
        #expect(shown("") == "\"\"")
        #expect(shown(Pair(7, 5)) == "7, 5")
        #expect(shown(Pair("a, b", Pair(Descending(3), "c"))) == "\"a, b\", 3, \"c\"")
        #expect(shown([Pair(1, "x"), Pair(2, "y")]) == "[[1,\"x\"],[2,\"y\"]]")
        #expect(shown(Optional<Int>.none) == "null")
        #expect(shown(Day(number: 12)) == "\"day 12\"")
        #expect(shown(Bytes(Array("raw".utf8))) == "\"raw\"")
        #expect(shown(Unit()) == "()")
    }

    @Test func nothingInAKeyCommandsATerminal() {
        #expect(shown("a\u{1B}[2J\n\u{202E}b") == "\"a\\u001b[2J\\u000a\\u{202E}b\"")
        #expect(shown(Bytes([0xFF, 0x1B, 0x9B])).unicodeScalars.allSatisfy { $0.value != 0x1B })
    }

    @Test func aLongKeyIsCut() {
        let text = shown(String(repeating: "é", count: 300))
        #expect(text.utf8.count < 230 && text.hasSuffix("… (602 bytes)"), "\(text)")
    }

    @Test func bytesThatAreNotSuchAKeyAreQuoted() {
        [UInt8(0x61), 0x62].withUnsafeBytes { bytes in
            #expect(KeyText(whole: Int.self).text(of: bytes) == "\"ab\"")
        }
    }
}
