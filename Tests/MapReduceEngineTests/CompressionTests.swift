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

#if Bzip2
private let hasBzip2 = true
#else
private let hasBzip2 = false
#endif

#if Xz
private let hasXz = true
#else
private let hasXz = false
#endif

/// A command that compresses, and how its files are read.
enum Compressor: String, CaseIterable, CustomTestStringConvertible {
    case bzip2
    case xz

    var testDescription: String { rawValue }

    var compression: Compression { self == .bzip2 ? .bzip2 : .xz }
    var decompressor: String { self == .bzip2 ? "bunzip2" : "unxz" }
    var trait: String { self == .bzip2 ? "Bzip2" : "Xz" }
    /// The first bytes by which its files are recognized.
    var headByteCount: Int { self == .bzip2 ? 5 : 6 }
    /// The first bytes that tell its files from text, if the file has that many.
    var magicByteCount: Int { self == .bzip2 ? 10 : 6 }

    var isBuiltIn: Bool {
        switch self {
        case .bzip2: hasBzip2
        case .xz: hasXz
        }
    }

    static let builtIn = allCases.filter(\.isBuiltIn)
    static let others = allCases.filter { !$0.isBuiltIn }

    /// Compresses with the command, which is not the code under test.
    func compress(
        _ text: String,
        _ directory: TemporaryDirectory,
        _ options: String = ""
    ) throws -> [UInt8] {
        let input = try directory.write("to-compress", text)
        let command = "\(rawValue) -c \(options) '\(input)' > '\(input).compressed'"
        let result = try Command.run("/bin/sh", ["-c", command])
        #expect(result.code == 0, "\(result.errors)")
        return try readFile(input + ".compressed")
    }
}

