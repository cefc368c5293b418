import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

private let csv = RowSyntax(separator: 0x2C, quote: 0x22, hasEscapes: false, hasHeader: false)
private let tsv = RowSyntax(separator: 0x09, quote: nil, hasEscapes: true, hasHeader: false)

/// A row as a naive reader finds it.
private struct NaiveRow: Hashable {
    var offset: Int
    var byteCount = 0
    /// None of a malformed row.
    var fields: [[UInt8]] = []
    var problem: RowProblem.Kind?
}

/// Reads a whole text byte by byte, in the states of Python's `csv`.
private func naiveRows(_ text: [UInt8], _ syntax: RowSyntax) -> [NaiveRow] {
    enum State { case fieldStart, unquoted, quoted, quoteInQuoted }
    var rows: [NaiveRow] = []
    var row = NaiveRow(offset: text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    var field: [UInt8] = []
    var state = State.fieldStart
    func endField() {
        row.fields.append(field)
        field = []
        state = .fieldStart
    }
    func endRow(at end: Int) {
        endField()
        row.byteCount = end - row.offset
        if row.problem != nil { row.fields = [] }
        if row.byteCount > 0 { rows.append(row) }
        row = NaiveRow(offset: end + 1)
    }
    func note(_ problem: RowProblem.Kind) { if row.problem == nil { row.problem = problem } }
    for index in row.offset..<text.count {
        let byte = text[index]
        let isQuote = byte == syntax.quote
        switch state {
        case .quoted where isQuote: state = .quoteInQuoted
        case .quoted: field.append(byte)
        case .fieldStart where isQuote: state = .quoted
        case .quoteInQuoted where isQuote:
            field.append(byte)
            state = .quoted
        case _ where byte == syntax.separator: endField()
        case _ where byte == 0x0A || byte == 0x0D: endRow(at: index)
        case .unquoted, .fieldStart, .quoteInQuoted:
            if state == .quoteInQuoted { note(.textBehindQuote) }
            if isQuote, syntax.isStrict { note(.quoteInField) }
            field.append(byte)
            state = .unquoted
        }
    }
    if state == .quoted { note(.quoteNotClosed) }
    if row.offset < text.count { endRow(at: text.count) }
    return rows
}

/// A file of rows, and how it is read.
private struct RowFile {
    var path: String
    var syntax: RowSyntax
    var limits = RowLimits()
    var header: Int?

    /// The rows of a piece.
    func rows(_ range: Range<Int>) throws -> [NaiveRow] {
        var piece = try InputFiles.inspect(path).wholePiece
        piece.offset = range.lowerBound
        piece.byteCount = range.count
        let reader = try RowReader(piece, syntax: syntax, header: header, limits: limits)
        var rows: [NaiveRow] = []
        while let row = try reader.next() {
            var found = NaiveRow(offset: reader.recordOffset, byteCount: row.count)
            found.problem = reader.problem?.kind
            if found.problem == nil {
                found.fields = reader.fields.map { field in
                    let bytes = Array(row[Int(field.start)..<Int(field.end)])
                    return field.hasDoubledQuotes ? undoubled(bytes) : bytes
                }
            }
            rows.append(found)
        }
        return rows
    }

    private func undoubled(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var index = 0
        while index < bytes.count {
            if bytes[index] == syntax.quote { bytes.remove(at: index) }
            index += 1
        }
        return bytes
    }
}

/// All texts of some length over an alphabet.
private func texts(_ alphabet: [UInt8], length: Int) -> [[UInt8]] {
    (0..<length).reduce([[]]) { texts, _ in texts.flatMap { text in alphabet.map { text + [$0] } } }
}

/// What malformed rows are made of.
private let parts = [
    "a", "b", "bc", ",", ",", "\n", "\n", "\r\n", "\r", "\"", "\"", "\"\"", "\",\"", "\"\"\"",
    "\"a\"", "a\"b", "a\"\"b", ",\"", "\",", "\"\n", "\"\r", "\0", "\",\"\"\n\"",
].map { Array($0.utf8) }

private func randomText(_ random: inout SeededGenerator, parts count: Int) -> [UInt8] {
    // Few kinds of parts, so that some texts have quotes of one sort only.
    let kinds = (0..<Int.random(in: 2...8, using: &random)).compactMap { _ in
        parts.randomElement(using: &random)
    }
    return (0..<count).flatMap { _ in kinds.randomElement(using: &random) ?? [] }
}

@Suite struct RowReaderTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// How a text is quoted where what is tested begins.
    struct Before: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var isTabs = false
        var isStrict = false
    }

    /// So long that a search that looks at few bytes does not begin at the start of the file.
    static let befores = [
        Before(testDescription: "outside quotes", text: "b,b\n" + "b,\"b\"\r\n" + "b,\"\",b\n"),
        Before(testDescription: "within quotes", text: "b,b\n" + "b,\"b\"\n" + "b,\"c\nd,e\n\"\"f"),
        Before(testDescription: "a stray quote", text: "b,b\n" + "b,b\"b\n" + "b,\"\",c\nd,e\n\n"),
        Before(
            testDescription: "strict",
            text: "b,b\n" + "b,b\"b\n" + "b,c\rd,\"e\n",
            isStrict: true
        ),
        Before(testDescription: "tabs", text: "b\tb\n\"b\tb\rb\tb\r\nb\tb\n", isTabs: true),
    ]

    @Test(arguments: befores)
    func everyShortTextCutAnywhereGivesItsRows(_ before: Before) throws {
        var syntax = before.isTabs ? tsv : csv
        syntax.isStrict = before.isStrict
        let before = Array(before.text.utf8)
        let alphabet = Array("a\"\n\r".utf8) + [syntax.separator]
        for length in 1...5 {
            for text in texts(alphabet, length: length) {
                let whole = before + text
                var file = RowFile(path: try directory.write("text", whole), syntax: syntax)
                let expected = naiveRows(whole, syntax)
                #expect(try file.rows(0..<whole.count) == expected, "\(text)")
                file.limits.lookByteCount = 1
                for cut in before.count..<whole.count {
                    let first = try file.rows(0..<cut)
                    let rest = try file.rows(cut..<whole.count)
                    #expect(first + rest == expected, "\(text) cut at \(cut)")
                    guard length <= 3 else { continue }
                    for second in cut..<whole.count {
                        let middle = try file.rows(cut..<second)
                        let last = try file.rows(second..<whole.count)
                        #expect(middle + last == rest, "\(text) cut at \(cut) and \(second)")
                    }
                }
            }
        }
    }

    @Test func malformedTextsCutAnywhereGiveTheirRows() throws {
        try forEachSeed(60) { random in
            let text = randomText(&random, parts: Int.random(in: 1...120, using: &random))
            var syntax = csv
            syntax.isStrict = Bool.random(using: &random)
            var file = RowFile(path: try directory.write("text", text), syntax: syntax)
            file.limits.lookByteCount = Int.random(in: 1...20, using: &random)
            let expected = naiveRows(text, syntax)
            for cut in 0...text.count {
                let found = try file.rows(0..<cut) + file.rows(cut..<text.count)
                #expect(found == expected, "cut at \(cut)")
            }
            var found: [NaiveRow] = []
            var start = 0
            while start < text.count {
                let end = min(start + Int.random(in: 1...40, using: &random), text.count)
                found += try file.rows(start..<end)
                start = end
            }
            #expect(found == expected, "cut into many pieces")
        }
    }

    /// A row that is too long may mislead the search for what is quoted, but not in silence.
    @Test func aRowThatIsTooLongIsAnErrorWhereverTheTextIsCut() throws {
        try forEachSeed(60) { random in
            let text = randomText(&random, parts: Int.random(in: 20...120, using: &random))
            var file = RowFile(path: try directory.write("text", text), syntax: csv)
            file.limits.lookByteCount = 1
            file.limits.maxByteCount = Int.random(in: 5...60, using: &random)
            let expected = naiveRows(text, csv)
            let tooLong = expected.filter { $0.byteCount > file.limits.maxByteCount }
            let isTooLong = !tooLong.isEmpty
            for cut in 0...text.count {
                do {
                    let found = try file.rows(0..<cut) + file.rows(cut..<text.count)
                    #expect(!isTooLong && found == expected, "cut at \(cut)")
                } catch let error as EngineError {
                    #expect(isTooLong && error.kind == .badInput, "cut at \(cut): \(error)")
                    let first = tooLong.first?.offset ?? -1
                    #expect(error.message.contains("at byte \(first);"), "cut at \(cut): \(error)")
                }
            }
        }
    }

    /// Only the piece in which the row begins says that it is too long: it alone knows the place.
    @Test(arguments: ["\"", ""])
    func aRowThatIsTooLongIsToldByThePieceThatHasIt(_ quote: String) throws {
        let long = quote + String(repeating: "x ", count: 40) + quote
        let text = Array("a,b\n\(long)\nc,d\n".utf8)
        var file = RowFile(path: try directory.write("text", text), syntax: csv)
        file.limits.maxByteCount = 30
        for cut in 5...text.count - 5 {
            let error = #expect(throws: EngineError.self) { try file.rows(0..<cut) }
            #expect(error?.message.contains("at byte 4;") ?? false, "\(cut): \(error as Any)")
            let rest = try file.rows(cut..<text.count)
            #expect(rest.map(\.offset) == [text.count - 4], "cut at \(cut)")
            #expect(try file.rows(cut..<text.count - 4).isEmpty, "cut at \(cut)")
        }
    }

    @Test func rowsLargerThanTheBufferAreWhole() throws {
        let long = [UInt8](repeating: 0x0A, count: 3 * EngineLimits.readByteCount + 7)
        let text = Array("a\n\"".utf8) + long + Array("\",b\nlast".utf8)
        let file = RowFile(path: try directory.write("text", text), syntax: csv)
        #expect(
            try file.rows(0..<text.count).map { $0.fields.map(\.count) } == [
                [1], [long.count, 1], [4],
            ]
        )
        for start in [3, 9000, text.count - 9, text.count - 5] {
            let found = try file.rows(start..<text.count)
            #expect(found.map { $0.fields.map(\.count) } == [[4]], "from \(start)")
        }
    }

    /// Columns that are empty and quoted never tell by themselves what is quoted.
    @Test func aTextWithoutEvidenceIsReadFromWhereItBegan() throws {
        let text = Array(
            ("\"" + String(repeating: ",\",\"", count: 30_000) + ",\"\n1,2\n").utf8
        )
        var file = RowFile(path: try directory.write("text", text), syntax: csv)
        file.limits.lookByteCount = 100
        for start in 5000...5004 {
            let found = try file.rows(start..<text.count)
            #expect(found.map(\.fields) == [[[0x31], [0x32]]], "from \(start)")
        }
    }

    @Test func whatIsMalformedIsToldWithItsPlace() throws {
        var strict = csv
        strict.isStrict = true
        for (text, kind, offset) in [
            ("a,\"b", RowProblem.Kind.quoteNotClosed, 2), ("a,\"b\"c,d\n", .textBehindQuote, 5),
            ("a\"b,c\n", .quoteInField, 1), ("\"a\"\0", .textBehindQuote, 3),
        ] {
            let path = try directory.write("text", text)
            let reader = try RowReader(InputFiles.inspect(path).wholePiece, syntax: strict)
            _ = try reader.next()
            #expect(reader.problem?.kind == kind && reader.problem?.offset == offset, "\(text)")
            #expect(try reader.next() == nil)
        }
    }

    @Test(arguments: ["\u{FEFF}", "\n", "\r\n\n", "\u{FEFF}\r", ""])
    func theHeaderIsTheFirstRowHoweverTheFileIsCut(_ before: String) throws {
        let text = Array((before + "\"a\nb\",c\n1,2\n\n\"3\",4\n").utf8)
        var file = RowFile(path: try directory.write("text", text), syntax: csv)
        let all = naiveRows(text, csv)
        #expect(all.map(\.fields.count) == [2, 2, 2] && all[0].fields[0].count == 3)
        let reader = try RowReader(InputFiles.inspect(file.path).wholePiece, syntax: csv)
        #expect(try reader.firstRow() != nil && reader.recordOffset == all[0].offset)
        file.header = reader.recordOffset
        for first in 0...text.count {
            for second in first...text.count {
                let found =
                    try file.rows(0..<first) + file.rows(first..<second)
                    + file.rows(second..<text.count)
                #expect(found == Array(all.dropFirst()), "cut at \(first) and \(second)")
            }
        }
    }
}

