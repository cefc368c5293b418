import MapReduceDriver
import MapReduceModel
import Testing

@Suite struct FormatTests {
    @Test func counts() {
        #expect(Format.count(0) == "0")
        #expect(Format.count(999) == "999")
        #expect(Format.count(1_000) == "1,000")
        #expect(Format.count(-12_345_678) == "-12,345,678")
        #expect(Format.count(1, "record") == "1 record")
        #expect(Format.count(1_000, "record") == "1,000 records")
    }

    @Test func byteCounts() {
        #expect(Format.bytes(0) == "0 bytes")
        #expect(Format.bytes(999) == "999 bytes")
        #expect(Format.bytes(1_000) == "1.00 kB")
        #expect(Format.bytes(999_499) == "999 kB")
        #expect(Format.bytes(999_999) == "1.00 MB")
        #expect(Format.bytes(1_073_741_824) == "1.07 GB")
    }

    @Test func durations() {
        #expect(Format.duration(.milliseconds(28)) == "0.03 s")
        #expect(Format.duration(.milliseconds(12_345)) == "12.3 s")
        #expect(Format.duration(.seconds(125)) == "2 min 5 s")
        #expect(Format.duration(.seconds(7_320)) == "2 h 2 min")
    }

    @Test func durationsThatAnAnswerClaims() {
        #expect(Format.duration(seconds: 0.028) == "0.03 s")
        #expect(Format.duration(seconds: 125) == "2 min 5 s")
        #expect(Format.duration(seconds: 1e300) == Format.duration(seconds: .infinity))
        #expect(Format.duration(seconds: .nan) == "0.00 s")
        #expect(Format.duration(seconds: -1e300) == "0.00 s")
    }
}

@Suite struct ProgressTests {
    private var progress: RunProgress {
        var progress = RunProgress(elapsed: .seconds(2))
        progress.stageCount = 2
        progress.tasksDone = 1
        progress.taskCount = 4
        progress.recordsRead = 12_345
        progress.bytesRead = 500_000_000
        progress.byteCount = 1_000_000_000
        return progress
    }

    @Test func theLineTellsWhatIsDoneAndLeft() {
        #expect(
            LiveDisplay.line(progress, width: 200)
                == "stage 1/2 [======      ] 1/4 tasks, 12,345 records, 250 MB/s, "
                + "2.00 s left"
        )
    }

    @Test func theLineFitsTheTerminal() {
        #expect(LiveDisplay.line(progress, width: 40).count == 39)
        #expect(LiveDisplay.line(progress, width: 0).isEmpty)
    }

    @Test func aPlaceInASplitIsAShareOfIt() {
        let signature = FileSignature(byteCount: 100, modificationTime: 0)
        func piece(_ path: String, _ offset: Int) -> FilePiece {
            FilePiece(
                path: path,
                offset: offset,
                byteCount: 50,
                compression: .none,
                signature: signature
            )
        }
        let split = Split(pieces: [piece("a", 50), piece("b", 0)])
        #expect(split.byteCount(before: 60, in: "a") == 10)
        #expect(split.byteCount(before: 10, in: "b") == 60)
        #expect(split.byteCount(before: 999, in: "b") == 100)
        #expect(split.byteCount(before: 1, in: "elsewhere") == 0)
    }

    @Test func recordsAreQuotedShortAndEscaped() {
        func quote(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes(RecordQuote.text) }
        #expect(quote(Array("a\t\"é\u{1b}".utf8)) == "\"a\\t\\\"é\\u{1B}\"")
        #expect(quote([UInt8](repeating: 0x78, count: 500)).hasSuffix("\"… (500 bytes)"))
        #expect(quote([]) == "\"\"")
        let cut = quote(Array(String(repeating: "x", count: 199).utf8) + Array("éé".utf8))
        #expect(cut.hasPrefix("\"xxx") && cut.hasSuffix("x\"… (203 bytes)"))
        #expect(quote([UInt8](repeating: 0x80, count: 300)).hasSuffix("(300 bytes)"))
    }
}
