import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

private let csv = RowSyntax(separator: 0x2C, quote: 0x22, hasEscapes: false, hasHeader: false)
private let tsv = RowSyntax(separator: 0x09, quote: nil, hasEscapes: true, hasHeader: false)

/// The rows of a text by a naive reader, byte for byte; nil if it is not well-formed.
private func naiveRows(_ text: [UInt8], _ syntax: RowSyntax) -> [[[UInt8]]]? {
    var rows: [[[UInt8]]] = []
    var index = 0
    while index < text.count {
        var row: [[UInt8]] = []
        var isBlank = true
        fields: while true {
            var field: [UInt8] = []
            if index < text.count, text[index] == syntax.quote {
                isBlank = false
                index += 1
                while true {
                    guard index < text.count else { return nil }
                    if text[index] == syntax.quote {
                        index += 1
                        guard index < text.count, text[index] == syntax.quote else { break }
                    }
                    field.append(text[index])
                    index += 1
                }
            } else {
                while index < text.count, text[index] != syntax.separator, text[index] != 0x0A,
                    !text[index...].starts(with: [0x0D, 0x0A])
                {
                    if text[index] == syntax.quote { return nil }
                    isBlank = false
                    field.append(text[index])
                    index += 1
                }
            }
            row.append(field)
            if index == text.count { break fields }
            if text[index] == syntax.separator {
                isBlank = false
                index += 1
            } else if text[index] == 0x0A {
                index += 1
                break fields
            } else if text[index...].starts(with: [0x0D, 0x0A]) {
                index += 2
                break fields
            } else {
                return nil
            }
        }
        if !isBlank { rows.append(row) }
    }
    return rows
}

private func rows(
    _ path: String,
    _ range: Range<Int>,
    _ syntax: RowSyntax,
    reach: Int = EngineLimits.maxRecordByteCount
) throws -> [[[UInt8]]] {
    let file = try InputFiles.inspect(path)
    var piece = file.wholePiece
    piece.offset = range.lowerBound
    piece.byteCount = range.count
    let reader = try RowReader(piece, syntax: syntax, reach: reach)
    var rows: [[[UInt8]]] = []
    while let row = try reader.next() {
        rows.append(
            reader.fields.map { field in
                var bytes = Array(row[Int(field.start)..<Int(field.end)])
                guard field.hasDoubledQuotes else { return bytes }
                var index = 0
                while index < bytes.count {
                    if bytes[index] == syntax.quote { bytes.remove(at: index) }
                    index += 1
                }
                return bytes
            }
        )
        #expect(reader.problem == nil)
    }
    return rows
}

/// All texts of some length over an alphabet.
private func texts(_ alphabet: [UInt8], length: Int) -> [[UInt8]] {
    (0..<length).reduce([[]]) { texts, _ in texts.flatMap { text in alphabet.map { text + [$0] } } }
}

@Suite struct RowReaderTests {
    /// Rows before what is tested, so that a cut is not near the start of the file.
    private static let before = Array(String(repeating: "b,\"b\"\r\n", count: 600).utf8)

    @Test(arguments: [0, 1])
    func everyShortTextCutAnywhereGivesItsRows(_ kind: Int) throws {
        let directory = try TemporaryDirectory()
        let syntax = kind == 0 ? csv : tsv
        let before = kind == 0 ? Self.before : Array(String(repeating: "b\tb\n", count: 1200).utf8)
        for length in 1...5 {
            for text in texts(Array((kind == 0 ? "a,\"\n\r" : "a\t\"\n\r").utf8), length: length) {
                guard let expected = naiveRows(text, syntax) else { continue }
                let path = try directory.write("text", before + text)
                let end = before.count + length
                for cut in before.count...end {
                    let first = try rows(path, before.count..<cut, syntax)
                    let rest = try rows(path, cut..<end, syntax)
                    #expect(first + rest == expected, "\(String(decoding: text, as: UTF8.self))")
                    guard length <= 3 else { continue }
                    for second in cut..<end {
                        let middle = try rows(path, cut..<second, syntax)
                        let last = try rows(path, second..<end, syntax)
                        #expect(middle + last == rest, "\(text) cut at \(cut) and \(second)")
                    }
                }
            }
        }
    }

