import ArgumentParser
import Foundation
import MapReduce
import TestSupport
import Testing

@testable import accesslog
@testable import grep
@testable import kmeans
@testable import ngrams
@testable import pagerank
@testable import sessions
@testable import topwords

/// What the jobs make of options and inputs that people get wrong.
@Suite struct JobInputTests {
    private func refuses<Parsed: ParsableArguments>(
        _ job: Parsed.Type,
        _ option: String,
        _ values: [String]
    ) {
        for value in values {
            do {
                _ = try job.parse(["\(option)=\(value)"])
                Issue.record("\(job) takes \(option)=\(value)")
            } catch {
                #expect(job.message(for: error).contains(option), "\(job.message(for: error))")
            }
        }
    }

    @Test func optionsOutOfRangeAreRefused() throws {
        let counts = ["0", "-1", "-9223372036854775808", "9223372036854775808", "1.5", "x", ""]
        refuses(TopWords.self, "--count", counts)
        refuses(NGrams.self, "--n", counts)
        refuses(NGrams.self, "--at-least", counts)
        refuses(NGrams.self, "--top", counts)
        refuses(KMeans.self, "--k", counts)
        refuses(KMeans.self, "--rounds", counts)
        refuses(PageRank.self, "--rounds", counts)
        refuses(KMeans.self, "--sample", ["0", "-0.0", "-1", "1.01", "nan", "inf", "x"])
        refuses(PageRank.self, "--damping", ["-0.1", "1.01", "nan", "inf", "-inf", "x"])
        refuses(PageRank.self, "--tolerance", ["-1", "nan", "inf", "x"])
        refuses(Sessions.self, "--gap", ["-1", "153722867280912931", "9223372036854775807", "x"])
        refuses(Grep.self, "--pattern", ["\n", "a\nb"])
    }

    @Test func optionsAtTheEdgesAreTaken() throws {
        let largest = "\(Int.max)"
        #expect(try TopWords.parse(["--count", largest]).collect(lines: ["a b"]).count == 2)
        #expect(try NGrams.parse(["--n", largest]).collect(lines: ["a b"]).isEmpty)
        #expect(try NGrams.parse(["--at-least", largest]).collect(lines: ["a b"]).isEmpty)
        #expect(try NGrams.parse(["--top", largest]).collect(lines: ["a b"]).count == 1)
        #expect(try KMeans.parse(["--k", largest]).collect(lines: ["1,2", "3,4"]).count == 2)
        #expect(try PageRank.parse(["--damping", "1"]).collect(lines: ["1 2", "2 1"]).count == 2)
        let tolerance = ["--tolerance", "0", "--damping", "0"]
        #expect(try PageRank.parse(tolerance).collect(lines: ["1 2", "2 1"]).count == 2)
        let requests = ["u [01/Jan/0001:00:00:00 +0000]", "u [31/Dec/9999:23:59:60 -2359]"]
        for (gap, count) in [("0", 2), ("153722867280912930", 1)] {
            #expect(try Sessions.parse(["--gap", gap]).collect(lines: requests).count == count)
        }
    }

    // MARK: Logs

