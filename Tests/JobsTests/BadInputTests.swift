import Foundation
import TestSupport
import Testing

/// What a job's command says to bad input: one message that names the thing, the right code, and
/// nothing half-written.
@Suite struct BadInputTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }

    init() throws { directory = try TemporaryDirectory() }

    /// Runs a job, which must fail and leave no output.
    private func fail(
        _ arguments: [String],
        job: String = "wordcount",
        code: Int32,
        saying parts: String...
    ) throws {
        let result = try Command.run(job, arguments)
        #expect(result.code == code && !result.wasSignaled, "\(result.errors)")
        for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
        #expect(!FileManager.default.fileExists(atPath: out))
        #expect(!result.errors.contains("Fatal error"))
    }

    @Test func aMissingFileIsNamed() throws {
        try fail([directory("missing"), "-o", out], code: 2, saying: directory("missing"))
    }

    @Test func aFileThatCannotBeReadIsNamed() throws {
        // The superuser may read anything, so another user tries.
        let path = try directory.write("secret", "x")
        chmod(path, 0)
        chmod(directory.path, 0o777)
        guard getuid() == 0 else {
            try fail([path, "-o", out], code: 2, saying: path, "Permission denied")
            return
        }
        let script =
            "import os,sys; os.setgid(65534); os.setuid(65534); os.execv(sys.argv[1], sys.argv[1:])"
        let result = try Command.run(
            "/usr/bin/env",
            ["python3", "-c", script, Command.products + "/wordcount", path, "-o", out]
        )
        // Where that user may not even start the job, the message is another one.
        guard !result.errors.contains("execv") else { return }
        #expect(result.code == 2)
        #expect(result.errors.contains(path) && result.errors.contains("Permission denied"))
    }

    @Test func aDirectoryWithoutFilesIsNamed() throws {
        try FileManager.default.createDirectory(
            atPath: directory("empty"),
            withIntermediateDirectories: true
        )
        try fail([directory("empty"), "-o", out], code: 2, saying: directory("empty"), "no files")
    }

    @Test func aPatternWithoutMatchIsNamed() throws {
        try fail([directory("*.log"), "-o", out], code: 2, saying: "no file matches", "*.log")
    }

    @Test func noInputAndNoOutputAreTold() throws {
        try fail(["-o", out], code: 2, saying: "no input")
        try fail([sampleTexts[1]], code: 2, saying: "--output")
        try fail(["users=" + sampleTexts[1], "-o", out], code: 2, saying: "no input")
        try fail(
            [sampleTexts[1], "users=" + sampleTexts[1], "-o", out],
            code: 2,
            saying: "named users"
        )
    }

    @Test func aWrongOptionIsTold() throws {
        try fail(["--workers", "none", sampleTexts[1], "-o", out], code: 2, saying: "--workers")
        try fail([sampleTexts[1], "-o", out], job: "grep", code: 2, saying: "--pattern")
    }

    @Test func anOutputThatExistsIsKept() throws {
        let first = try Command.run("wordcount", [sampleTexts[1], "-o", out, "-q"])
        #expect(first.code == 0)
        let before = try outputLines(out)
        let second = try Command.run("wordcount", [sampleTexts[3], "-o", out])
        #expect(second.code == 2)
        #expect(second.errors.contains("--overwrite"))
        #expect(try outputLines(out) == before)
        let third = try Command.run("wordcount", [sampleTexts[3], "-o", out, "-q", "--overwrite"])
        #expect(third.code == 0)
        #expect(try outputLines(out) != before)
    }

    @Test func anOutputBelowAFileIsNamed() throws {
        let file = try directory.write("file", "x")
        try fail([sampleTexts[1], "-o", file + "/out"], code: 2, saying: file + "/out")
    }

    /// Runs a job in a mount namespace with a small disk of its own at `disk`.
    private func runOnDisk(_ options: String, _ arguments: [String]) throws -> CommandResult {
        try FileManager.default.createDirectory(
            atPath: directory("disk"),
            withIntermediateDirectories: true
        )
        let script = """
            mount -t tmpfs -o \(options) tmpfs "$1" || exit 99; disk=$1; shift
            "$@"; code=$?
            find "$disk" -mindepth 1 >&2
            exit $code
            """
        return try Command.run(
            "/usr/bin/env",
            ["unshare", "-rm", "sh", "-c", script, "sh", directory("disk")] + arguments
        )
    }

    @Test(.enabled(if: canMountDisks, "needs user namespaces"))
    func aFullDiskIsNamedAndLeftClean() throws {
        var text = ""
        for number in 0..<100_000 { text += "word\(number)\n" }
        let input = try directory.write("words", text)
        let wordcount = Command.products + "/wordcount"
        let result = try runOnDisk(
            "size=200k",
            [wordcount, input, "-o", directory("disk/out"), "--max-attempts", "1"]
        )
        #expect(result.code == 1, "\(result.errors)")
        #expect(result.errors.contains("No space left on device; free some space"))
        #expect(!result.errors.contains(directory("disk/out") + "\n"), "nothing stays")
    }

    @Test(.enabled(if: canMountDisks, "needs user namespaces"))
    func aReadOnlyDiskIsNamed() throws {
        let wordcount = Command.products + "/wordcount"
        let result = try runOnDisk("ro", [wordcount, sampleTexts[1], "-o", directory("disk/out")])
        #expect(result.code == 1)
        #expect(result.errors.contains("Read-only file system"))
        #expect(result.errors.contains(directory("disk/out")))
    }

    @Test func aFullStandardOutputIsAnError() throws {
        let result = try Command.run(
            "/bin/sh",
            [
                "-c",
                "'\(Command.products)/wordcount' '\(sampleTexts[1])' -q -o - > /dev/full",
            ]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("No space left on device"))
    }

    @Test func damagedGzipFilesAreNamedWithThePlace() throws {
        let whole = try readFile(sampleData + "/more-english.gz")
        let cut = try directory.write("cut.gz", whole.prefix(whole.count / 2))
        try fail([cut, "-o", out], code: 2, saying: cut, "truncated", "gzip -t")
        var flipped = whole
        flipped[whole.count / 2] ^= 0x10
        let damaged = try directory.write("damaged.gz", flipped)
        try fail([damaged, "-o", out], code: 1, saying: damaged, "damaged at byte")
    }

    @Test func anEndlessLineIsAnError() throws {
        let path = directory("endless")
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        // A hole: a gibibyte of zeros without a newline.
        #expect(truncate(path, 1 << 30) == 0)
        try fail(
            [path, "-o", out, "--workers", "1", "--split-size", "2G"],
            code: 1,
            saying: path,
            "has a record of more than"
        )
    }

    @Test func invalidUTF8IsToldWithTheRecord() throws {
        let path = try directory.write("latin1.txt", Array("fine\ncaf".utf8) + [0xE9, 0x0A])
        try fail(
            [path, "-o", out, "--max-attempts", "1"],
            job: "faultyjob",
            code: 1,
            saying: "not valid UTF-8",
            path,
            "at byte 5 (record 2)"
        )
    }

    @Test func bytesThatAreNoTextAreCountedAllTheSame() throws {
        let path = try directory.write("bytes", [0xFF, 0x20, 0xFF, 0x0A, 0x00, 0x0A])
        let result = try Command.run("wordcount", [path, "-o", out, "--reducers", "1", "-q"])
        #expect(result.code == 0)
        #expect(
            try readFile(out + "/part-00000.tsv") == [
                0x00, 0x09, 0x31, 0x0A, 0xFF, 0x09, 0x32, 0x0A,
            ]
        )
    }

    @Test func moreMemoryThanThereIsIsRefused() throws {
        try fail(
            [sampleTexts[1], "-o", out, "--memory", "100T"],
            code: 2,
            saying: "--memory",
            "free"
        )
        try fail(
            [sampleTexts[1], "-o", out, "--memory", "8000000T", "--workers", "100"],
            code: 2,
            saying: "--memory"
        )
    }

    @Test func aPairLargerThanItsMemoryIsAnError() throws {
        let path = try directory.write("long", [UInt8](repeating: 0x78, count: 3 << 20))
        try fail(
            [path, "-o", out, "--memory", "1M", "--max-attempts", "1"],
            code: 1,
            saying: "--memory"
        )
    }

    /// A process runs many tasks, and closes the files of each.
    @Test(arguments: ["", "--in-process"])
    func aProcessKeepsNoFileOfItsTasks(_ option: String) throws {
        let lines = (0..<3_000).map { "line \($0)\n" }.joined()
        let path = try directory.write("lines", lines)
        let result = try Command.run(
            "/bin/bash",
            [
                "-c",
                "ulimit -n 150; '\(Command.products)/wordcount' '\(path)' -o '\(out)' "
                    + "--split-size 100 --workers 1 --reducers 1 -q \(option)",
            ]
        )
        #expect(result.code == 0, "\(result.errors)")
    }

    @Test func emptyNamesAreRefused() throws {
        try fail([sampleTexts[1], "-o", ""], code: 2, saying: "--output is empty")
        try fail(
            [sampleTexts[1], "-o", out, "--scratch", ""],
            code: 2,
            saying: "--scratch is empty"
        )
        try fail(["", "-o", out], code: 2, saying: "input is empty")
    }

    @Test func splitsWithoutEndAreRefused() throws {
        let path = try directory.write("in.txt", String(repeating: "a b\n", count: 100_000))
        try fail([path, "-o", out, "--split-size", "1"], code: 2, saying: "--split-size")
    }

    @Test func aJobDoesNotReadWhatItReplaces() throws {
        try FileManager.default.createDirectory(
            atPath: directory("in"),
            withIntermediateDirectories: true
        )
        try directory.write("in/a.txt", "a\n")
        let first = try Command.run(
            "wordcount",
            [directory("in"), "-o", directory("in/out"), "-q"]
        )
        #expect(first.code == 0)
        let second = try Command.run(
            "wordcount",
            [directory("in"), "-o", directory("in/out"), "-q", "--overwrite"]
        )
        #expect(second.code == 2)
        #expect(second.errors.contains("lies in the output"))
    }

    @Test func tooFewFilesAreTold() throws {
        let result = try Command.run(
            "/bin/bash",
            [
                "-c",
                "ulimit -n 16; '\(Command.products)/wordcount' '\(sampleTexts[1])' -o '\(out)' "
                    + "--workers 20 --reducers 20 --max-attempts 1",
            ]
        )
        #expect(result.code == 1, "\(result.errors)")
        #expect(result.errors.contains("Too many open files"), "\(result.errors)")
        #expect(!result.errors.contains("crashed"), "\(result.errors)")
    }

    @Test func aLargePairFitsWhateverCameBefore() throws {
        var text = ""
        for number in 0..<30_000 { text += "word\(number)\n" }
        text += String(repeating: "y", count: 400_000) + "\n"
        let path = try directory.write("in.txt", text)
        let result = try Command.run("wordcount", [path, "-o", out, "--memory", "1M", "-q"])
        #expect(result.code == 0, "\(result.errors)")
    }

    @Test func standardInputIsReadOnce() throws {
        try fail(["-", "-", "-o", out], code: 2, saying: "only once")
    }

    @Test(.disabled(if: isSanitized, "a sanitizer reserves terabytes of address space"))
    func anAddressSpaceThatIsTooSmallIsTold() throws {
        let result = try Command.run(
            "/bin/bash",
            [
                "-c",
                "ulimit -v 3000000; '\(Command.products)/wordcount' '\(sampleTexts[1])' "
                    + "-o '\(out)' --memory 4G --max-attempts 1",
            ]
        )
        #expect(result.code == 1, "\(result.errors)")
        #expect(result.errors.contains("ask for less with --memory"), "\(result.errors)")
    }

    @Test func aPlanThatDiffersBetweenProcessesIsTold() throws {
        try fail(
            [sampleTexts[1], "-o", out, "--shifty"],
            job: "faultyjob",
            code: 1,
            saying: "another plan"
        )
    }
}
