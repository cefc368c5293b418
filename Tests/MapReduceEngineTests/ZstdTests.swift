import Foundation
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

private func lines(_ path: String) throws -> [String] {
    let reader = try LineReader(InputFiles.inspect(path).wholePiece)
    var lines: [String] = []
    while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
}

/// A frame without text, of which readers pass over the bytes.
private func skippable(_ bytes: [UInt8], kind: UInt8 = 0) -> [UInt8] {
    [0x50 | kind, 0x2a, 0x4d, 0x18, UInt8(bytes.count), 0, 0, 0] + bytes
}

private let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

@Suite struct ZstdTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func isToldByItsFirstBytes() throws {
        let empty = skippable([])
        for bytes in [
            magic, empty + magic, skippable([1, 2], kind: 15) + magic, empty + empty + magic, empty,
            Array(empty.prefix(4)), skippable([1, 2]) + [0x28],
        ] {
            let path = try directory.write("named.txt", bytes)
            #expect(try InputFiles.inspect(path).compression == .zstd)
        }
        for bytes in [
            Array("a\n".utf8), Array(magic.dropLast()), Array(empty.prefix(3)),
            Array("P*M is text\n".utf8),
        ] {
            let path = try directory.write("named.zst", bytes)
            #expect(try InputFiles.inspect(path).compression == .none, "\(bytes)")
        }
    }

    @Test func isOneSplit() throws {
        let path = try directory.write("file", magic + [UInt8](repeating: 0, count: 1 << 20))
        let splits = try SplitPlanner.splits(
            of: [try InputFiles.inspect(path)],
            format: .lines,
            splitByteCount: 1 << 16,
            slotCount: 8
        )
        #expect(splits.count == 1)
    }

    #if Zstd
    /// Compresses with the command, which is not the code under test.
    private func zstd(_ text: String, _ options: String = "") throws -> [UInt8] {
        let input = try directory.write("to-compress", text)
        let command = "zstd -q -f \(options) '\(input)' -o '\(input).zst'"
        let result = try Command.run("/bin/sh", ["-c", command])
        #expect(result.code == 0, "\(result.errors)")
        return try readFile(input + ".zst")
    }

    /// What reading the bytes as a file must fail with.
    private func failure(_ bytes: [UInt8], _ comment: Comment? = nil) throws -> String {
        let path = try directory.write("damaged.zst", bytes)
        let error = #expect(throws: EngineError.self, comment) { try lines(path) }
        #expect(error?.kind == .badInput && error?.message.contains(path) ?? false, comment)
        return error?.message ?? ""
    }

    @Test func readsManyFramesEvenCutWithinALine() throws {
        let frames = try ["one\ntw", "", "o\nthree\n"].map { try zstd($0) }
        let path = try directory.write("frames", frames.joined())
        #expect(try lines(path) == ["one", "two", "three"])
        let with = skippable([7]) + frames.joined(separator: skippable(magic)) + skippable([])
        #expect(try lines(directory.write("skippable", with)) == ["one", "two", "three"])
        #expect(try lines(directory.write("empty", frames[1])) == [])
        let two = skippable([]) + skippable(Array("0123456789".utf8), kind: 5)
        #expect(
            try lines(directory.write("two", two + frames.joined())) == ["one", "two", "three"]
        )
        #expect(try lines(directory.write("only", two)) == [])
        #expect(try failure(two + [0x28]).contains("truncated"))
    }

    @Test(arguments: ["", "-19", "--no-check", "--long=27", "--no-content-size", "-T2"])
    func readsTextLargerThanItsBuffers(_ options: String) throws {
        let text = (0..<400_000).map { "line number \($0 &* 7919 % 400_009)\n" }.joined()
        let path = try directory.write("large", try zstd(text, options))
        #expect(try lines(path).joined(separator: "\n") + "\n" == text)
    }

    @Test func everyTruncationIsAnErrorAtTheEnd() throws {
        let whole = try zstd("some text\n") + skippable([1, 2, 3]) + zstd("and more\n")
        let ends = [try zstd("some text\n").count, try zstd("some text\n").count + 11]
        for count in 4..<whole.count where !ends.contains(count) {
            let message = try failure(Array(whole.prefix(count)), "cut to \(count)")
            #expect(message.contains("at byte \(count): it ends in the middle of a frame"))
            #expect(message.contains("zstd -t"))
        }
    }

    @Test func everyFlippedBitIsAnErrorOrHarmless() throws {
        let text = "some text, and some text again\n"
        let whole = try zstd(text)
        var errorCount = 0
        for index in whole.indices.dropFirst(4) {
            for bit in 0..<8 {
                var damaged = whole
                damaged[index] ^= 1 << UInt8(bit)
                let path = try directory.write("damaged", damaged)
                do {
                    // The header has bits without a meaning.
                    #expect(try lines(path) == [String(text.dropLast())], "byte \(index)")
                } catch let error as EngineError {
                    #expect(error.kind == .badInput, "byte \(index)")
                    errorCount += 1
                }
            }
        }
        #expect(errorCount > (whole.count - 4) * 7)
    }

    @Test func bytesBehindTheLastFrameAreAnError() throws {
        let frame = try zstd("a\n")
        for tail in [Array("garbage".utf8), [0, 0]] {
            let message = try failure(frame + tail)
            #expect(message.contains("a frame does not begin there"), "\(message)")
        }
    }

    @Test func whatTheLibraryDoesNotReadIsTold() throws {
        let noise = (0..<2000).map { "\($0 &* 7919) some words\n" }.joined()
        let dictionary = try directory.write("dictionary", noise)
        let message = try failure(zstd(noise, "-D '\(dictionary)'"))
        #expect(message.contains("damaged") || message.contains("dictionary"), "\(message)")
        // A frame whose header asks for a window of a gibibyte.
        let window = try failure(magic + [0x00, 20 << 3, 1, 0, 0])
        #expect(window.contains("--long=27"), "\(window)")
        let named = try failure(magic + [0x01, 0x58, 9, 1, 0, 0])
        #expect(named.contains("needs a dictionary"), "\(named)")
    }

    @Test func aRecordIsReadAgainByItsOffsetInTheText() throws {
        let path = try directory.write("in", try zstd("one\ntwo\r\nthree\n"))
        let split = Split(pieces: [try InputFiles.inspect(path).wholePiece])
        let line = RecordExcerpt.record(in: split, format: .lines, path: path, offset: 4)
        #expect(line == Array("two".utf8))
    }

    @Test func rowsAndWholeFilesAreReadToo() throws {
        let text = "id,name\n1,\"two\nlines\"\n"
        let path = try directory.write("in", try zstd(text))
        let whole = try WholeFileReader(InputFiles.inspect(path).wholePiece)
        #expect(try whole.next().map { Array($0) } == Array(text.utf8))
        let fixed = try FixedReader(InputFiles.inspect(path).wholePiece, recordByteCount: 11)
        #expect(try fixed.next().map { Array($0) } == Array(text.utf8.prefix(11)))
        #expect(fixed.recordOffset == 0)
    }
    #else
    @Test func whoIsBuiltWithoutItSaysHowToReadIt() throws {
        for bytes in [magic, skippable([]) + magic] {
            let path = try directory.write("file", bytes)
            let error = #expect(throws: EngineError.self) { try lines(path) }
            #expect(error?.kind == .badInput)
            let message = error?.message ?? ""
            for part in [path, "unzstd", "traits: [\"Zstd\"]"] {
                #expect(message.contains(part), "\(message)")
            }
        }
    }
    #endif
}
