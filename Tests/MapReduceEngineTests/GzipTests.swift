import Foundation
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// Compresses with the system's gzip, which is not the code under test.
private func gzip(_ text: String, _ directory: TemporaryDirectory) throws -> [UInt8] {
    let input = try directory.write("to-compress", text)
    let result = try Command.run("/bin/sh", ["-c", "gzip -nc '\(input)' > '\(input).gz'"])
    #expect(result.code == 0)
    return try readFile(input + ".gz")
}

private func lines(_ path: String) throws -> [String] {
    let file = try InputFiles.inspect(path)
    let reader = try LineReader(
        FilePiece(
            path: path,
            offset: 0,
            byteCount: file.signature.byteCount,
            compression: file.compression,
            signature: file.signature
        )
    )
    var lines: [String] = []
    while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
}

@Suite struct GzipTests {
    @Test func isToldByItsFirstBytes() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("named.txt", try gzip("a\nb\n", directory))
        #expect(try InputFiles.inspect(path).compression == .gzip)
        let plain = try directory.write("named.gz", "a\nb\n")
        #expect(try InputFiles.inspect(plain).compression == .none)
        #expect(try lines(path) == lines(plain))
    }

    @Test func readsManyMembersEvenCutWithinALine() throws {
        let directory = try TemporaryDirectory()
        let members = try ["one\ntw", "", "o\nthree\n"].flatMap { try gzip($0, directory) }
        let path = try directory.write("members.gz", members)
        #expect(try lines(path) == ["one", "two", "three"])
        let padded = try directory.write("padded.gz", members + [0, 0, 0, 0])
        #expect(try lines(padded) == ["one", "two", "three"])
    }

    @Test func readsTextLargerThanItsBuffers() throws {
        let directory = try TemporaryDirectory()
        let text = (0..<400_000).map { "line number \($0)\n" }.joined()
        let path = try directory.write("large.gz", try gzip(text, directory))
        let found = try lines(path)
        #expect(found.count == 400_000)
        #expect(found.last == "line number 399999")
    }

    @Test func aRecordIsReadAgainByItsOffsetInTheText() throws {
        let directory = try TemporaryDirectory()
        for bytes in [
            try gzip("one\ntwo\r\nthree\n", directory), Array("one\ntwo\r\nthree\n".utf8),
        ] {
            let path = try directory.write("in", bytes)
            let split = try SplitPlanner.splits(
                of: [try InputFiles.inspect(path)],
                format: .lines,
                splitByteCount: 1000,
                slotCount: 1
            )[0]
            let line = RecordExcerpt.record(in: split, format: .lines, path: path, offset: 4)
            #expect(line == Array("two".utf8))
            for offset in [99, -1, .min, .max] {
                #expect(
                    RecordExcerpt.record(in: split, format: .lines, path: path, offset: offset)
                        == nil
                )
            }
            #expect(
                RecordExcerpt.record(in: split, format: .lines, path: "elsewhere", offset: 4) == nil
            )
        }
    }

    @Test func everyTruncationIsAnError() throws {
        let directory = try TemporaryDirectory()
        let whole = try gzip("some text\nthat is compressed\n", directory)
        for count in 2..<whole.count {
            let path = try directory.write("cut.gz", whole.prefix(count))
            let error = #expect(throws: EngineError.self, "cut to \(count)") { try lines(path) }
            #expect(error?.kind == .badInput)
            #expect(error?.message.contains(path) ?? false)
        }
    }

    @Test func everyFlippedBitIsAnErrorOrHarmless() throws {
        let directory = try TemporaryDirectory()
        let whole = try gzip("some text\nthat is compressed\n", directory)
        for index in whole.indices.dropFirst(2) {
            for bit in 0..<8 {
                var damaged = whole
                damaged[index] ^= 1 << UInt8(bit)
                let path = try directory.write("damaged.gz", damaged)
                // Flags, time and system in the header do not change the text.
                if let found = try? lines(path) {
                    #expect(found == ["some text", "that is compressed"], "byte \(index)")
                }
            }
        }
    }

    @Test func bytesBehindTheLastMemberAreAnError() throws {
        let directory = try TemporaryDirectory()
        for tail in ["garbage", "\0garbage"] {
            let path = try directory.write(
                "tail.gz",
                try gzip("a\n", directory) + Array(tail.utf8)
            )
            #expect(throws: EngineError.self) { try lines(path) }
        }
    }
}
