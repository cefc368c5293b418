import ArgumentParser
import MapReduce
import TestSupport
import Testing

private struct Names: Job {
    func pipeline(_ input: Input) -> Pairs<Int, String> {
        let names: Pairs<Int, String> = input.records(.csv).filter { try $0.int("id") > 0 }
            .map { user, emit in
                emit(try user.int("id"), try user.stringIfPresent("name") ?? "nobody")
            }
        return names.sorted()
    }
}

private struct StrictNames: Job {
    func pipeline(_ input: Input) -> Pairs<Int, String> {
        let names: Pairs<Int, String> = input.records(.csv(strict: true)).map { user, emit in
            emit(try user.int("id"), try user.string("name"))
        }
        return names.sorted()
    }
}

private struct Sums: Job {
    func pipeline(_ input: Input) -> Pairs<String, Double> {
        let sums: Pairs<String, Double> = input.records(.csv(header: false, separator: ";"))
            .map { row, emit in emit(try row.bytes(0), try row.double(1)) }
        return sums.combine(+)
    }
}

private struct Columns: Job {
    func pipeline(_ input: Input) -> Pairs<String, Bool> {
        let columns: Pairs<String, Bool> = input.records(.tsv).map { row, emit in
            emit(try row.string("text"), try row.boolIfPresent("isGood") ?? false)
        }
        return columns.sorted()
    }
}

private struct Blocks: Job {
    func pipeline(_ input: Input) -> Pairs<Bytes, Int> {
        let blocks: Pairs<Bytes, Int> = input.records(.fixed(byteCount: 4)).map { block, emit in
            emit(Bytes(block), emit.split.offset)
        }
        return blocks.sorted()
    }
}

private struct Sized: Job {
    @Option var byteCount = 4
    func pipeline(_ input: Input) -> Pairs<Bytes, Int> {
        input.records(.fixed(byteCount: byteCount)).map { block, emit in emit(Bytes(block), 1) }
    }
}

private struct Separated: Job {
    @Option var separator = ";"
    @Option var quote = "'"
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let format = RecordFormat.csv(
            header: false,
            separator: separator.unicodeScalars.first ?? ",",
            quote: quote.unicodeScalars.first
        )
        return input.records(format).map { row, emit in emit(try row.string(0), row.count) }
    }
}

private struct Files: Job {
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        input.records(.wholeFiles).map { file, emit in emit(emit.split.fileName, file.count) }
    }
}

