import Foundation
import TestSupport
import Testing

/// Files that a job reads whole, on one machine.
@Suite struct SideFileTests {
    private let directory: TemporaryDirectory
    private let input: String
    private let stopwords: String

    init() throws {
        directory = try TemporaryDirectory()
        input = try directory.write("in.txt", "the cat and the dog\nand a bird\n")
        stopwords = try directory.write("stop words.txt", "the\r\nand\na")
    }

    private func run(_ arguments: [String]) throws -> CommandResult {
        try Command.run("sidefilejob", [input, "-o", "-", "-q"] + arguments)
    }

    /// In processes and on threads, in the pipeline and in its closures.
    @Test(arguments: [[], ["--late"], ["--in-process"], ["--late", "--in-process"]])
    func isReadByEveryTask(_ arguments: [String]) throws {
        let more = ["--file", "stopwords=\(stopwords)", "--workers", "3", "--split-size", "20"]
        let result = try run(arguments + more + ["--reducers", "1"])
        #expect(result.code == 0 && result.errors == "", "\(result.errors)")
        #expect(result.output == "bird\t1\ncat\t1\ndog\t1\n")
    }

    @Test func aByteOrderMarkIsNotPartOfTheFirstLine() throws {
        let words = ["a", "and", "bird", "cat", "dog"]
        for text in words.map({ "\u{FEFF}\($0)\r\n" }) + ["\u{FEFF}", "x\n\u{FEFF}a\n"] {
            let marked = try directory.write("marked", text)
            let result = try run(["--reducers", "1", "--file", "stopwords=\(marked)"])
            let left = result.output.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
            let all = ["a", "and", "bird", "cat", "dog", "the"]
            #expect(left.map(String.init) == all.filter { text != "\u{FEFF}\($0)\r\n" }, "\(text)")
        }
    }

    @Test func aPathMayBeRelativeAndHaveEqualsSigns() throws {
        try directory.write("a=b", "cat\n")
        let result = try Command.run(
            "sidefilejob",
            ["in.txt", "-o", "-", "-q", "--reducers", "1", "--named=-x_1"]
                + ["--file=-x_1=a=b"],
            currentDirectory: directory.path
        )
        #expect(result.output == "a\t1\nand\t2\nbird\t1\ndog\t1\nthe\t2\n", "\(result.errors)")
    }

    @Test func whatIsWrongIsSaid() throws {
        let binary = try directory.write("binary", [0x61, 0xFF, 0x0A])
        let pipe = directory("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let cases: [([String], String)] = [
            ([], "no file stopwords; add --file stopwords=path"),
            (["--file", "other=\(stopwords)"], "no file stopwords; add --file stopwords=path"),
            (["--plan"], "no file stopwords; add --file stopwords=path"),
            (
                ["--file", "stopwords=\(stopwords)", "--file", "more=\(stopwords)"],
                "the job reads no file named more; leave --file more out"
            ),
            (
                ["--without", "--file", "stopwords=\(stopwords)"],
                "the job reads no file named stopwords"
            ),
            (
                ["--file", "stopwords=\(stopwords)", "--file", "stopwords=\(input)"],
                "--file stopwords is given twice"
            ),
            (["--file", "stopwords"], "stopwords is no side file; write --file NAME=PATH"),
            (["--file", "stopwords="], "is no side file"), (["--file", "=x"], "is no side file"),
            (["--file", "a.b=x"], "is no side file"), (["--file", "../x=y"], "is no side file"),
            (["--file", "ä=x"], "is no side file"), (["--file", "a b=x"], "is no side file"),
            (["--named", "a/b"], "\"a/b\" cannot name a side file"),
            (["--named", ""], "\"\" cannot name a side file"),
            (["--file", "stopwords=/nowhere"], "there is no file /nowhere (--file stopwords)"),
            (["--file", "stopwords=\(directory.path)"], "is a directory, not a file"),
            (["--file", "stopwords=\(pipe)"], "can be read only once"),
            (
                ["--file", "stopwords=\(binary)"],
                "the side file stopwords (\(binary)) is no text: "
            ),
            (
                (0...64).flatMap { ["--file", "f\($0)=\(stopwords)"] },
                "a job has at most 64 side files, and not 65"
            ),
        ]
        for (arguments, message) in cases {
            let result = try run(arguments)
            #expect(result.code == 2, "\(arguments): \(result.errors)")
            #expect(result.errors.contains(message), "\(arguments): \(result.errors)")
            #expect(result.output == "")
        }
    }

    /// What a closure finds wrong is a failure of the job, as all that it throws.
    @Test func aFileThatIsNoTextFailsTheClosureThatReadsIt() throws {
        let binary = try directory.write("binary", [0xC3])
        let result = try run(["--late", "--file", "stopwords=\(binary)", "--max-attempts", "1"])
        #expect(result.code == 1)
        #expect(result.errors.contains("(\(binary)) is no text: "), "\(result.errors)")
    }

    @Test func theOutputCannotReplaceIt() throws {
        let out = directory("out")
        let more = ["--overwrite", "-o", out, "-q"]
        let first = ["--file", "stopwords=\(stopwords)"]
        #expect(try Command.run("sidefilejob", [input] + first + more).code == 0)
        let inside = try directory.write("out/stopwords", "the\n")
        let result = try Command.run(
            "sidefilejob",
            [input, "--file", "stopwords=\(inside)"] + more
        )
        #expect(result.code == 2)
        #expect(result.errors.contains("lies in the output \(out)"), "\(result.errors)")
        #expect(try readText(inside) == "the\n")
    }

    /// The command of a report has the files, and the task finds them again.
    @Test func aTaskThatIsRunAgainReadsThem() throws {
        let failed = try Command.run(
            "sidefilejob",
            [input, "-o", directory("out"), "--file", "stopwords=\(stopwords)"]
                + ["--fail-at", "dog", "--max-attempts", "1"]
        )
        #expect(failed.code == 1)
        let command = try #require(failed.errors.split(separator: "\n").last)
        let again = try Command.run("/bin/sh", ["-c", "\(command)"])
        #expect(again.code == 1)
        #expect(again.errors.contains("record: \"the cat and the dog\""), "\(again.errors)")
        let passed = try Command.run("/bin/sh", ["-c", "\(command) --pass-over \(input)@0"])
        #expect(passed.code == 0, "\(passed.errors)")
        #expect(passed.errors.contains("wrote 1 record"), "bird: \(passed.errors)")
    }
}
