import Foundation
import MapReduce
import TestSupport
import Testing

private struct Fields: Job {
    func pipeline(_ input: Input) -> Pairs<String, Pair<Int, Double>> {
        let fields: Pairs<String, Pair<Int, Double>> = input.records(.json).map { line, emit in
            let number = try line.doubleIfPresent("in.number") ?? -1
            emit(try line.bytes("user"), Pair(try line.int("bytes"), number))
        }
        return fields.sorted()
    }
}

private struct Visit: Codable, Sendable {
    var user: String
    var bytes: Int
}

private struct Decoded: Job {
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let visits: Pairs<String, Int> = input.records(.json(Visit.self)).map { visit, emit in
            emit(visit.user, visit.bytes)
        }
        return visits.sorted()
    }
}

private struct Deep: Job {
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let fields: Pairs<String, Int> = input.records(.json).map { line, emit in
            for path in ["a.b.c", "a.d", "a.b.e", "f"] {
                if let value = try line.intIfPresent(path) { emit(path, value) }
            }
        }
        return fields.sorted()
    }
}

private struct Paths: Job {
    var paths: [String] = []

    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let paths = paths
        let fields: Pairs<String, Int> = input.records(.json).map { line, emit in
            for path in paths where try !line.isAbsent(path) {
                if let value = try? line.int(path) { emit(path, value) }
            }
        }
        return fields.sorted()
    }
}

private struct Dotted: Job {
    func pipeline(_ input: Input) -> Pairs<Int, Int> {
        input.records(.json).map { line, emit in emit(try line.int("page.id"), 1) }
    }
}

