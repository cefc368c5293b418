import Foundation
import TestSupport
import Testing

/// The formats of inputs in whole jobs: `recordsjob` reads records, and sorts them by their ids.
@Suite struct InputFormatTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ read: String, _ arguments: [String]) throws -> CommandResult {
        try Command.run(
            "recordsjob",
            ["--read", read, "--overwrite"] + arguments,
            currentDirectory: directory("")
        )
    }

    /// Runs a job that must succeed.
    /// - Returns: the lines of an output.
    private func lines(
        _ read: String,
        _ arguments: [String],
        of output: String = "result"
    ) throws -> [String] {
        let result = try run(read, arguments + ["-o", out, "-q"])
        #expect(result.code == 0, "\(result.errors)")
        return try outputLines(out + "/" + output)
    }

    /// A file with records that are malformed, and what is said of the first of them.
    struct Malformed: Sendable, CustomTestStringConvertible {
        var read: String
        var text: String
        var place: String
        var reason: String
        /// What `_bad/records.jsonl` has of each: offset, and text as JSON.
        var kept: [(offset: Int, bytes: String)]
        var good: [String]
        var testDescription: String { read }

        static let all = [
            Malformed(
                read: "csv",
                text: "id,text\n1,\"a\nb\"\n2,b,c\n3,d\nfour,e\n5,f\n",
                place: "in:4:5:",
                reason: "the row has 3 fields, and the header 2",
                kept: [(16, #"2,b,c"#), (26, "four,e")],
                good: [#"1\#ta\nb"#, "3\td", "5\tf"]
            ),
            Malformed(
                read: "json",
                text: """
                    {"id":1,"text":"a"}
                    {"id":2,"text":b}
                    {"id":3,"text":"c"}
                    {"id":4.5,"text":"d"}

                    """,
                place: "in:2:16:",
                reason: "a value is expected",
                kept: [(20, #"{\"id\":2,\"text\":b}"#), (58, #"{\"id\":4.5,\"text\":\"d\"}"#)],
                good: ["1\ta", "3\tc"]
            ),
            Malformed(
                read: "fixed",
                text: "bbb\naaa\ncc",
                place: "in, record at byte 8:",
                reason: "the last record has 2 bytes, and not 4",
                kept: [(8, "cc")],
                good: [#"aaa\n\#t4"#, #"bbb\n\#t0"#]
            ),
        ]
    }

    @Test(arguments: Malformed.all)
    func malformedRecordsArePassedOverAndKept(_ malformed: Malformed) throws {
        try directory.write("in", malformed.text)
        let count = malformed.kept.count
        let options = ["--max-bad-records", "\(count)", "--reducers", "1"]
        let result = try run(malformed.read, ["in", "-o", out] + options)
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("bad records, passed over: \(count)"))
        #expect(try outputLines(out + "/result") == malformed.good)
        let kept = try readText(out + "/_bad/records.jsonl").split(separator: "\n")
        #expect(kept.count == count)
        for (line, record) in zip(kept, malformed.kept) {
            #expect(line.contains(#""bytes":"\#(record.bytes)""#), "\(line)")
            #expect(line.contains(#""offset":\#(record.offset)"#), "\(line)")
        }
        #expect(kept[0].contains(malformed.reason), "\(kept[0])")
    }

    @Test(arguments: Malformed.all)
    func oneTooManyEndsTheJobWithItsPlace(_ malformed: Malformed) throws {
        try directory.write("in", malformed.text)
        let result = try run(malformed.read, ["in", "-o", out, "--workers", "1"])
        #expect(result.code == 1)
        let offset = malformed.kept[0].offset
        for part in [malformed.place, malformed.reason, "in at byte \(offset) "] {
            #expect(result.errors.contains(part), "\(part): \(result.errors)")
        }
        guard malformed.kept.count > 1 else { return }
        let limited = try run(malformed.read, ["in", "-o", out, "--max-bad-records", "1"])
        #expect(limited.code == 1)
        #expect(limited.errors.contains("more bad records than the 1 allowed"))
        #expect(try directory.names() == ["in"])
    }

    @Test func runsAreTheInputOfAnotherJob() throws {
        let text = "id,text\n" + (0..<500).map { "\($0 * 7 % 500),text \($0)\n" }.joined()
        try directory.write("in", text)
        let expected = try lines("csv", ["in", "--reducers", "3"])
        #expect(expected.count == 500)
        let runs = try run("csv", ["in", "-o", "runs", "--reducers", "4", "--format", "run"])
        #expect(runs.code == 0, "\(runs.errors)")
        #expect(try lines("pairs", ["runs", "--reducers", "2"]) == expected)
        // What is no run, or one of other types, is told.
        let other = try run("pairs", ["in", "-o", "other"])
        #expect(
            other.code == 1 && other.errors.contains("in the output of a job that writes runs?")
        )
    }

    @Test func rowsWithLineEndsAreTheSameHoweverTheyAreCut() throws {
        try forEachSeed(2) { random in
            let pieces = ["a", "\n", "\"", ",", "\r\n", "\"\n\"", "b,1\n2", "é"]
            var text = "id,text\n"
            var expected: [String] = []
            for id in 0..<300 {
                let count = Int.random(in: 0...6, using: &random)
                let field = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }
                    .joined()
                let quoted = field.unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }
                text += "\(id),\"" + quoted.joined() + "\"\n"
                let escapes: [Unicode.Scalar: String] = ["\n": "\\n", "\r": "\\r"]
                let escaped = field.unicodeScalars.map { escapes[$0] ?? "\($0)" }
                expected.append("\(id)\t" + escaped.joined())
            }
            try directory.write("in", text)
            #expect(try lines("csv", ["in"]) == expected)
            for _ in 0..<6 {
                let byteCount = Int.random(in: 30...900, using: &random)
                let arguments = ["in", "--split-size", "\(byteCount)", "--workers", "3"]
                #expect(try lines("csv", arguments) == expected, "cut to \(byteCount) bytes")
            }
        }
    }

    /// Writes the rows that Python's `csv` reads as the job writes them, and where a strict reader
    /// refuses one.
    private static let reader = """
        import csv, io, sys
        text, offset = open(sys.argv[1], newline="").read(), 0
        source = io.StringIO(text, newline="")
        escapes = str.maketrans({"\\n": "\\\\n", "\\r": "\\\\r"})
        for row in csv.reader(iter(source.readline, "")):
            start, offset = offset, source.tell()
            try:
                list(csv.reader(io.StringIO(text[start:offset], newline=""), strict=True))
                if row: print(start, "|".join(row).translate(escapes), sep="\\t")
            except csv.Error:
                print("bad", start)
        """

    @Test func malformedRowsAreThoseOfPythonHoweverTheyAreCut() throws {
        try forEachSeed(2) { random in
            let plain = [
                "a", "b,", ",", "\n", "\r\n", "\r", "1,2\n", ",\"c\nd\",", "\"\"", ",\",\"\n",
            ]
            let stray = ["5\" disk", "x\"", "x\"\"y", ",\"", "\",", "\"\"\""]
            // The more stray quotes, the longer the rows between them.
            let text = (0..<600).map { _ in
                (Int.random(in: 0..<9, using: &random) == 0 ? stray : plain)
                    .randomElement(using: &random) ?? ""
            }.joined()
            try directory.write("in", text)
            let python = try Command.run(
                "/usr/bin/env",
                ["python3", "-c", Self.reader, directory("in")]
            )
            guard python.code == 0 else { try Test.cancel("no Python: \(python.errors)") }
            let all = python.output.split(separator: "\n").map(String.init)
            let expected = all.filter { !$0.hasPrefix("bad") }
            let bad = all.filter { $0.hasPrefix("bad") }.map { "\"offset\":\($0.dropFirst(4))," }
            for size in [1 << 20, 700, Int.random(in: 20...300, using: &random)] {
                let result = try run(
                    "rows",
                    ["in", "-o", out, "-q", "--split-size", "\(size)", "--workers", "3"]
                        + ["--in-process", "--max-bad-records", "\(bad.count)"]
                )
                #expect(result.code == 0, "cut to \(size) bytes: \(result.errors)")
                #expect(try outputLines(out + "/result") == expected, "cut to \(size) bytes")
                let kept =
                    bad.isEmpty
                    ? [] : try readText(out + "/_bad/records.jsonl").split(separator: "\n")
                #expect(kept.count == bad.count, "cut to \(size) bytes")
                for offset in bad { #expect(kept.contains { $0.contains(offset) }, "\(offset)") }
            }
        }
    }

    /// Writes 12 MB of text that hardly shrinks as it is, as BGZF, and as gzip of many members.
    private static let writer = """
        import base64, gzip, random, struct, zlib
        noise = random.Random(1)
        text = b"".join(base64.b64encode(noise.randbytes(720)) + b"\\n" for _ in range(12500))
        open("plain", "wb").write(text)
        chunks = lambda count: (text[at:at + count] for at in range(0, len(text), count))
        with open("members", "wb") as file:
            for chunk in chunks(300_000):
                file.write(gzip.compress(chunk, 1))
        with open("blocks", "wb") as file:
            for chunk in [*chunks(60_000), b""]:
                deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
                deflated = deflate.compress(chunk) + deflate.flush()
                head = bytes.fromhex("1f8b08040000000000ff0600424302 00".replace(" ", ""))
                tail = struct.pack("<II", zlib.crc32(chunk), len(chunk))
                file.write(head + struct.pack("<H", len(deflated) + 25) + deflated + tail)
        """

    @Test func gzipOfManyMembersIsReadByManyTasks() throws {
        let written = try Command.run(
            "/usr/bin/env",
            ["python3", "-c", Self.writer],
            currentDirectory: directory("")
        )
        #expect(written.code == 0, "\(written.errors)")
        let options = ["--workers", "2", "--reducers", "2"]
        let expected = try lines("lines", ["plain"] + options)
        #expect(expected.count == 12_500)
        for name in ["members", "blocks"] {
            let result = try run("lines", [name, "-o", out, "--verbose"] + options)
            #expect(result.code == 0, "\(result.errors)")
            let tasks = result.errors.split(separator: "\n")
                .filter { $0.hasPrefix("stage 0, task ") && $0.contains(" started") }
            #expect(tasks.count == 3, "\(name): \(result.errors)")
            #expect(try outputLines(out + "/result") == expected, "\(name)")
        }
    }

    @Test func recordsThatTwoMapsUseAreReadOnce() throws {
        try directory.write("in", "id,text\n2,a\n1,b\n3,a\n")
        #expect(try lines("twice", ["in", "--reducers", "1"], of: "ids") == ["1", "2", "3"])
        #expect(try outputLines(out + "/texts") == ["a\t2", "b\t1"])
        let manifest = try JSONSerialization.jsonObject(
            with: Data(readFile(out + "/_MANIFEST.json"))
        )
        let counters = try #require((manifest as? [String: Any])?["counters"] as? [String: Int])
        #expect(counters["records.read"] == 3)
        #expect(counters["bytes.read"] == 20)
    }

    @Test func zstdIsReadWhereItIsBuiltIn() throws {
        try directory.write("in", "id,text\n2,\"a\nb\"\n1,c\n")
        let zstd = try Command.run(
            "/usr/bin/env",
            ["zstd", "-q", "in", "-o", "named.csv"],
            currentDirectory: directory("")
        )
        guard zstd.code == 0 else { try Test.cancel("zstd is not installed") }
        #if Zstd
        #expect(try lines("csv", ["named.csv"]) == ["1\tc", #"2\#ta\nb"#])
        let whole = try readFile(directory("named.csv"))
        try directory.write("cut", whole.dropLast(2))
        let cut = try run("csv", ["cut", "-o", out])
        #expect(cut.code == 2 && cut.errors.contains("the file is truncated"), "\(cut.errors)")
        #else
        let result = try run("csv", ["named.csv", "-o", out])
        #expect(result.code == 2 && result.errors.contains("trait Zstd"), "\(result.errors)")
        #endif
    }

    @Test func inputThatIsNotTextIsRefused() throws {
        try directory.write("zip", Array("PK\u{3}\u{4}\u{14}\0 some words\n".utf8))
        try directory.write("nul", "id,text\n1,a\0b\n")
        let zip = try run("lines", ["zip", "-o", out])
        #expect(zip.code == 2 && zip.errors.contains("zip is a zip archive"), "\(zip.errors)")
        #expect(zip.errors.contains("unzip") && zip.errors.contains("--input-format text"))
        #expect(try lines("lines", ["zip", "--input-format", "text"]).count == 1)
        let csv = try run("csv", ["nul", "-o", out])
        #expect(csv.code == 2 && csv.errors.contains("nul has a NUL at byte 11"), "\(csv.errors)")
        #expect(try lines("lines", ["nul"]).count == 2)
        // Through a pipe, and within gzip.
        let piped = try Command.run(
            "/bin/sh",
            ["-c", "cat zip | '\(Command.products)/recordsjob' - -o piped"],
            currentDirectory: directory("")
        )
        #expect(
            piped.code == 2 && piped.errors.contains("standard input is a zip archive"),
            "\(piped.errors)"
        )
        let gzip = try Command.run(
            "/bin/sh",
            ["-c", "gzip -k zip"],
            currentDirectory: directory("")
        )
        #expect(gzip.code == 0)
        let within = try run("lines", ["zip.gz", "-o", out])
        #expect(within.code == 2 && within.errors.contains("zip archive"), "\(within.errors)")
    }

    @Test func stringsAreText() throws {
        try directory.write("nul", "a b\0c\n")
        try directory.write("utf16", [0x61, 0, 0x0A, 0])
        for name in ["nul", "utf16"] {
            let strings = try run("strings", [name, "-o", out])
            #expect(
                strings.code == 2 && strings.errors.contains("a NUL at byte"),
                "\(strings.errors)"
            )
        }
        #expect(try lines("strings", ["nul", "--input-format", "text"]).count == 1)
    }

    /// A number of bytes that no record can have is a mistake of the command line, not a crash.
    @Test(arguments: ["0", "-4", "67108865", "\(Int.max)"])
    func aByteCountThatNoRecordCanHaveIsAnError(_ byteCount: String) throws {
        try directory.write("in", "12345678")
        let result = try run("fixed", ["in", "-o", out, "--byte-count=\(byteCount)"])
        #expect(result.code == 2 && !result.wasSignaled, "\(result.errors)")
        let message = "a record has 1 to 67108864 bytes, and not \(byteCount)"
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.errors.contains("RecordsJob.swift:"), "\(result.errors)")
    }
}