/// The naive reader of these tests, and with it the engine's, read what Python's `csv` reads.
@Suite struct RowsOfPythonTests {
    /// Reads a text a line, in hexadecimal, and writes its rows: where each begins, whether a
    /// strict reader refuses it, and its fields.
    private static let script = """
        import csv, io, sys
        assert sys.version_info >= (3, 11), "the csv module takes no NUL"
        for line in sys.stdin:
            text = bytes.fromhex(line).decode("latin-1")
            source, offset = io.StringIO(text, newline=""), 0
            lines = iter(source.readline, "")
            rows = csv.reader(lines)
            for row in rows:
                start, offset = offset, source.tell()
                try:
                    list(csv.reader(io.StringIO(text[start:offset], newline=""), strict=True))
                    state = "good"
                except csv.Error:
                    state = "bad"
                if row:
                    print(start, state, *(cell.encode("latin-1").hex() + "." for cell in row))
            print("end")
        """

    @Test func malformedTextsHaveTheRowsOfPython() throws {
        let short = (1...5).flatMap { texts(Array("a,\"\n\r".utf8), length: $0) }
        try forEachSeed(1) { random in
            let long = (0..<500).map { _ in
                randomText(&random, parts: Int.random(in: 1...60, using: &random))
            }
            let all = short + long
            for (text, expected) in zip(all, try rowsOfPython(all)) {
                let rows = naiveRows(text, csv).map { row in
                    row.problem == nil
                        ? "\(row.offset) good "
                            + row.fields.map { hex($0) + "." }.joined(separator: " ")
                        : "\(row.offset) bad"
                }
                #expect(rows == expected, "\(String(decoding: text, as: UTF8.self))")
            }
        }
    }

