import MapReduce
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduce

/// A line of a format, or why there is none.
private func line(
    _ style: TextWriter.Style,
    names: [String]? = nil,
    _ key: some RecordKey,
    _ value: some RecordValue
) throws -> String {
    var text = TextWriter(style: style)
    for _ in 0..<2 {
        text.beginLine()
        key.write(to: &text)
        let keyCount = text.columnCount
        text.endKey()
        value.write(to: &text)
        if style == .csv || style == .json {
            text.layout = try ColumnLayout(
                keyCount: keyCount,
                valueCount: text.columnCount - keyCount,
                names: names
            )
        }
        text.endLine()
    }
    if let failure = text.writer.failure { throw failure }
    return String(decoding: text.bytes, as: UTF8.self)
}

@Suite struct CSVTests {
    @Test(arguments: [
        ("a", "a"), ("a b", "a b"), ("", "\"\""), ("a,b", "\"a,b\""), ("\"", "\"\"\"\""),
        ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("a\tb", "a\tb"), ("a\\b", "a\\b"),
        ("héß→🙂", "héß→🙂"), (" a ", " a "), ("\\N", "\\N"),
    ])
    func textIsQuotedWhereItMustBe(_ text: String, _ expected: String) throws {
        #expect(try line(.csv, text, 1) == expected + ",1\n")
        #expect(try line(.csv, Bytes(Array(text.utf8)), text) == "\(expected),\(expected)\n")
    }

    @Test func valuesAreAsReadersExpectThem() throws {
        #expect(try line(.csv, Pair("a", -5), Pair(true, 0.5)) == "a,-5,true,0.5\n")
        #expect(try line(.csv, Double.nan, -Float.infinity) == "nan,-inf\n")
        #expect(try line(.csv, String?.none, Int?.none) == ",\n")
        #expect(try line(.csv, String?.some(""), Int?.some(3)) == "\"\",3\n")
        // A line without text would be passed over.
        #expect(try line(.csv, String?.none, Unit()) == "\"\"\n")
        #expect(
            try line(.csv, UInt64.max, Int.min) == "18446744073709551615,-9223372036854775808\n"
        )
    }

    @Test func listsAreQuotedJSON() throws {
        #expect(try line(.csv, 1, ["a", "b\"\n"]) == #"1,"[""a"",""b\""\u000a""]""# + "\n")
        #expect(try line(.csv, 1, [Int]()) == "1,[]\n")
        #expect(try line(.csv, 1, [[1, 2], []]) == "1,\"[[1,2],[]]\"\n")
        #expect(try line(.csv, 1, Coded(["k": "a\\b"])) == #"1,"{""k"":""a\\b""}""# + "\n")
    }

    @Test func namesAreQuotedAsFieldsAre() {
        let header = ColumnLayout.header(["a", "b c", "d,e", "\"f\""])
        #expect(String(decoding: header, as: UTF8.self) == "a,b c,\"d,e\",\"\"\"f\"\"\"\n")
    }
}

@Suite struct JSONLinesTests {
    @Test func recordsAreObjects() throws {
        #expect(try line(.json, "a", 1) == #"{"key":"a","value":1}"# + "\n")
        #expect(
            try line(.json, Pair("a", 1), Pair(true, 0.5))
                == #"{"key1":"a","key2":1,"value1":true,"value2":0.5}"# + "\n"
        )
        #expect(try line(.json, "a", Unit()) == #"{"key":"a"}"# + "\n")
        #expect(try line(.json, Unit(), Unit()) == "{}\n")
        #expect(
            try line(.json, names: ["wo\"rd", "né"], "a", 1) == #"{"wo\"rd":"a","né":1}"# + "\n"
        )
    }

    @Test func valuesAreThoseOfJSON() throws {
        #expect(try line(.json, String?.none, Int?.some(3)) == #"{"key":null,"value":3}"# + "\n")
        #expect(
            try line(.json, Double.nan, [Double.infinity, 1e300, -0.0])
                == #"{"key":"nan","value":["inf",1e+300,-0.0]}"# + "\n"
        )
        #expect(
            try line(.json, "\t\n\r\"\\/\u{1F}\u{7F}🙂", [Pair("\n", String?.none)])
                == #"{"key":"\u0009\u000a\u000d\"\\/\u001f"# + "\u{7F}🙂"
                + #"","value":[["\u000a",null]]}"# + "\n"
        )
        #expect(
            try line(.json, 1, Coded(["k": "a\\b"])) == #"{"key":1,"value":{"k":"a\\b"}}"# + "\n"
        )
    }

    @Test func bytesThatAreNoTextAreRefused() {
        let error = #expect(throws: OutputError.self) { try line(.json, Bytes([0xFF]), 1) }
        #expect(error?.description.contains("not UTF-8") ?? false)
    }
}

