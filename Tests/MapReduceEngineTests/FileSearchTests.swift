import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceEngine

@Suite struct FileSearchTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for name in [
            "logs/top.txt", "logs/a/mid.txt", "logs/a/b/deep.txt", "logs/a/b/deep.log",
            "logs/a.b/x.txt", "logs/.hidden/h.txt", "logs/_temporary/t.txt", "logs/a/_SUCCESS",
            "logs/a/.crc", "logs/empty/.keep",
        ] {
            try Files.createDirectory(try #require(Files.parent(of: directory(name))))
            try directory.write(name, "x")
        }
    }

    private func find(_ argument: String) throws -> [String] {
        try FileSearch(directory(argument)).paths.map { path in
            String(path.dropFirst(directory.path.utf8.count + 1))
        }
    }

    private static let texts = [
        "logs/a/b/deep.txt", "logs/a/mid.txt", "logs/a.b/x.txt", "logs/top.txt",
    ]

    private static let matches: [(String, [String])] = [
        ("logs/*.txt", ["logs/top.txt"]),
        ("logs/*/*.txt", ["logs/a/mid.txt", "logs/a.b/x.txt"]),
        ("logs/**/*.txt", texts), ("**/*.txt", texts), ("logs/**/b/*.txt", ["logs/a/b/deep.txt"]),
        ("logs/**/**/*.txt", texts), ("l*s/**/a/**/deep.*", ["logs/a/b/deep.log", texts[0]]),
        ("logs/[ab]*/**/*.txt", Array(texts[..<3])), ("logs/a/b/../*.txt", ["logs/a/b/../mid.txt"]),
        ("logs/*/", ["logs/a/b/deep.log"] + texts[..<3]), ("logs/_*/*", ["logs/_temporary/t.txt"]),
        ("logs/.h*", ["logs/.hidden/h.txt"]), ("logs/*/_SUCCESS", ["logs/a/_SUCCESS"]),
        ("logs/*/.c*", ["logs/a/.crc"]), ("logs/?op.txt", ["logs/top.txt"]),
    ]

    @Test(arguments: matches)
    func patternsMatch(_ pattern: String, _ expected: [String]) throws {
        #expect(try find(pattern) == expected)
    }

    /// There is one order and one set of rules, by whatever way files are found.
    @Test func patternsForAllFindWhatADirectoryHas() throws {
        let all = try find("logs")
        #expect(all == ["logs/a/b/deep.log"] + Self.texts)
        for pattern in ["logs/**", "logs/*", "logs/**/*", "logs/**/", "*", "**"] {
            #expect(try find(pattern) == all, "\(pattern)")
        }
    }

    @Test(arguments: [
        ("logs/**.txt", "**/"), ("logs/a**/x", "**/"), ("logs/*.csv", "no file matches"),
        ("logs/{a,b}/mid.txt", "no braces"), ("logs/{a,b}/*.txt", "no braces"),
        ("logs/empty", "no files"), ("logs/*/[[=a=]]", "[=a=]"), (#"logs/to\p.tx[t"#, "no file"),
    ])
    func whatAPatternDoesNotMeanIsSaid(_ pattern: String, _ message: String) throws {
        let error = #expect(throws: EngineError.self) { try find(pattern) }
        #expect(error?.kind == .badInput)
        #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
    }

    @Test func whatAPatternLeadsThroughMustBeReadable() throws {
        try Files.createDirectory(directory("loops"))
        symlink("loop", directory("loops/loop"))
        symlink("..", directory("logs/up"))
        symlink("nowhere", directory("logs/a.b/gone"))
        for (pattern, culprit) in [
            ("loops/*", "loops/loop"), ("logs/**/x", "up"), ("*/*.b/*", "gone"),
        ] {
            let error = #expect(throws: EngineError.self) { try find(pattern) }
            #expect(error?.message.contains(culprit) ?? false, "\(error?.message ?? "")")
        }
    }

    @Test func aPathThatIsTooLongIsSaidToBe() throws {
        let name = String(repeating: "n", count: 300)
        for argument in [directory(name), directory("logs/*/\(name)")] {
            let error = #expect(throws: EngineError.self) { try FileSearch(argument) }
            #expect(error?.message.contains("too long") ?? false, "\(error?.message ?? "")")
        }
    }

    /// A name that is not UTF-8 is refused where it would be read, and nowhere else.
    @Test func aNameThatIsNotTextIsNamed() throws {
        for name in ["caf\u{E9}", "._caf\u{E9}"] {
            let bytes =
                Array((directory.path + "/logs/a/").utf8)
                + name.unicodeScalars.map {
                    UInt8(truncatingIfNeeded: $0.value)
                }
            let file = try #require(fopen(bytes.map { CChar(bitPattern: $0) } + [0], "w"))
            fclose(file)
        }
        for argument in ["logs", "logs/a/*", "logs/**/c*"] {
            let error = #expect(throws: EngineError.self) { try find(argument) }
            #expect(error?.message.contains(#"caf\xE9"#) ?? false, "\(error?.message ?? "")")
        }
        #expect(try find("logs/a/*.txt") == ["logs/a/mid.txt"])
        try Files.remove(directory("logs"))
        #expect(try Files.kind(of: directory("logs")) == nil)
    }

    @Test func theEnginesOwnDirectoriesAreNotInput() throws {
        let scratch = try ScratchDirectory(below: directory("logs/a"))
        try Files.write("x", toNew: scratch.path + "/stdin")
        try Files.createDirectory(directory("logs/data"))
        try directory.write("logs/data/" + FileSearch.dataLockName, "")
        try directory.write("logs/data/journal", "x")
        let all = ["logs/a/b/deep.log"] + Self.texts
        for argument in ["logs", "logs/**", "logs/*"] { #expect(try find(argument) == all) }
        try scratch.keep()
        #expect(try find("logs") == all)
        #expect(throws: EngineError.self) { try find("logs/data") }
    }

    @Test func partsWithoutASuccessAreNoted() throws {
        #expect(try FileSearch(directory("logs")).unfinishedOutputs == [])
        try directory.write("logs/a/b/part-00000.tsv", "x")
        #expect(
            try FileSearch(directory("logs/**")).unfinishedOutputs == [],
            "the output with a name of one that is finished"
        )
        try Files.remove(directory("logs/a/_SUCCESS"))
        for argument in ["logs", "logs/a/b/*"] {
            let search = try FileSearch(directory(argument))
            #expect(search.unfinishedOutputs == [directory("logs/a/b")])
        }
    }

    @Test(arguments: [
        ("logs", "logs/out", true), ("logs", "logs/new/out", true), ("logs", "logs/_out", false),
        ("logs", "logs/.new/out", false), ("logs", "logsout", false), ("logs", "out", false),
        ("logs/*.txt", "logs/out", false), ("logs/*", "logs/out", true),
        ("logs/**/*.tsv", "logs/a/out", true), ("logs/**/*.txt", "logs/a/out", false),
        ("logs/*/part-*", "logs/out", true), ("logs/a", "logs/link/out", true),
    ])
    func anOutputThatWouldBeReadIsFound(_ input: String, _ output: String, _ isRead: Bool) throws {
        symlink("a", directory("logs/link"))
        #expect(try FileSearch.reads(directory(input), in: directory(output)) == isRead)
    }
}

