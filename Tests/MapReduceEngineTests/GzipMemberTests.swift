import Foundation
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// Compresses with the system's gzip, which is not the code under test.
private func gzip(_ texts: [String], _ directory: TemporaryDirectory) throws -> [[UInt8]] {
    try gzip(texts.map { Array($0.utf8) }, directory)
}

private func gzip(_ texts: [[UInt8]], _ directory: TemporaryDirectory) throws -> [[UInt8]] {
    for (index, text) in texts.enumerated() { try directory.write("member\(index)", text) }
    let names = texts.indices.map { "member\($0)" }.joined(separator: " ")
    let result = try Command.run("/bin/sh", ["-c", "cd '\(directory.path)' && gzip -nf \(names)"])
    #expect(result.code == 0)
    return try texts.indices.map { try readFile(directory("member\($0).gz")) }
}

/// A member as BGZF has it: with the size of the member in an extra field.
private func blocked(_ member: [UInt8]) -> [UInt8] {
    let size = UInt16(member.count + 8 - 1)
    let extra: [UInt8] = [6, 0, 0x42, 0x43, 2, 0, UInt8(size & 0xff), UInt8(size >> 8)]
    return Array(member[..<3]) + [4] + member[4..<10] + extra + member[10...]
}

private func read(_ path: String, _ range: Range<Int>) throws -> [(line: String, offset: Int)] {
    var piece = try InputFiles.inspect(path).wholePiece
    piece.compression = .gzipMembers
    (piece.offset, piece.byteCount) = (range.lowerBound, range.count)
    let reader = try MemberLineReader(piece)
    var lines: [(String, Int)] = []
    while let line = try reader.next() {
        lines.append((String(decoding: line, as: UTF8.self), reader.recordOffset))
    }
    return lines
}

/// Where the rows are that begin in a part, and their fields.
private func rows(_ path: String, _ range: Range<Int>, header: Int?) throws -> [String] {
    var piece = try InputFiles.inspect(path).wholePiece
    piece.compression = .gzipMembers
    (piece.offset, piece.byteCount) = (range.lowerBound, range.count)
    let syntax = RowSyntax(separator: 0x09, quote: nil, hasEscapes: true, hasHeader: true)
    let reader = try MemberRowReader(piece, syntax: syntax, header: header)
    var rows: [String] = []
    while let row = try reader.next() {
        let fields = reader.fields.map {
            String(decoding: row[Int($0.start)..<Int($0.end)], as: UTF8.self)
        }
        rows.append("\(reader.recordOffset): " + fields.joined(separator: "|"))
    }
    return rows
}

@Suite struct GzipMemberTests {
    private static let texts = ["one\ntw", "", "o\r", "\nthree", "\n", "four\nfive\n", "six", ""]
    private static let lines = ["one", "two", "three", "four", "five", "six"]

    @Test(arguments: [false, true])
    func everyCutGivesTheLines(_ isBlocked: Bool) throws {
        let directory = try TemporaryDirectory()
        let members = try gzip(Self.texts, directory).map { isBlocked ? blocked($0) : $0 }
        let path = try directory.write("members.gz", members.joined())
        let size = members.reduce(0) { $0 + $1.count }
        let offsets = try read(path, 0..<size).map(\.offset)
        #expect(Set(offsets).count == Self.lines.count && offsets == offsets.sorted())
        for first in 1..<size {
            for second in stride(from: first, to: size, by: 41) {
                let found =
                    try read(path, 0..<first) + read(path, first..<second)
                    + read(path, second..<size)
                #expect(found.map(\.line) == Self.lines, "cut at \(first) and \(second)")
                #expect(found.map(\.offset) == offsets, "cut at \(first) and \(second)")
            }
        }
    }

    /// A lone CR ends a row, and the header may begin after a mark, empty lines and empty members.
    @Test(arguments: ["\u{FEFF}a\tb\r", "\u{FEFF}", "\r\n"])
    func everyCutGivesTheRows(_ before: String) throws {
        let directory = try TemporaryDirectory()
        let texts = [before, "", "\na\tb\r", "\n1\t2\r", "3\t", "4\r\n\n", "5\t6\r7\t8", "\r", ""]
        let members = try gzip(texts, directory)
        let path = try directory.write("members.gz", members.joined())
        let size = members.reduce(0) { $0 + $1.count }
        let all = try rows(path, 0..<size, header: nil)
        let fields = all.map { String($0.drop { $0 != " " }.dropFirst()) }
        let names = before.contains("a") ? ["a|b", "a|b"] : ["a|b"]
        #expect(fields == names + ["1|2", "3|4", "5|6", "7|8"])
        let header = try #require(Int(all[0].prefix { $0 != ":" }))
        for first in 1..<size {
            for second in stride(from: first, to: size, by: 41) {
                let found =
                    try rows(path, 0..<first, header: header)
                    + rows(path, first..<second, header: header)
                    + rows(path, second..<size, header: header)
                #expect(found == Array(all.dropFirst()), "cut at \(first) and \(second)")
            }
        }
    }

    @Test func aByteOrderMarkAtTheStartIsNoTextWhereverMembersAreCut() throws {
        let directory = try TemporaryDirectory()
        let text = "\u{FEFF}one\ntwo\n\u{FEFF}three\n"
        for cut in 0...text.utf8.count {
            let parts = [text.utf8.prefix(cut), text.utf8.dropFirst(cut)].map { Array($0) }
            let stored = Array(try gzip(parts, directory).joined())
            let path = try directory.write("in", stored)
            for border in 0...stored.count {
                let found = try read(path, 0..<border) + read(path, border..<stored.count)
                #expect(found.map(\.line) == ["one", "two", "\u{FEFF}three"], "\(cut), \(border)")
            }
        }
    }

