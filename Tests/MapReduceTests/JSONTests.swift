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

    @Test(arguments: [
        ("[]", 1, "an object"), (#"{"user":"a"#, 11, "not closed"), (#"{"user" 1}"#, 9, "colon"),
        (#"{"user":1,}"#, 11, "name"), (#"{"user":1} x"#, 12, "follows"),
        (#"{"user":[1}"#, 11, "match"), (#"{"bytes":01}"#, 11, "comma"),
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
