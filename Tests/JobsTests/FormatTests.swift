import Foundation
import TestSupport
import Testing

/// Whether a program can be run with these arguments.
private func canRun(_ arguments: String...) -> Bool {
    do {
        return try Command.run("/usr/bin/env", arguments).code == 0
    } catch {
        return false
    }
}

/// The formats of outputs as others read them: programs that many people have, each told nothing
/// but the names of the files.
@Suite struct FormatTests {
    /// A tool, and the options of the job that writes for it.
    struct Tool: Sendable, CustomTestStringConvertible {
        var name: String
        var options: [String]
        /// Rows that it is given: the first five have only numbers that JSON has.
        var count = 40
        var testDescription: String { name }

        /// A module of Python, or a program.
        var maker: Substring { name.split(separator: "-")[0] }
        var isInstalled: Bool {
            maker == "jq"
                ? canRun("jq", "--version") : canRun("python3", "-c", "import \(maker)")
        }

        static let csv = ["--format", "csv"]
        static let all = [
            Tool(name: "csv", options: csv), Tool(name: "duckdb-csv", options: csv),
            Tool(name: "duckdb-gzip", options: csv + ["--compress", "gzip"]),
            Tool(name: "duckdb-json", options: ["--format", "json"]),
            Tool(name: "pandas-csv", options: csv),
            Tool(name: "pandas-gzip", options: csv + ["--compress", "gzip"]),
            Tool(name: "pandas-json", options: ["--format", "json"], count: 5),
            Tool(name: "polars-csv", options: csv),
            Tool(name: "polars-json", options: ["--format", "json"], count: 5),
            Tool(name: "jq", options: ["--format", "json"]),
        ]
    }

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ job: String, _ arguments: [String]) throws -> CommandResult {
        try Command.run(job, arguments + ["--quiet"], currentDirectory: directory(""))
    }

    /// `.ci/run` installs all of them.
    @Test(arguments: Tool.all)
    func toolsReadWhatWasWritten(_ tool: Tool) throws {
        guard tool.isInstalled else { try Test.cancel("\(tool.maker) is not installed") }
        try directory.write("in", (0..<tool.count).map { "\($0)\n" }.joined())
        let written = try run("formatjob", ["in", "-o", "out"] + tool.options)
        #expect(written.code == 0, "\(written.errors)")
        let script = packageRoot + "/Tests/JobsTests/readback.py"
        let read = try Command.run(
            "/usr/bin/env",
            ["python3", script, tool.name, directory("out"), "\(tool.count)"]
        )
        #expect(read.code == 0 && read.output == "as it was written\n", "\(read.errors)")
    }

    @Test func awkAndSortReadTabs() throws {
        try directory.write("in", "b a c a\na c\n")
        let counts = try run("wordcount", ["in", "-o", "-", "--reducers", "3"])
        try directory.write("counts.tsv", counts.output)
        let shell = { (line: String) in
            try Command.run("/bin/sh", ["-c", line], currentDirectory: directory("")).output
        }
        #expect(try shell(#"awk -F'\t' '{ sum += $2 } END { print sum }' counts.tsv"#) == "6\n")
        #expect(try shell("sort -k2nr -k1 counts.tsv") == "a\t3\nc\t2\nb\t1\n")
    }

    /// Each format of one small output, to the last byte.
    @Test(arguments: [
        ("tsv", "a,\t2\nb\"\t1\n"), ("csv", "key,value\n\"a,\",2\n\"b\"\"\",1\n"),
        ("json", "{\"key\":\"a,\",\"value\":2}\n{\"key\":\"b\\\"\",\"value\":1}\n"),
        ("lines", "a,\t2\nb\"\t1\n"),
        ("binary", "a,\0\0\0\0\0\0\0\u{02}b\"\0\0\0\0\0\0\0\u{01}"),
    ])
    func formatsAreWrittenByteByByte(_ format: String, _ expected: String) throws {
        try directory.write("in", "b\" a, a,\n")
        let arguments = ["in", "-o", "-", "--reducers", "1", "--format", format]
        #expect(try run("wordcount", arguments).output == expected)
        // And so are they through gzip, in parts of which one header is left.
        let command = "\(Command.products)/wordcount in -o - -q --format \(format) --compress gzip"
        let unzipped = try Command.run(
            "/bin/sh",
            ["-c", command + " --reducers 7 | gzip -dc"],
            currentDirectory: directory("")
        )
        #expect(unzipped.output.utf8.sorted() == expected.utf8.sorted(), "\(unzipped.errors)")
    }

    /// A part without records has the names of its columns all the same.
    @Test func emptyPartsOfCSVHaveTheirHeader() throws {
        try directory.write("in", "a\n")
        _ = try run("wordcount", ["in", "-o", "out", "--reducers", "9", "--format", "csv"])
        for index in 0..<9 {
            let part = try readText(directory("out/part-0000\(index).csv"))
            #expect(part.hasPrefix("key,value\n"))
        }
    }

    @Test func sortedRecordsOfOneLengthAreTheInput() throws {
        try forEachSeed(3) { random in
            let name = "\(random.next())"
            let records = (0..<2000).map { _ in
                (0..<99).map { _ in UInt8.random(in: 32...126, using: &random) } + [0x0A]
            }
            let whole = Data(records.joined())
            try whole.write(to: URL(fileURLWithPath: directory(name)))
            let options = ["--format", "binary", "--split-size", "64K", "--workers", "2"]
            let result = try run("sortjob", [name, "-o", name + ".out"] + options)
            #expect(result.code == 0, "\(result.errors)")
            let sorted = records.sorted { $0[..<10].lexicographicallyPrecedes($1[..<10]) }
            let parts = try (0..<2).map { index in
                let path = directory(name + ".out/part-0000\(index).bin")
                return try Data(contentsOf: URL(fileURLWithPath: path))
            }
            #expect(parts[0] + parts[1] == Data(sorted.joined()))
            #expect(parts.allSatisfy { !$0.isEmpty })
        }
    }

    @Test func aRecordOfAnotherLengthIsNamed() throws {
        try directory.write("in", "0123456789abc\n1123456789abcd\n")
        let result = try run("sortjob", ["in", "-o", "out", "--format", "binary"])
        #expect(result.code == 1)
        #expect(result.errors.contains("key \"1123456789\""), "\(result.errors)")
        #expect(result.errors.contains("15 bytes, and the first one of the part 14"))
        #expect(try directory.names() == ["in"])
    }

    @Test(arguments: [
        (["--format", "binary"], "and not inf"), (["--format", "lines"], "holds a line end"),
    ])
    func whatAFormatCannotHaveIsAnError(_ options: [String], _ message: String) throws {
        try directory.write("in", "5\n10\n")
        let result = try run("formatjob", ["in", "-o", "out"] + options)
        #expect(result.code == 1 && result.errors.contains(message), "\(result.errors)")
        #expect(try directory.names() == ["in"])
    }

    @Test func whatCannotBeIsRefused() throws {
        try directory.write("in", "a\n")
        for options in [
            ["--format", "xml"], ["--compress", "zip"], ["--format", "run", "--compress", "gzip"],
        ] {
            #expect(try run("wordcount", ["in", "-o", "out"] + options).code != 0, "\(options)")
        }
        #expect(try directory.names() == ["in"])
    }
}