    private func rowsOfPython(_ texts: [[UInt8]]) throws -> [[String]] {
        let directory = try TemporaryDirectory()
        let path = try directory.write("texts", texts.map { hex($0) + "\n" }.joined())
        let result = try Command.run(
            "/bin/sh",
            ["-c", "exec python3 -c \"$0\" < \"$1\"", Self.script, path]
        )
        guard result.code == 0 else { try Test.cancel("no Python 3.11: \(result.errors)") }
        var rows: [[String]] = [[]]
        for line in result.output.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            if words.count == 1 {
                rows.append([])
            } else {
                rows[rows.count - 1].append(words[1] == "bad" ? "\(words[0]) bad" : "\(line)")
            }
        }
        try #require(rows.count == texts.count + 1)
        return rows.dropLast()
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

@Suite struct FixedReaderTests {
    @Test func everyCutGivesTheRecords() throws {
        let directory = try TemporaryDirectory()
        for size in 1...5 {
            for length in 0...11 {
                let bytes = (0..<UInt8(length)).map { $0 }
                let path = try directory.write("records", bytes)
                let expected = stride(from: 0, to: length, by: size).map {
                    Array(bytes[$0..<min($0 + size, length)])
                }
                for first in 0...length {
                    for second in first...length {
                        var found: [[UInt8]] = []
                        for (start, end) in [(0, first), (first, second), (second, length)] {
                            var piece = try InputFiles.inspect(path).wholePiece
                            (piece.offset, piece.byteCount) = (start, end - start)
                            let reader = try FixedReader(piece, recordByteCount: size)
                            while let record = try reader.next() { found.append(Array(record)) }
                        }
                        #expect(
                            found == expected,
                            "\(length) bytes by \(size) at \(first), \(second)"
                        )
                    }
                }
            }
        }
    }
}

@Suite struct WholeFileReaderTests {
    @Test func aFileIsARecordEvenAnEmptyOne() throws {
        let directory = try TemporaryDirectory()
        for text in ["", "a\nb", String(repeating: "x", count: 3 * EngineLimits.readByteCount)] {
            let file = try InputFiles.inspect(try directory.write("file", text))
            let splits = try SplitPlanner.splits(
                of: [file],
                format: .wholeFiles,
                splitByteCount: 1 << 20,
                slotCount: 9
            )
            let reader = try WholeFileReader(try #require(splits.first?.pieces.first))
            #expect(splits.count == 1)
            #expect(try reader.next().map { Array($0) } == Array(text.utf8))
            #expect(try reader.next() == nil)
        }
    }
}
