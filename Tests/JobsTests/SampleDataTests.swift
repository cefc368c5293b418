import Foundation
import MapReduce
import TestSupport
import Testing

@testable import accesslog
@testable import grep
@testable import invertedindex
@testable import kmeans
@testable import ngrams
@testable import pagerank
@testable import sessions
@testable import tfidf
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
    @Test(arguments: [
        "wordcount", "invertedindex", "topwords", "grep", "accesslog", "kmeans", "ngrams",
        "sessions", "tfidf", "join", "jsonagg",
    ])
    func everyJobGivesTheExpectedOutput(_ job: String) throws {
        var arguments =
            switch job {
            case "accesslog", "sessions": [sampleData + "/access.log"]
            case "kmeans": [sampleData + "/points.csv"]
            case "jsonagg": [sampleData + "/events.jsonl", "--by", "kind", "--of", "price"]
            case "join":
                ["users=\(sampleData)/users.csv", "orders=\(sampleData)/orders.csv", "--all"]
            default: sampleTexts
            }
        if job == "grep" { arguments += ["--pattern", "in"] }
        if job == "ngrams" { arguments += ["--n", "2", "--at-least", "8"] }
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

    /// The same records in another order, however many parts they are in.
    @Test func recordsAreSortedToTheByte() throws {
        let directory = try TemporaryDirectory()
        let expected = packageRoot + "/Tests/JobsTests/Expected/sortrecords.bin"
        let result = try Command.run(
            "sortrecords",
            [
                sampleData + "/records.bin", "--records", "--format", "binary", "--quiet",
                "--reducers", "3", "--workers", "3", "--split-size", "700", "-o", directory("out"),
            ]
        )
        #expect(result.code == 0, "\(result.errors)")
        let parts = try FileManager.default.contentsOfDirectory(atPath: directory("out")).sorted()
            .filter { $0.hasPrefix("part-") }
        let content = try parts.flatMap { try readFile(directory("out") + "/" + $0) }
        #expect(content == (try readFile(expected)))
    }

    @Test func linesAreSortedAsTheyAre() throws {
        let directory = try TemporaryDirectory()
        let input = try directory.write("in", "b\\\tb\n\na\r\nB\na")
        let result = try Command.run(
            "sortrecords",
            [input, "--format", "lines", "--reducers", "2", "--quiet", "-o", "-"]
        )
        #expect(result.output == "\nB\na\na\nb\\\tb\n")
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
        for name in [
            "english.txt", "tongues.txt", "edge-cases.txt", "access.log", "graph.tsv", "points.csv",
            "users.csv", "orders.csv", "events.jsonl", "records.bin",
        ] {
            #expect(try readFile(copy(name)) == readFile(sampleData + "/" + name), "\(name)")
        }
    }
}

extension Bytes {
    fileprivate init(_ text: String) { self.init(Array(text.utf8)) }
}

/// The jobs' pipelines on a few lines, as their authors would test them.
@Suite struct CollectTests {
    @Test func countsWords() throws {
        let counts = try WordCount().collect(lines: ["the cat", "the dog"])
        #expect(counts == ["cat": 1, "dog": 1, "the": 2])
    }

    @Test func listsTheFilesOfWords() throws {
        let index = try InvertedIndex().collect(lines: ["b a b"])
        #expect(index == [Bytes("a"): ["lines"], Bytes("b"): ["lines"]])
    }

    @Test func findsLines() throws {
        let lines = try Grep.parse(["--pattern", "at"]).collect(lines: ["cat", "dog", "bat", "cat"])
        #expect(lines == ["cat": Unit(), "bat": Unit(), "cat": Unit()])
    }

    @Test func ranksWords() throws {
        let top = try TopWords.parse(["--count", "2"]).collect(lines: ["b a c a b a", "c"])
        #expect(top.map(\.key) == [Descending(3), Descending(2)])
        #expect(top.map(\.value) == ["a", "b"].map(Bytes.init))
    }

    @Test func sumsRequests() throws {
        let request = #"1.2.3.4 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 200 7 "-" "x""#
        let unchanged = #"1.2.3.4 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 304 - "-" "x""#
        let urls = try AccessLog().collect(lines: [request, unchanged, "no request"])
        #expect(urls == ["/a": Pair(2, 7)])
    }

    @Test func countsNGrams() throws {
        let lines = ["a b  a b", "b\ta", "a"]
        let pairs = try NGrams.parse([]).collect(lines: lines)
        #expect(pairs == [Bytes("a b"): 2, Bytes("b a"): 2])
        #expect(try NGrams.parse(["--n", "4"]).collect(lines: lines) == [Bytes("a b a b"): 1])
        let top = try NGrams.parse(["--n", "1", "--top", "1"]).collect(lines: lines)
        #expect(top == [Bytes("a"): 4])
        let frequent = try NGrams.parse(["--n", "1", "--at-least", "4"]).collect(lines: lines)
        #expect(frequent == [Bytes("a"): 4])
        #expect(throws: (any Error).self) { try NGrams.parse(["--n", "0"]) }
    }

    @Test func cutsSessionsAtPauses() throws {
        let lines = [
            "u [01/Mar/2024:00:10:00 +0000]", "u [29/Feb/2024:23:59:59 +0000]",
            "u [01/Mar/2024:02:20:01 +0200]", "v [01/Jan/1970:00:00:00 +0000]", "u [yesterday]",
        ]
        let u = Bytes("u")
        let pauses = try Sessions.parse(["--gap", "10"]).collect(lines: lines)
        #expect(
            pauses == [
                Pair(u, "2024-02-29T23:59:59Z"): Pair(0, 1),
                Pair(u, "2024-03-01T00:10:00Z"): Pair(0, 1),
                Pair(u, "2024-03-01T00:20:01Z"): Pair(0, 1),
                Pair(Bytes("v"), "1970-01-01T00:00:00Z"): Pair(0, 1),
            ]
        )
        let one = try Sessions.parse(["--gap", "11"]).collect(lines: lines)
        #expect(one.first?.value == Pair(1202, 3))
    }

    @Test func centersStopAtTheMiddles() throws {
        let lines = ["0,0", "9,9", "0,1", "9,8", "", "0,0"]
        let centers = try KMeans.parse(["--k", "2"]).collect(lines: lines)
        #expect(centers == [0: Pair(3, [0, 0.333333]), 1: Pair(2, [9, 8.5])])
        // There are not more centers than points.
        let all = try KMeans.parse(["--k", "9"]).collect(lines: lines)
        #expect(all.count == 4)
        #expect(throws: JobError.self) {
            try KMeans.parse(["--k", "2"]).collect(lines: ["1,2", "1,2,3"])
        }
    }
}