    /// Only the part that has the line says that it is too long: it alone knows the place.
    @Test func tooLongALineIsToldByThePartThatHasIt() throws {
        let directory = try TemporaryDirectory()
        let third = [UInt8](repeating: 0x78, count: EngineLimits.maxRecordByteCount / 2)
        let members = try gzip(
            [Array("ok\nx".utf8), third, third, third, Array("\nend".utf8)],
            directory
        )
        let path = try directory.write("members.gz", members.joined())
        let ends = members.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        let error = #expect(throws: EngineError.self) { try read(path, 0..<ends[2]) }
        #expect(error?.message.contains("at byte 3;") ?? false, "\(error?.message ?? "")")
        #expect(try read(path, ends[1]..<ends[3]).isEmpty)
        #expect(try read(path, ends[2]..<ends[5]).map(\.line) == ["end"])
        let second = try gzip(
            [Array("a\n".utf8), Array("b\nx".utf8), third, third, third],
            directory
        )
        let other = try directory.write("other.gz", second.joined())
        let start = second[0].count
        let size = second.reduce(0) { $0 + $1.count }
        let place = #expect(throws: EngineError.self) { try read(other, 1..<size) }
        let words = "at byte 2 of the text that begins with the member at byte \(start);"
        #expect(place?.message.contains(words) ?? false, "\(place?.message ?? "")")
    }

    @Test func virtualOffsetsAreThoseOfBGZF() throws {
        let directory = try TemporaryDirectory()
        let members = try gzip(["a\nb", "c\nd\n"], directory)
        let path = try directory.write("members.gz", members.joined())
        let second = members[0].count << 16
        let offsets = try read(path, 0..<members[0].count + 3).map(\.offset)
        #expect(offsets == [0, 2, second + 2])
    }

    /// Damage of the first member of a part is found by the part before, which must not end there.
    @Test func everyDamageIsFoundWhereverTheFileIsCut() throws {
        let directory = try TemporaryDirectory()
        let members = try gzip(["one\ntwo\n", "three\nfour\n", "five\n"], directory)
        let whole = Array(members.joined())
        let second = members[0].count
        for index in [second, second + 1, second + 2, second + 12, second + members[1].count - 6] {
            var damaged = whole
            damaged[index] ^= 0x55
            let path = try directory.write("damaged.gz", damaged)
            for cut in stride(from: 1, to: whole.count, by: 3) {
                let error = #expect(throws: EngineError.self, "byte \(index), cut at \(cut)") {
                    _ = try read(path, 0..<cut)
                    _ = try read(path, cut..<whole.count)
                }
                #expect(error?.kind == .badInput)
            }
        }
        let path = try directory.write("cut.gz", whole.dropLast(3))
        for cut in 1..<whole.count - 3 {
            #expect(throws: EngineError.self, "cut at \(cut)") {
                _ = try read(path, 0..<cut)
                _ = try read(path, cut..<whole.count - 3)
            }
        }
    }

    /// A gzip file in the text of another one, stored as it is, has no members of the outer one.
    @Test func aGzipFileWithinAnotherIsText() throws {
        let directory = try TemporaryDirectory()
        var generator = SeededGenerator(seed: 1)
        let noise = (0..<30_000).map { _ in UInt8.random(in: 11...127, using: &generator) }
        let inner = try gzip([String(decoding: noise, as: UTF8.self)], directory)[0]
        try directory.write("inner", inner)
        let result = try Command.run(
            "/bin/sh",
            ["-c", "cd '\(directory.path)' && gzip -nc inner > outer.gz"]
        )
        #expect(result.code == 0)
        let outer = try readFile(directory("outer.gz"))
        let path = try directory.write("twice.gz", outer + outer)
        let whole = try read(path, 0..<2 * outer.count)
        for cut in stride(from: 1, to: 2 * outer.count, by: 2999) {
            let found = try read(path, 0..<cut) + read(path, cut..<2 * outer.count)
            #expect(found.map(\.offset) == whole.map(\.offset), "cut at \(cut)")
        }
    }

    @Test func onlyLargeFilesOfManyMembersAreCut() throws {
        let directory = try TemporaryDirectory()
        var generator = SeededGenerator(seed: 1)
        let noise = String(
            decoding: (0..<300_000).map { _ in UInt8.random(in: 32...126, using: &generator) },
            as: UTF8.self
        )
        let member = try gzip([noise], directory)[0]
        let many = try directory.write("many.gz", Array(repeating: member, count: 60).joined())
        #expect(try InputFiles.inspect(many).compression == .gzipMembers)
        let few = try directory.write("few.gz", member + member)
        #expect(try InputFiles.inspect(few).compression == .gzip)
        let file = try InputFiles.inspect(many)
        let format = InputFormat.jsonLines
        let splits = try SplitPlanner.splits(
            of: [file],
            format: format,
            splitByteCount: 4 << 20,
            slotCount: 1
        )
        #expect(splits.count > 2)
        let uncut = try SplitPlanner.splits(
            of: [file],
            format: .fixed(byteCount: 8),
            splitByteCount: 4 << 20,
            slotCount: 1
        )
        #expect(uncut.count == 1)
    }
}