@Suite struct FormatTests {
    @Test func rowsAreReadByTheNamesOfTheirColumns() throws {
        let lines = ["name,id", "\"Ada \"\"L\"\"\",2", "", ",1", "\"two", "lines\",7", "x,-5"]
        #expect(
            try Names().collect(lines: lines) == [1: "nobody", 2: "Ada \"L\"", 7: "two\nlines"]
        )
    }

    @Test func rowsAreReadByTheNumbersOfTheirColumns() throws {
        let lines = ["a;1.5", "b;-2e3;more", "a;0.25"]
        #expect(try Sums().collect(lines: lines) == ["a": 1.75, "b": -2000])
    }

    @Test func escapesOfTheOutputAreUndone() throws {
        let lines = ["text\tisGood", "a\\tb\\\\N\ttrue", "c\t\\N", "\"d\t0"]
        #expect(
            try Columns().collect(lines: lines) == ["\"d": false, "a\tb\\N": true, "c": false]
        )
    }

    @Test func fixedRecordsAndWholeFilesAreLentAsBytes() throws {
        let abc = Bytes(Array("abc\n".utf8))
        let abd = Bytes(Array("abd\n".utf8))
        #expect(try Blocks().collect(lines: ["abd", "abc", "abd"]) == [abc: 4, abd: 0, abd: 8])
        #expect(try Files().collect(lines: ["abd", "ab"]) == ["lines": 7])
    }

    @Test(arguments: [
        (["id,name", "1,a", "x,b"], ":3:1: the field \"id\" is no whole number"),
        (["name,id", "\"a", "b\",1x"], ":3:4: the field \"id\" is no whole number"),
        (["name,id", "a,1,2"], ":2:5: the row has 3 fields, and the header 2"),
        (["name,id", "a"], ":2:2: the row has 1 fields, and the header 2"),
        (["name,id", "\"a,1"], ":2:1: the quote is not closed"),
        (["name,id", "\"a\"b,1"], ":2:4: a separator or a line end must follow"),
        (["name,id\r\"a\r\nb\",2\r\"a\",1x"], ":4:5: the field \"id\" is no whole number"),
        (["name,number", "a,1"], "no column \"id\"; its header names \"name\", \"number\""),
        (["id,id", "1,1"], "names \"id\" twice"),
    ])
    func whatIsMalformedIsToldWithItsPlace(_ lines: [String], _ message: String) throws {
        let error = #expect(throws: JobError.self) { try Names().collect(lines: lines) }
        #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
    }

    @Test func aQuoteInAFieldIsTextUnlessTheSyntaxIsStrict() throws {
        let lines = ["id,name", "1,37°36'37.8\"N", "2,\"a \"\"b\"\"\"", "3,a\"\""]
        #expect(
            try Names().collect(lines: lines) == [1: "37°36'37.8\"N", 2: "a \"b\"", 3: "a\"\""]
        )
        let error = #expect(throws: JobError.self) { try StrictNames().collect(lines: lines) }
        #expect(error?.message.contains(":2:14: a quote is in a field") ?? false)
        #expect(try StrictNames().collect(lines: [lines[0], lines[2]]) == [2: "a \"b\""])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func everyLineEndEndsARow(_ end: String) throws {
        let text = ["\u{FEFF}id,name", "1,A", "", "\"2\",\"b", "c\""].joined(separator: end)
        #expect(try Names().collect(lines: [text]) == [1: "A", 2: "b\(end)c"])
    }

    @Test func aRecordThatIsCutShortIsAnError() {
        let error = #expect(throws: JobError.self) { try Blocks().collect(lines: ["abc", "a"]) }
        #expect(error?.message.contains("record at byte 4: the last record has 2 bytes") ?? false)
    }

    @Test(arguments: [0, -1, .min, (64 << 20) + 1, .max])
    func aByteCountThatNoRecordCanHaveIsAnErrorOfUse(_ byteCount: Int) throws {
        let job = try Sized.parse(["--byte-count=\(byteCount)"])
        let error = #expect(throws: JobError.self) { try job.collect(lines: ["abc"]) }
        #expect(error?.code == .usage)
        let message = error?.message ?? ""
        #expect(message.contains("FormatTests.swift:"), "\(message)")
        #expect(
            message.contains("a record has 1 to 67108864 bytes, and not \(byteCount)"),
            "\(message)"
        )
    }

    @Test func theLargestByteCountIsNoError() throws {
        let job = try Sized.parse(["--byte-count=67108864"])
        #expect(try job.collect(lines: []).isEmpty)
    }

    @Test(arguments: [("\n", "'"), ("é", "'"), (";", "é"), (";", ";"), ("\r", "'")])
    func aSyntaxThatNoRowCanHaveIsAnErrorOfUse(_ separator: String, _ quote: String) throws {
        let job = try Separated.parse(["--separator=\(separator)", "--quote=\(quote)"])
        let error = #expect(throws: JobError.self) { try job.collect(lines: ["a;b"]) }
        #expect(error?.code == .usage)
        #expect(error?.message.contains("FormatTests.swift:") ?? false, "\(error?.message ?? "")")
    }

    @Test func rowsAreSeparatedByWhatTheCommandLineSays() throws {
        #expect(try Separated.parse([]).collect(lines: ["'a;b';c"]) == ["a;b": 2])
    }
}
