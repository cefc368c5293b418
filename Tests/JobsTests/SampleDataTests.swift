import Foundation
import MapReduce
import TestSupport
import Testing

@testable import accesslog
@testable import grep
@testable import invertedindex
@testable import topwords
@testable import wordcount

let sampleData = packageRoot + "/sample-data"
let sampleTexts = ["edge-cases.txt", "english.txt", "more-english.gz", "tongues.txt"]
    .map { sampleData + "/" + $0 }

/// The output that `expected.py` works out without the engine.
func expectedOutput(_ job: String) throws -> String {
    try readText(packageRoot + "/Tests/JobsTests/Expected/\(job).tsv")
}

/// The lines of all parts of an output, in the order of their names.
func outputLines(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        .filter { $0.hasPrefix("part-") }
        .flatMap { try readText(path + "/" + $0).split(separator: "\n").map(String.init) }
}

@Suite struct SampleDataTests {
    /// Every job on the sample data, as a command, with one reducer: its output is sorted.
    @Test(arguments: ["wordcount", "invertedindex", "topwords", "grep", "accesslog"])
    func everyJobGivesTheExpectedOutput(_ job: String) throws {
        var arguments = job == "accesslog" ? [sampleData + "/access.log"] : sampleTexts
        if job == "grep" { arguments += ["--pattern", "in"] }
        for mode in [[], ["--in-process"]] {
            let result = try Command.run(
                job,
                arguments + mode + ["--reducers", "1", "--quiet", "-o", "-"]
            )
            #expect(result.code == 0)
            #expect(result.errors == "")
            #expect(result.output == (try expectedOutput(job)))
        }
    }

    @Test func countersAreShown() throws {
        let result = try Command.run("accesslog", [sampleData + "/access.log", "-o", "-"])
        #expect(result.errors.contains("malformed lines: 1"))
    }

    @Test func theSampleDataIsThatOfItsScript() throws {
        let copy = try TemporaryDirectory()
        try FileManager.default.copyItem(
            atPath: sampleData + "/generate.py",
            toPath: copy("generate.py")
        )
        #expect(try Command.run("/usr/bin/env", ["python3", copy("generate.py")]).code == 0)
        for name in ["english.txt", "tongues.txt", "edge-cases.txt", "access.log"] {
            #expect(try readFile(copy(name)) == readFile(sampleData + "/" + name), "\(name)")
        }
    }
}

/// The jobs' pipelines on a few lines, as their authors would test them.
@Suite struct CollectTests {
    @Test func countsWords() throws {
        let counts = try WordCount().collect(lines: ["the cat", "the dog"])
        #expect(counts == ["cat": 1, "dog": 1, "the": 2])
    }

    @Test func listsTheFilesOfWords() throws {
        let index = try InvertedIndex().collect(lines: ["b a b"])
        #expect(index == ["a": ["lines"], "b": ["lines"]])
    }

    @Test func findsLines() throws {
        let lines = try Grep.parse(["--pattern", "at"]).collect(lines: ["cat", "dog", "bat", "cat"])
        #expect(lines == ["cat": Unit(), "bat": Unit(), "cat": Unit()])
    }

    @Test func ranksWords() throws {
        let top = try TopWords.parse(["--count", "2"]).collect(lines: ["b a c a b a", "c"])
        #expect(top == [Descending(3): "a", Descending(2): "b"])
    }

    @Test func sumsRequests() throws {
        let request = #"1.2.3.4 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 200 7 "-" "x""#
        let unchanged = #"1.2.3.4 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 304 - "-" "x""#
        let urls = try AccessLog().collect(lines: [request, unchanged, "no request"])
        #expect(urls == ["/a": Pair(2, 7)])
    }
}