@Suite struct RawLinesTests {
    @Test func columnsAreAsTheyAre() throws {
        #expect(try line(.lines, "a\\b\"", 1) == "a\\b\"\t1\n")
        #expect(try line(.lines, "a\tb\r", Unit()) == "a\tb\r\n")
        #expect(try line(.lines, String?.none, ["a\n"]) == "\t[\"a\\u000a\"]\n")
        #expect(try line(.lines, Unit(), Unit()) == "\n")
    }

    @Test func aLineEndIsRefused() {
        let error = #expect(throws: OutputError.self) { try line(.lines, "a", "b\nc") }
        #expect(error?.description.contains("line end") ?? false)
    }
}

@Suite struct ColumnLayoutTests {
    /// A value of one column or of two.
    private struct Ragged: RecordValue {
        var isWide: Bool
        init(isWide: Bool) { self.isWide = isWide }
        func encode(into writer: inout ByteWriter) { isWide.encode(into: &writer) }
        init(decoding reader: inout ByteReader) throws { isWide = try Bool(decoding: &reader) }
        func write(to text: inout TextWriter) {
            text.write(1)
            if isWide { text.write(2) }
        }
    }

    @Test(arguments: [TextWriter.Style.csv, .json])
    func linesHaveAllTheSameColumns(_ style: TextWriter.Style) throws {
        var text = TextWriter(style: style)
        text.layout = try ColumnLayout(keyCount: 1, valueCount: 1, names: nil)
        for (isWide, isRefused) in [(false, false), (true, true)] {
            text.beginLine()
            text.write("a")
            text.endKey()
            Ragged(isWide: isWide).write(to: &text)
            text.endLine()
            #expect((text.writer.failure != nil) == isRefused)
        }
        let failure = text.writer.failure
        #expect("\(try #require(failure))".contains("has 3 columns, and not 2"))
    }

    @Test func aKeyCannotTakeColumnsOfTheValue() throws {
        var text = TextWriter(style: .csv)
        text.layout = try ColumnLayout(keyCount: 1, valueCount: 2, names: nil)
        text.beginLine()
        for _ in 0..<2 { text.write(1) }
        text.endKey()
        text.write(1)
        text.endLine()
        let failure = text.writer.failure
        #expect("\(try #require(failure))".contains("the key has 2 columns"))
    }

    @Test func namesAreChecked() throws {
        #expect(throws: OutputError.self) {
            try ColumnLayout(keyCount: 1, valueCount: 1, names: ["a"])
        }
        try ColumnLayout.check(["a", "b"])
        for names in [[""], ["a\n"], ["a", "b", "a"], ["a\u{7F}"]] {
            #expect(throws: JobError.self) { try ColumnLayout.check(names) }
        }
    }

    /// What types say of themselves is what they write.
    @Test func typesTellTheirColumns() {
        check(1, UInt8(1), 1.5, Float(1), true, "a", Bytes([1]), [1], Coded(1), Unit())
        check(Pair(1, Unit()), Pair(Pair("a", 1), [2]), Descending("a"), Int?.none, Int?.some(1))
        #expect(Pair<Int, Pair<String, Unit>>.columnCount == 2)
        #expect(Pair<Int, Int>?.columnCount == nil)
        #expect(Ragged.columnCount == nil)
    }

    private func check(_ values: any RecordValue...) {
        for value in values {
            var text = TextWriter(style: .csv)
            text.beginLine()
            value.write(to: &text)
            #expect(type(of: value).columnCount == text.columnCount, "\(value)")
        }
    }
}
