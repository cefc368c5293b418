import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// The lines of a text by ten naive lines: the oracle.
private func naiveLines(_ text: [UInt8]) -> [[UInt8]] {
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    let isLastOpen = text.last != 0x0A
    for index in lines.indices where lines[index].last == 0x0D {
        if index < lines.count - 1 || !isLastOpen { lines[index].removeLast() }
    }
    return lines
}

private func lines(of piece: FilePiece) throws -> [[UInt8]] {
    let reader = try LineReader(piece)
    var lines: [[UInt8]] = []
    while let line = try reader.next() { lines.append(Array(line)) }
    return lines
}

private func piece(_ path: String, _ range: Range<Int>) throws -> FilePiece {
    let file = try InputFiles.inspect(path)
    return FilePiece(
        path: path,
        offset: range.lowerBound,
        byteCount: range.count,
        compression: file.compression,
        signature: file.signature
    )
}

@Suite struct LineReaderTests {
    @Test func everyShortTextCutAnywhereGivesItsLines() throws {
        let directory = try TemporaryDirectory()
        let alphabet = Array("a\n\r".utf8)
        for length in 1...5 {
            var count = 1
            for _ in 0..<length { count *= alphabet.count }
            for number in 0..<count {
                var rest = number
                let text = (0..<length).map { _ in
                    defer { rest /= alphabet.count }
                    return alphabet[rest % alphabet.count]
                }
                let path = try directory.write("text", text)
                for cut in 0...length {
                    let first = cut > 0 ? try lines(of: piece(path, 0..<cut)) : []
                    let second = cut < length ? try lines(of: piece(path, cut..<length)) : []
                    #expect(first + second == naiveLines(text), "\(text) cut at \(cut)")
                }
            }
        }
    }

    @Test func aByteOrderMarkAtTheStartIsNoText() throws {
        let directory = try TemporaryDirectory()
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let texts = ["", "\n", "\r\n", "a", "a\nb\n", "\n\nb", "\r", "ab\r\n"].map {
            Array($0.utf8)
        }
        for text in texts + texts.map({ mark + $0 }) + [[0x0A] + mark] {
            for count in 0...3 {
                let stored = mark.prefix(count) + text
                let isMarked = stored.starts(with: mark)
                let expected = naiveLines(isMarked ? Array(stored.dropFirst(3)) : Array(stored))
                let path = try directory.write("text", stored)
                for first in 0...stored.count {
                    for second in first...stored.count {
                        let borders = [0, first, second, stored.count]
                        let found = try zip(borders, borders.dropFirst()).flatMap {
                            try lines(of: piece(path, $0..<$1))
                        }
                        #expect(found == expected, "\(stored) cut at \(first), \(second)")
                    }
                }
            }
        }
    }