    /// Of every short text, the quotes that a reader finds who lets each backslash take the byte
    /// that follows it.
    @Test func quotesThatAreEscapedEndNothing() {
        var texts: [[UInt8]] = [[]]
        for _ in 0..<7 {
            texts += texts.flatMap { text in Array(#""\a"#.utf8).map { text + [$0] } }
        }
        for text in Set(texts) {
            var expected: [Int] = []
            var index = 0
            while index < text.count {
                if text[index] == UInt8(ascii: "\"") { expected.append(index) }
                index += text[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            var found: [Int] = []
            var from = 0
            while let quote = text.span.quote(from: from) {
                found.append(quote)
                from = quote + 1
            }
            #expect(found == expected, "\(String(decoding: text, as: UTF8.self))")
        }
    }

    /// `url` and `bytes` are nil where the line is no request, `bytes` where it has no size.
    private func check(_ line: String, _ url: String?, _ bytes: Int?) throws {
        guard let url else {
            let error = #expect(throws: JobError.self, "\(line)") {
                try AccessLog().collect(lines: [line])
            }
            #expect("\(error as Any)".contains("malformed lines: 1"), "\(line)")
            return
        }
        let sums = try AccessLog().collect(lines: [line])
        #expect(sums == [url: Pair(1, bytes ?? 0)], "\(line)")
        #expect(sums.counters == (bytes == nil ? ["requests of unknown size": 1] : [:]), "\(line)")
    }

    @Test func requestsAreReadAsServersLogThem() throws {
        func log(_ request: String, _ answer: String = #" 200 5 "-" "ua""#) -> String {
            #"192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] ""# + request + "\"" + answer
        }
        try check(log("GET /a HTTP/1.1"), "/a", 5)
        try check(log("GET /"), "/", 5)
        try check(log("M-SEARCH * HTTP/1.1"), "*", 5)
        try check(log(#"GET /a?q=\"x\" HTTP/1.1"#), #"/a?q=\"x\""#, 5)
        try check(log(#"GET /c?say=\"a b c d\" HTTP/1.1"#), #"/c?say=\"a b c d\""#, 5)
        try check(log(#"GET /\\ HTTP/1.1"#), #"/\\"#, 5)
        try check(log("GET /index.php?x=a b HTTP/1.1"), "/index.php?x=a b", 5)
        try check(log("GET /a HTTP/1.1 HTTP/1.1"), "/a HTTP/1.1", 5)
        try check(log("GET /a", #" 200 5 "-" "Dalvik (Alba 10\" Build)""#), "/a", 5)
        try check(log("GET /a", " 304 -"), "/a", 0)
        try check(log("GET /a", " 200 5"), "/a", 5)
        for size in ["-5", "99999999999999999999", "1099511627777", "5.5", "0x5", ""] {
            try check(log("GET /a", " 200 \(size)"), "/a", nil)
        }
        try check(log("GET /a", " 200 1099511627776"), "/a", 1 << 40)
        let odd = ["-", "", "GET", "GET ", "GET  HTTP/1.1", #"\x16\x03\x01"#, #"\x16\x03 \x01 a"#]
        for request in odd { try check(log(request), nil, nil) }
        // A server that escapes nothing.
        try check(log(#"GET /a"b HTTP/1.1"#), nil, nil)
        try check(log(#"GET /x" y 300"#), nil, nil)
        try check(log("GET /a", ""), nil, nil)
        try check(log("GET /a", " 200"), nil, nil)
        try check(log("GET /a", " OK 5"), nil, nil)
        try check(#"192.0.2.1 - a\"b [10/Oct/2026:13:55:36 +0000] "GET /a" 200 5"#, "/a", 5)
        try check(#"192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET /cut"#, nil, nil)
        try check(#"192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET /cut\" 200 5"#, nil, nil)
        try check("", nil, nil)
    }

    @Test func namesOfClientsMayHaveAnyBytes() throws {
        let directory = try TemporaryDirectory()
        let time = Array(" - - [10/Oct/2026:13:55:37 +0000] \"GET / HTTP/1.1\" 200 5\n".utf8)
        let log = try directory.write("log", [0x68, 0xF6] + time + [0xFF, 0x20, 0x5B, 0xFF, 0x0A])
        let result = try Command.run("sessions", [log, "-o", directory("out"), "--reducers", "1"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("malformed lines: 1"))
        let rest = Array("\t2026-10-10T13:55:37Z\t0\t1\n".utf8)
        #expect(try readFile(directory("out/part-00000.tsv")) == [0x68, 0xF6] + rest)
    }

    /// An empty output would look as if there had been no requests.
    @Test(arguments: ["accesslog", "sessions"], [[], ["--max-bad-records=3"], ["--in-process"]])
    func filesThatAreNoLogsAreRefused(_ job: String, _ options: [String]) throws {
        let directory = try TemporaryDirectory()
        let good = #"u - - [10/Oct/2026:13:55:36 +0000] "GET /a" 200 5"# + "\n"
        let more = ["-o", directory("out"), "--split-size", "20"] + options
        for (text, malformed) in [("a b\nc\n\n", 3), ("{}\n", 1)] {
            let log = try directory.write("log", text)
            let result = try Command.run(job, [log] + more)
            #expect(result.code == 1, "\(result.errors)")
            let reason = "of the input was rejected (malformed lines: \(malformed))"
            #expect(result.errors.contains(reason), "\(result.errors)")
            #expect(try directory.names() == ["log"])
        }
        for text in ["", "a b\n" + good] {
            let log = try directory.write("log", text)
            let result = try Command.run(job, [log, "--overwrite"] + more)
            #expect(result.code == 0, "\(result.errors)")
        }
    }

    /// A word is what stands between spaces, whatever its bytes: also where many tasks and a second
    /// step read it.
    @Test func wordsMayHaveAnyBytes() throws {
        let directory = try TemporaryDirectory()
        let text = try directory.write("in", Array("caf".utf8) + [0xE9, 0x20, 0x78, 0x0A])
        let word = "caf\u{E9}"
        for (job, options, expected) in [
            ("invertedindex", [], "\(word)\t[\"in\"]\nx\t[\"in\"]\n"),
            ("ngrams", [], "\(word) x\t1\n"),
            ("ngrams", ["--n", "1", "--top", "1"], "\(word)\t1\n"),
            ("topwords", [], "1\t\(word)\n1\tx\n"),
            ("wordcount", [], "\(word)\t1\nx\t1\n"),
        ] {
            let out = directory("\(job)\(options.count)")
            let result = try Command.run(job, [text, "-q", "-o", out, "--reducers", "1"] + options)
            #expect(result.code == 0, "\(job): \(result.errors)")
            // Each character is a byte in Latin-1, as the word is.
            let latin = expected.unicodeScalars.map { UInt8($0.value) }
            #expect(try readFile(out + "/part-00000.tsv") == latin, "\(job) \(options)")
        }
    }

    /// Times of logs are those that Foundation reads, and dates that no calendar has are not times.
    @Test func timesAreThoseOfACalendar() throws {
        forEachSeed(1) { random in
            for _ in 0..<3_000 {
                let (text, second) = randomTime(&random)
                #expect(LogTime.second(of: Array(text.utf8).span) == second, "\(text)")
            }
        }
        for text in [
            "00/Oct/2026:13:55:36 +0000", "10/oct/2026:13:55:36 +0000",
            "+1/Oct/2026:13:55:36 +0000",
            "10/Oct/0000:13:55:36 +0000", "10/Oct/2026 13:55:36 +0000",
            "10/Oct/2026:13:55:61 +0000",
            "10/Oct/2026:-3:55:36 +0000", "10/Oct/2026:13:55:36 00000",
            "10/Oct/2026:13:55:36 +0060",
            "10/Oct/2026:13:55:36 +2400", "10-Oct-2026:13:55:36 +0000", "10/Oct/2026:13:55:36 +000",
        ] {
            #expect(LogTime.second(of: Array(text.utf8).span) == nil, "\(text)")
        }
    }

    /// A time of a log, and the second that it is; nil where it is no time.
    private func randomTime(_ random: inout SeededGenerator) -> (text: String, second: Int?) {
        let names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(separator: " ")
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year = Int.random(in: 1583...9999, using: &random)
        let month = Int.random(in: 1...12, using: &random)
        let day = two(Int.random(in: 27...33, using: &random))
        let hour = Int.random(in: 0...24, using: &random)
        let minute = Int.random(in: 0...60, using: &random)
        let zone = Int.random(in: -1439...1439, using: &random)
        let sign = zone < 0 ? "-" : "+"
        let time = "\(two(hour)):\(two(minute)):09"
        let text =
            "\(day)/\(names[month - 1])/\(year):\(time) \(sign)\(two(abs(zone) / 60))"
            + two(abs(zone) % 60)
        let iso = "\(year)-\(two(month))-\(day)T\(time)Z"
        // Foundation takes the thirtieth of February for the second of March.
        guard let date = ISO8601DateFormatter().date(from: iso), date.ISO8601Format() == iso else {
            return (text, nil)
        }
        return (text, Int(date.timeIntervalSince1970) - zone * 60)
    }

    // MARK: Numbers

    @Test func pointsAreFiniteDecimalNumbers() throws {
        let job = try KMeans.parse(["--k", "1"])
        for (text, number) in [
            ("1", 1.0), (" 1", 1), ("1\t", 1), ("+1.5e3", 1500), ("-0.25", -0.25), ("1E2", 100),
        ] {
            #expect(
                try job.collect(lines: ["0,\(text)", ""]) == [0: Pair(1, [0, number])],
                "\(text)"
            )
        }
        for text in [
            "nan", "-nan", "NaN", "inf", "-inf", "infinity", "0x10", "0x1p3", "1e999", "-1e999",
            "", " ", "1 2", "1_000", "1d", "--1", "e", ".", "１", "1;2",
        ] {
            let error = #expect(throws: JobError.self, "\(text)") {
                try job.collect(lines: ["0,\(text)"])
            }
            #expect("\(error as Any)".contains("is not a finite decimal number"), "\(text)")
        }
    }

    @Test func finitePointsHaveFiniteCenters() throws {
        for scale in [1e-300, 1e-160, 3, 1e9, 1e16, 1e160, 1e305, 1.7e308] {
            let lines = (0..<100).map {
                "\($0 % 2 == 0 ? -scale : scale),\($0 / 2 % 2 == 0 ? 0 : 2)"
            }
            let centers = try KMeans.parse(["--k", "1"]).collect(
                lines: lines.filter { !$0.hasPrefix("-") }
            )
            let only = try #require(centers.first?.value)
            #expect(only.first == 50 && only.second.count == 2)
            #expect(only.second[1] == 1)
            let expected = scale < 1e-6 ? 0 : scale
            #expect(abs(only.second[0] - expected) <= expected * 1e-12, "\(only)")
            let two = try KMeans.parse(["--k", "2"]).collect(lines: lines)
            #expect(two.map(\.value.first) == [50, 50], "\(scale)")
        }
    }

    @Test func linesThatAreNoLinksAreErrors() throws {
        let job = try PageRank.parse([])
        #expect(try job.collect(lines: ["# from to", "1 2", "", "  ", "2\t1"]).count == 2)
        for line in [
            "1", "1 2 3", "a b", "1 x", "-1 2", "5000000000 1", "1 4294967296", "1,2", "1 2 # note",
        ] {
            let error = #expect(throws: JobError.self, "\(line)") {
                try job.collect(lines: ["1 2", line])
            }
            #expect("\(error as Any)".contains("is not a link"), "\(line)")
        }
        #expect(try job.collect(lines: ["0 4294967295"]).map(\.key) == [0, .max])
    }
}