@Suite struct JSONTests {
    @Test func fieldsAreReadWithoutATree() throws {
        let lines = [
            #"{"user":"ada","bytes":12,"in":{"number":1.5}}"#, "", "  ",
            #" { "x" : [1,{"user":"no"}] , "bytes" : -0 , "user" : "b\"\\\u00e9\ud83d\ude00" } "#,
            #"{"bytes":1e3,"\u0075ser":"c","in":{"n":{},"number":-2e-1},"s":"}{]["}"#,
            #"{"bytes":9223372036854775807,"user":"d","user":"e","in":null}"#,
        ]
        #expect(
            try Fields().collect(lines: lines) == [
                "ada": Pair(12, 1.5), "b\"\\é😀": Pair(0, -1), "c": Pair(1000, -0.2),
                "e": Pair(.max, -1),
            ]
        )
    }

    @Test func pathsShareObjectsAndTheLastOfANameCounts() throws {
        #expect(
            try Deep().collect(lines: [
                #"{"a":{"b":{"c":1,"e":2},"d":3},"f":4}"#, #"{"a":{"d":9},"a":{"b":{"e":5}}}"#,
                #"{"a":{"b":{"c":6}},"a":7}"#,
            ]) == ["a.b.c": 1, "a.b.e": 2, "a.b.e": 5, "a.d": 3, "f": 4]
        )
    }

    @Test func linesAreDecodedIntoATypeOfTheJobs() throws {
        let lines = [#"{"user":"b","bytes":2}"#, #"{"bytes":1,"user":"a","more":[]}"#]
        #expect(try Decoded().collect(lines: lines) == ["a": 1, "b": 2])
        let error = #expect(throws: JobError.self) {
            try Decoded().collect(lines: lines + [#"{"user":1}"#])
        }
        #expect(error?.message.contains(":3:1: the line is no Visit") ?? false)
    }

    @Test func aDotOfANameIsEscaped() throws {
        let paths = [#"a\.b"#, #"a\\.b"#, #"a\b"#, "a.b", #"a\.b.c\.d"#, #"e\"#]
        let lines = [
            #"{"a.b":1,"a\\":{"b":2},"a\\b":3,"a":{"b":4},"e\\":6}"#, #"{"a.b":{"c.d":5}}"#,
        ]
        let found = try Paths(paths: paths).collect(lines: lines)
        #expect(
            found.map { Pair($0.key, $0.value) }.sorted { $0.second < $1.second }
                == zip(
                    paths,
                    [1, 2, 3, 4, 5, 6]
                ).map { Pair($0, $1) }
        )
        let error = #expect(throws: JobError.self) {
            try Dotted().collect(lines: [#"{"page.id":1}"#])
        }
        #expect(error?.message.contains("a dot leads into an object") ?? false)
    }

    @Test func halfOfACharacterMattersWhereItIsRead() throws {
        let lines = [
            #"{"\ud800":0,"\udc00x":1,"user":"a","bytes":1,"x":["\ud800",{"\ud800":"\ud800"}]}"#
        ]
        #expect(try Fields().collect(lines: lines) == ["a": Pair(1, -1)])
    }

    /// The decoder alone takes them, as they are not in the type.
    @Test(arguments: [
        #""\x""#, "01", "1.", "-", "[1,]", "\"\u{1}\"", "{\"a\" 1}", "[1 2]", "nul", "+1", "1e",
    ])
    func allOfALineIsChecked(_ value: String) throws {
        for line in [
            "{\"user\":\"a\",\"bytes\":1,\"x\":\(value)}",
            "{\"x\":[\(value)],\"user\":\"a\",\"bytes\":1}",
        ] {
            let fields = #expect(throws: JobError.self) { try Fields().collect(lines: [line]) }
            #expect(fields?.message.contains(":1:") ?? false)
            let decoded = #expect(throws: JobError.self) { try Decoded().collect(lines: [line]) }
            #expect(decoded?.message.contains(":1:") ?? false)
        }
    }

    @Test(arguments: [
        ("[]", 1, "an object"), (#"{"user":"a"#, 11, "not closed"), (#"{"user" 1}"#, 9, "colon"),
        (#"{"user":1,}"#, 11, "name"), (#"{"user":1} x"#, 12, "follows"),
        (#"{"user":[1}"#, 11, "bracket"), (#"{"bytes":01}"#, 11, "comma"),
        (#"{"bytes":1.}"#, 12, "value"), (#"{"user":"\x","bytes":1}"#, 10, "escape"),
        (#"{"user":"\ud800","bytes":1}"#, 10, "half"), (#"{"user":2,"bytes":1}"#, 9, "no string"),
        (#"{"user":"a","bytes":1.5}"#, 21, "whole"), (#"{"user":"a"}"#, 1, "no \"bytes\""),
        (#"{"user":"a","bytes":9223372036854775808}"#, 21, "64 bits"),
        (#"{"user":nul}"#, 9, "value"),
    ])
    func whatIsMalformedIsToldWithItsPlace(_ line: String, _ column: Int, _ word: String) throws {
        let good = #"{"user":"a","bytes":1}"#
        let error = #expect(throws: JobError.self) { try Fields().collect(lines: [good, line]) }
        let message = error?.message ?? ""
        #expect(message.contains(":2:\(column): ") && message.contains(word), "\(message)")
    }

    /// Whatever Foundation accepts has the same fields here.
    @Test func readsWhatFoundationWrites() throws {
        try forEachSeed(20) { random in
            let names = (0..<200).map { _ in
                String(
                    String.UnicodeScalarView(
                        (0..<Int.random(in: 1...12, using: &random)).compactMap { _ in
                            Unicode.Scalar(UInt32.random(in: 1...0x2FFFF, using: &random))
                        }
                    )
                )
            }
            let visits = names.enumerated().map { Visit(user: $1, bytes: $0) }
            let encoder = JSONEncoder()
            let lines = try visits.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
            let found = try Fields().collect(lines: lines)
            let expected = Dictionary(visits.map { ($0.bytes, $0.user) }) { $1 }
            #expect(found.count == visits.count)
            for pair in found { #expect(expected[pair.value.first] == pair.key) }
        }
    }
}