    @Test func theFirstLineIsFoundAgainThoughItHasAMark() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("text", [0xEF, 0xBB, 0xBF] + Array("one\ntwo\n".utf8))
        let split = Split(pieces: [try piece(path, 0..<11)])
        for (offset, line) in [(0, "one"), (7, "two")] {
            let found = RecordExcerpt.record(in: split, format: .lines, path: path, offset: offset)
            #expect(found == Array(line.utf8))
        }
    }

    @Test func randomTextsCutIntoManyPiecesGiveTheirLines() throws {
        let directory = try TemporaryDirectory()
        try forEachSeed(20) { random in
            let length = Int.random(in: 1...20_000, using: &random)
            let lineEvery = Int.random(in: 1...300, using: &random)
            let text = (0..<length).map { _ in
                Int.random(in: 0..<lineEvery, using: &random) == 0
                    ? UInt8(0x0A) : UInt8.random(in: 0x0B...0x7F, using: &random)
            }
            let path = try directory.write("text", text)
            var found: [[UInt8]] = []
            var start = 0
            while start < length {
                let end = min(start + Int.random(in: 1...2_000, using: &random), length)
                found += try lines(of: piece(path, start..<end))
                start = end
            }
            #expect(found == naiveLines(text))
        }
    }

    /// A piece comes from another process, and may claim anything.
    @Test func aPieceThatCannotBeIsAnError() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("text", "a\nb\n")
        var piece = try piece(path, 0..<4)
        for (offset, byteCount) in [
            (-1, 2), (0, -1), (.max, 1), (1, .max), (.min, .min), (0, .max), (3, 2), (5, 0),
        ] {
            piece.offset = offset
            piece.byteCount = byteCount
            let error = #expect(throws: EngineError.self, "\(byteCount) at \(offset)") {
                _ = try lines(of: piece)
            }
            #expect(error?.kind == .badInput)
        }
    }

    @Test func linesLongerThanTheBufferAreWhole() throws {
        let directory = try TemporaryDirectory()
        let long = [UInt8](repeating: 0x78, count: 3 * EngineLimits.readByteCount + 7)
        let text = Array("first\n".utf8) + long + Array("\nlast".utf8)
        let path = try directory.write("text", text)
        let found = try lines(of: piece(path, 0..<text.count))
        #expect(found.map(\.count) == [5, long.count, 4])
    }

    @Test func offsetsTellWhereLinesBegin() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("text", "ab\n\ncde\r\nf")
        let reader = try LineReader(piece(path, 0..<10))
        var offsets: [Int] = []
        while try reader.next() != nil { offsets.append(reader.recordOffset) }
        #expect(offsets == [0, 3, 4, 9])
    }

    @Test func tooLongALineIsAnError() throws {
        let directory = try TemporaryDirectory()
        let text = [UInt8](repeating: 0x78, count: EngineLimits.maxRecordByteCount * 2)
        let path = try directory.write("text", Array("ok\n".utf8) + text)
        let reader = try LineReader(piece(path, 0..<text.count + 3))
        _ = try reader.next()
        let error = #expect(throws: EngineError.self) { try reader.next() }
        #expect(error?.kind == .badInput)
        #expect(error?.message.contains("at byte 3;") ?? false, "\(error?.message ?? "")")
    }

    /// Only the piece in which the line begins says that it is too long: it alone knows the place.
    @Test func tooLongALineIsToldByThePieceThatHasIt() throws {
        let directory = try TemporaryDirectory()
        let long = [UInt8](repeating: 0x78, count: EngineLimits.maxRecordByteCount * 2)
        let path = try directory.write("text", Array("ok\n".utf8) + long + Array("\nend".utf8))
        let size = long.count + 7
        for cut in [4, 5, long.count / 4, long.count - 1, long.count + 2] {
            let error = #expect(throws: EngineError.self) { try lines(of: piece(path, 0..<cut)) }
            #expect(error?.message.contains("at byte 3;") ?? false, "\(error?.message ?? "")")
            #expect(try lines(of: piece(path, cut..<size)) == [Array("end".utf8)], "from \(cut)")
            #expect(try lines(of: piece(path, cut..<long.count + 3)).isEmpty, "from \(cut)")
        }
    }

    @Test func aFileThatShrinksIsAnError() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("text", String(repeating: "line\n", count: 100))
        let whole = try piece(path, 0..<500)
        try directory.write("text", "line\n")
        let error = #expect(throws: EngineError.self) { try lines(of: whole) }
        #expect(error?.message.contains("changed") ?? false)
    }

    @Test func aFileThatShrinksWhileItIsReadIsAnError() throws {
        let directory = try TemporaryDirectory()
        let text = String(repeating: "0123456789abcde\n", count: 1 << 18)
        let path = try directory.write("text", text)
        let reader = try LineReader(piece(path, 0..<text.utf8.count))
        _ = try reader.next()
        try directory.write("text", "0123456789abcde\n")
        let error = #expect(throws: EngineError.self) { while try reader.next() != nil {} }
        #expect(error?.kind == .badInput)
        #expect(error?.message.contains(path) ?? false)
    }

    @Test func aFileThatGrowsWhileItIsReadIsAnError() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("text", "one\n")
        let reader = try LineReader(piece(path, 0..<4))
        _ = try reader.next()
        try directory.write("text", "one\ntwo\n")
        #expect(throws: EngineError.self) { while try reader.next() != nil {} }
    }
}