    @Test func randomTextsCutIntoManyPiecesGiveTheirRows() throws {
        let directory = try TemporaryDirectory()
        try forEachSeed(20) { random in
            let parts = ["a", "b\r", "bc", ",", ",", "\n", "\r\n", "\"\"", "\"a\"", "\",\"\"\n\""]
                .map {
                    Array($0.utf8)
                }
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 1...3000, using: &random) {
                let part = parts.randomElement(using: &random) ?? []
                // Quotes are where they may be.
                let isQuoted = part.contains(0x22)
                if isQuoted, let last = text.last, last != 0x2C, last != 0x0A { text.append(0x2C) }
                text += part
                if isQuoted { text.append(Bool.random(using: &random) ? 0x2C : 0x0A) }
            }
            let expected = try #require(naiveRows(text, csv))
            let path = try directory.write("text", text)
            var found: [[[UInt8]]] = []
            var start = 0
            while start < text.count {
                let end = min(start + Int.random(in: 1...800, using: &random), text.count)
                found += try rows(path, start..<end, csv)
                start = end
            }
            #expect(found == expected)
        }
    }

    /// Nothing tells what is quoted but the start of the file.
    @Test func quotesAreCountedWhereNothingElseTells() throws {
        let directory = try TemporaryDirectory()
        // More than is looked at for evidence.
        let text = Array(
            ("\"" + String(repeating: ",\",\"", count: 30_000)
                + ",\"\n1,2\n").utf8
        )
        let path = try directory.write("text", text)
        #expect(try rows(path, 5000..<text.count, csv, reach: 9000) == [[[0x31], [0x32]]])
        #expect(try rows(path, 5001..<text.count, csv, reach: 9000) == [[[0x31], [0x32]]])
    }

    @Test func rowsLargerThanTheBufferAreWhole() throws {
        let directory = try TemporaryDirectory()
        let long = [UInt8](repeating: 0x0A, count: 3 * EngineLimits.readByteCount + 7)
        let text = Array("a\n\"".utf8) + long + Array("\",b\nlast".utf8)
        let path = try directory.write("text", text)
        #expect(
            try rows(path, 0..<text.count, csv).map { $0.map(\.count) } == [
                [1], [long.count, 1], [4],
            ]
        )
        #expect(try rows(path, 9000..<text.count, csv).map { $0.map(\.count) } == [[4]])
    }

    @Test func whatIsMalformedIsToldWithItsPlace() throws {
        let directory = try TemporaryDirectory()
        for (text, kind, offset) in [
            ("a,\"b", RowProblem.Kind.quoteNotClosed, 2), ("a,\"b\"c,d\n", .textBehindQuote, 5),
            ("a\"b,c\n", .quoteInField, 1), ("\"a\"\r", .textBehindQuote, 3),
        ] {
            let path = try directory.write("text", text)
            let reader = try RowReader(InputFiles.inspect(path).wholePiece, syntax: csv)
            _ = try reader.next()
            #expect(reader.problem?.kind == kind && reader.problem?.offset == offset, "\(text)")
            #expect(try reader.next() == nil)
        }
    }

    @Test func aMarkOfTheByteOrderIsNoText() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("text", [0xEF, 0xBB, 0xBF] + Array("\"a\",b\nc,d\n".utf8))
        for cut in 1...13 {
            let found = try rows(path, 0..<cut, csv) + rows(path, cut..<13, csv)
            #expect(found.map(\.count) == [2, 2] && found[0][0] == [0x61], "cut at \(cut)")
        }
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