/// bzip2 and xz; only recognized where the package's traits are off.
@Suite struct CompressionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// What reading the bytes as a file must fail with.
    private func failure(_ bytes: [UInt8], _ comment: Comment? = nil) throws -> String {
        let path = try directory.write("damaged", bytes)
        let error = #expect(throws: EngineError.self, comment) { try lines(path) }
        #expect(error?.kind == .badInput && error?.message.contains(path) ?? false, comment)
        return error?.message ?? ""
    }

    @Test(arguments: Compressor.allCases)
    func isRecognizedByItsFirstBytes(_ compressor: Compressor) throws {
        for text in ["", "one\ntwo\n"] {
            let stored = try compressor.compress(text, directory)
            for count in [compressor.headByteCount, stored.count] {
                let path = try directory.write("named.txt", stored.prefix(count))
                #expect(try InputFiles.inspect(path).compression == compressor.compression)
            }
        }
    }

    @Test(arguments: [
        "BZh9", "BZh91", "BZh0AY&SY text", "BZh91AZ&SY", "BZip2 is a program\n", "BZh9 is a name\n",
    ])
    func textThatBeginsAlikeIsText(_ text: String) throws {
        let path = try directory.write("text", text)
        let isCut = text == "BZh91"
        #expect(try InputFiles.inspect(path).compression == (isCut ? .bzip2 : .none))
    }

    @Test(arguments: Compressor.allCases) func isOneSplit(_ compressor: Compressor) throws {
        let stored = try compressor.compress("text\n", directory)
        let path = try directory.write("file", stored + [UInt8](repeating: 0, count: 1 << 20))
        let splits = try SplitPlanner.splits(
            of: [try InputFiles.inspect(path)],
            format: .lines,
            splitByteCount: 1 << 16,
            slotCount: 8
        )
        #expect(splits.count == 1)
    }

    @Test(arguments: Compressor.others)
    func whoIsBuiltWithoutItSaysHowToReadIt(_ compressor: Compressor) throws {
        let message = try failure(compressor.compress("text\n", directory))
        for part in [compressor.decompressor, "traits: [\"\(compressor.trait)\"]"] {
            #expect(message.contains(part), "\(message)")
        }
    }

    @Test(arguments: Compressor.builtIn)
    func readsManyStreamsEvenCutWithinALine(_ compressor: Compressor) throws {
        let streams = try ["one\ntw", "", "o\nthree\n"].map {
            try compressor.compress($0, directory)
        }
        #expect(try lines(directory.write("in", streams.joined())) == ["one", "two", "three"])
        #expect(try lines(directory.write("empty", streams[1])) == [])
    }

    @Test(arguments: Compressor.builtIn)
    func readsTextLargerThanItsBuffers(_ compressor: Compressor) throws {
        let text = (0..<300_000).map { "line number \($0 &* 7919 % 400_009)\n" }.joined()
        let options =
            compressor == .xz ? ["-0", "-6", "--check=none", "--block-size=100000"] : ["-1"]
        for option in options {
            let path = try directory.write("large", compressor.compress(text, directory, option))
            #expect(try lines(path).joined(separator: "\n") + "\n" == text, "\(option)")
        }
    }

    @Test(arguments: Compressor.builtIn)
    func everyTruncationIsAnError(_ compressor: Compressor) throws {
        let first = try compressor.compress("some text\n", directory)
        let whole = try first + compressor.compress("and more\n", directory)
        for count in compressor.headByteCount..<whole.count where count != first.count {
            let message = try failure(Array(whole.prefix(count)), "cut to \(count)")
            #expect(
                message.contains("truncated") && message.contains("at byte \(count)"),
                "\(message)"
            )
            #expect(message.contains("\(compressor.rawValue) -t"))
        }
    }

    @Test(arguments: Compressor.builtIn)
    func everyFlippedBitIsAnErrorOrHarmless(_ compressor: Compressor) throws {
        let text = "some text, and some text again\n"
        let whole = try compressor.compress(text, directory)
        var errorCount = 0
        for index in whole.indices.dropFirst(compressor.magicByteCount) {
            for bit in 0..<8 {
                var damaged = whole
                damaged[index] ^= 1 << UInt8(bit)
                let path = try directory.write("damaged", damaged)
                do {
                    #expect(try lines(path) == [String(text.dropLast())], "byte \(index)")
                } catch let error as EngineError {
                    #expect(error.kind == .badInput, "byte \(index)")
                    errorCount += 1
                }
            }
        }
        #expect(errorCount > (whole.count - compressor.magicByteCount) * 6)
    }

    @Test(arguments: Compressor.builtIn)
    func bytesAfterTheLastStreamAreAnError(_ compressor: Compressor) throws {
        let stream = try compressor.compress("a\n", directory)
        for tail in [Array("garbage".utf8), [0], [0, 0, 0], [0, 0, 0, 0, 1]] {
            #expect(try failure(stream + tail).contains("damaged"), "\(tail)")
        }
    }

    #if Xz
    @Test func paddingOfXzIsSkipped() throws {
        let stream = try Compressor.xz.compress("a\n", directory)
        let zeros: [UInt8] = [0, 0, 0, 0]
        #expect(try lines(directory.write("in", stream + zeros + stream + zeros)) == ["a", "a"])
    }

    @Test func xzThatNeedsMuchMemoryIsAnError() throws {
        let options = "--lzma2=preset=0,dict=256MiB --check=crc32"
        let message = try failure(Compressor.xz.compress("a\n", directory, options))
        #expect(message.contains("MiB of memory") && message.contains("unxz"), "\(message)")
    }
    #endif

    @Test(arguments: Compressor.builtIn)
    func aRecordIsReadAgainByItsOffsetInTheText(_ compressor: Compressor) throws {
        let stored = try compressor.compress("one\ntwo\r\nthree\n", directory)
        let path = try directory.write("in", stored)
        let split = Split(pieces: [try InputFiles.inspect(path).wholePiece])
        let line = RecordExcerpt.record(in: split, format: .lines, path: path, offset: 4)
        #expect(line == Array("two".utf8))
    }
}