@Suite struct FileSizeTests {
    /// Files of the kernel: none says how many bytes it has.
    @Test(
        .enabled(if: access("/proc/version", R_OK) == 0),
        arguments: [
            "/proc/version", "/proc/self/status", "/sys/kernel/mm/transparent_hugepage/enabled",
        ]
    )
    func aSizeThatIsNotTrueIsNoticed(_ path: String) throws {
        guard access(path, R_OK) == 0 else { return }
        #expect(try !InputFiles.hasTrueSize(path))
        let error = #expect(throws: EngineError.self) { try InputFiles.find(path) }
        #expect(error?.message.contains(path) ?? false)
        let copies = try InputFiles.find(path) { _ in nil }
        #expect(copies.isEmpty)
        #expect(try !Files.read(path).isEmpty)
    }

    @Test(arguments: [0, 1, 2, 4096])
    func aSizeThatIsTrueIsBelieved(_ count: Int) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("file", [UInt8](repeating: 0x61, count: count))
        #expect(try InputFiles.hasTrueSize(path))
        #expect(try Files.read(path).count == count)
    }

    /// A worker may see another size than there is: neither end is taken for the end in silence.
    @Test(arguments: [("/proc/version", 0), ("/proc/version", 4), ("/proc/version", 100_000)])
    func aReaderNoticesASizeThatIsNotTrue(_ path: String, _ byteCount: Int) throws {
        var signature = try OpenFile(reading: path).signature()
        signature.byteCount = byteCount
        let file = PlannedFile(path: path, compression: .none, signature: signature)
        #expect(throws: EngineError.self) {
            let reader = try LineReader(file.wholePiece)
            while try reader.next() != nil {}
        }
    }
}
