import MapReduce
import TestSupport
import Testing

@testable import MapReduce

private func line(_ values: any RecordValue...) -> String {
    var text = TextWriter()
    text.beginLine()
    for value in values { value.write(to: &text) }
    return String(decoding: text.bytes, as: UTF8.self)
}

/// An integer of more than a word.
private struct Wide: RecordValue {
    var value: Int128
    init(value: Int128) { self.value = value }
    func encode(into writer: inout ByteWriter) { writer.append(bigEndian: value) }
    init(decoding reader: inout ByteReader) throws {
        value = try reader.read(bigEndian: Int128.self)
    }
    func write(to text: inout TextWriter) { text.write(value) }
}

@Suite struct TextWriterTests {
    @Test func columnsAreSeparatedByTabs() {
        #expect(line("a", 1) == "a\t1")
        #expect(line("a", Unit()) == "a")
        #expect(line(Unit(), 1) == "1")
        #expect(line(Pair("a", Pair(1, true)), 2) == "a\t1\ttrue\t2")
        #expect(line(Descending("z"), -5) == "z\t-5")
        #expect(line(Int.min, UInt64.max) == "-9223372036854775808\t18446744073709551615")
        #expect(line(0.1, Float(2)) == "0.1\t2.0")
        #expect(line(Wide(value: .min)) == "-170141183460469231731687303715884105728")
    }

    @Test func whatWouldBreakALineIsEscaped() {
        #expect(line("a\tb\nc\rd\\e") == "a\\tb\\nc\\rd\\\\e")
        #expect(line("a\u{0B}b") == "a\u{0B}b")
        #expect(line("", "") == "\t")
        #expect(line(Bytes([0x61, 0x09])) == "a\\t")
    }

    @Test func nilIsTold() {
        #expect(line(String?.none, Int?.some(1)) == "\\N\t1")
        #expect(line(String?.some("\\N")) == "\\\\N")
    }

    @Test func listsAreJSON() {
        #expect(line(["a", "b"]) == #"["a","b"]"#)
        #expect(line([Int]()) == "[]")
        #expect(line([[1, 2], []]) == "[[1,2],[]]")
        #expect(line([1, nil]) == "[1,null]")
        #expect(line([Pair("a", 1)]) == #"[["a",1]]"#)
        #expect(line([1.5, .infinity]) == #"[1.5,"inf"]"#)
        // JSON writes a quotation mark as \", and the column writes each backslash twice.
        #expect(line(["a\"b\\c\nd"]) == #"["a\\"b\\\\c\\u000ad"]"#)
        #expect(line(Coded(["k": "a\\b"])) == #"{"k":"a\\\\b"}"#)
    }

    /// Every column reads back, whatever is in it.
    @Test func escapesCanBeUndone() {
        forEachSeed(50) { random in
            let strings = (0..<3).map { _ in
                String(
                    (0..<Int.random(in: 0...8, using: &random)).map { _ in
                        "\t\n\r\\nNt a".randomElement(using: &random) ?? "a"
                    }
                )
            }
            let written = line(strings[0], strings[1], strings[2])
            #expect(!written.contains("\n"))
            let columns = written.split(separator: "\t", omittingEmptySubsequences: false)
            #expect(columns.map { unescape($0) } == strings)
        }
    }

    private func unescape(_ column: Substring) -> String {
        var result = ""
        var scalars = column.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch scalars.next() {
            case "t": result += "\t"
            case "n": result += "\n"
            case "r": result += "\r"
            default: result += "\\"
            }
        }
        return result
    }
}

@Suite struct WordsTests {
    private func words(_ bytes: [UInt8]) -> [[UInt8]] {
        var words: [[UInt8]] = []
        bytes.span.forEachWord { word in
            words.append(word.withUnsafeBufferPointer { Array($0) })
        }
        return words
    }

    private func naiveWords(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split { $0 == 32 || (9...13).contains($0) }.map(Array.init)
    }

    @Test func everyByteIsSpaceOrNot() {
        for byte in UInt8.min...UInt8.max {
            let text = [0x61, byte, 0x62]
            #expect(words(text) == naiveWords(text), "byte \(byte)")
        }
    }

    /// Words across the borders of the 64 bytes that are looked at together.
    @Test func randomTextsGiveTheirWords() {
        forEachSeed(200) { random in
            let text = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                Int.random(in: 0...6, using: &random) == 0
                    ? UInt8.random(in: 8...33, using: &random)
                    : UInt8.random(in: 0...255, using: &random)
            }
            #expect(words(text) == naiveWords(text))
        }
    }
}

@Suite struct FieldsTests {
    private func field(_ index: Int, _ text: String, in range: Range<Int>? = nil) -> String? {
        let bytes = Array(text.utf8)
        return bytes.span.field(index, separatedBy: ",", in: range).map {
            String(decoding: bytes[$0], as: UTF8.self)
        }
    }

    @Test func fieldsAreThoseOfASplit() {
        for text in ["", ",", "a", "a,b", ",a,,b,", "abc,,"] {
            let expected = text.split(separator: ",", omittingEmptySubsequences: false)
            for index in 0...expected.count {
                #expect(
                    field(index, text) == (index < expected.count ? String(expected[index]) : nil)
                )
            }
        }
        #expect(field(1, "x,a,b,y", in: 2..<5) == "b")
    }

    private func contains(_ line: [UInt8], _ text: [UInt8]) -> Bool { line.span.contains(text) }

    @Test func textsAreFound() {
        let line = Array("abcabd".utf8)
        for start in line.indices {
            for end in start...line.count { #expect(contains(line, Array(line[start..<end]))) }
        }
        for text in ["abd ", "x", "abcabda", "cb"] { #expect(!contains(line, Array(text.utf8))) }
        #expect(contains([], []))
        #expect(!contains([], [1]))
    }

    @Test func numbersAreRead() {
        func number(_ text: String) -> Int? {
            let bytes = Array(text.utf8)
            return Int(bytes.span)
        }
        for value in [0, 7, -7, .max, .min, .max - 1, .min + 1] {
            #expect(number("\(value)") == value)
        }
        #expect(number("+5") == 5 && number("-0") == 0 && number("007") == 7)
        for text in [
            "", "-", "+", "1 ", " 1", "a", "1a", "9223372036854775808", "-9223372036854775809",
        ] {
            #expect(number(text) == nil, "\(text)")
        }
    }
}
