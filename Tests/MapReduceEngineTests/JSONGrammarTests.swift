import Foundation
import MapReduceEngine
import TestSupport
import Testing

/// What `JSONScanner` accepts, compared with what Python's `json` does.
///
/// Each text is looked at as a line, and as the value of a member: one that a job reads and one
/// that it does not, at the top and deep inside.
@Suite struct JSONGrammarTests {
    /// Reads texts in hexadecimal, and answers with a line of 0 and 1.
    private static let oracle = #"""
        import json, sys
        sys.set_int_max_str_digits(0)
        sys.setrecursionlimit(100000)
        def refuse(name): raise ValueError(name)
        def is_object(text):
            try:
                value = json.loads(text.decode("utf-8", "strict"), parse_constant=refuse)
            except ValueError:
                return False
            return isinstance(value, dict)
        sys.stdout.write("".join("01"[is_object(bytes.fromhex(line))] for line in sys.stdin))
        """#

    /// Compares lines with the oracle.
    private func check(_ lines: [[UInt8]]) throws {
        let directory = try TemporaryDirectory()
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for line in lines {
            for byte in line { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
            text.append(0x0A)
        }
        let input = try directory.write("lines", text)
        let script = try directory.write("oracle.py", Self.oracle)
        let result = try Command.run("/bin/sh", ["-c", "python3 '\(script)' < '\(input)'"])
        #expect(result.code == 0, "\(result.errors)")
        let verdicts = Array(result.output.utf8)
        try #require(verdicts.count == lines.count)
        var validCount = 0
        var wrong: [String] = []
        for (line, verdict) in zip(lines, verdicts) {
            let isValid = verdict == UInt8(ascii: "1")
            if isValid { validCount += 1 }
            if isObject(line) != isValid {
                wrong.append(
                    "\(isValid ? "refused" : "accepted"): \(String(decoding: line, as: UTF8.self))"
                )
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count) of \(lines.count), such as \(wrong.prefix(5))")
        #expect(validCount > 0 && validCount < lines.count)
    }

    /// Whether the line is accepted as a job would read it.
    private func isObject(_ line: [UInt8]) -> Bool {
        // What lies behind a line in memory may be anything, such as the end of a string.
        let padded = line + [UInt8](repeating: 0x22, count: 64)
        return padded.withUnsafeBytes { bytes in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<line.count])
            do {
                var scanner = JSONScanner(bytes)
                try scanner.forEachMember { _, _ in }
                try scanner.finish()
                try JSONScanner.check(bytes)
                return true
            } catch {
                return false
            }
        }
    }

    /// A value where a job reads it, and where it does not.
    private func places(_ value: [UInt8]) -> [[UInt8]] {
        [
            (#"{"k":"a","v":"#, "}"), (#"{"x":[0,"#, #"],"v":1}"#),
            (#"{"x":{"y":[{"z":"#, #"}]},"v":1}"#),
        ].map { Array($0.utf8) + value + Array($1.utf8) }
    }

    /// All sequences of up to `count` parts.
    private func sequences(of parts: [String], upTo count: Int) -> [String] {
        var all = [""]
        var longest = [""]
        for _ in 0..<count {
            longest = longest.flatMap { start in parts.map { start + $0 } }
            all += longest
        }
        return all
    }

    @Test func everyShortNumber() throws {
        let numbers = sequences(of: ["-", "+", "0", "1", ".", "e", "E"], upTo: 5)
        let more = [
            "1e400", "-1e-400", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "nan", "1a", "1 2",
            "12345678901234567890123", "0.1e00", "1.0E+2", "-0.0e-0", "\u{FF11}", "1\u{0}", "01.5",
            String(repeating: "9", count: 5000), "-" + String(repeating: "0", count: 70),
        ]
        try check((numbers + more).flatMap { places(Array($0.utf8)) })
    }

    @Test func everyShortSequenceOfTokens() throws {
        let tokens = ["{", "}", "[", "]", ",", ":", "\"a\"", "1", "true "]
        let texts = sequences(of: tokens, upTo: 5)
        try check(texts.map { Array($0.utf8) })
        try check(texts.map { Array("{\"x\":\($0)}".utf8) })
        try check(
            sequences(of: ["{", "\"a\":", "}", "[", "]", ",", "null"], upTo: 5).map {
                Array("{\"x\":[\($0)]}".utf8)
            }
        )
    }

    @Test func everyByteAtEveryPlace() throws {
        let line = Array(
            #" { "aé" : [ true , {"b":-1.5e3} , [] , {} ] , "c" : "\n\u00e9x" } "#.utf8
        )
        var lines: [[UInt8]] = [line]
        for index in 0...line.count {
            for byte in UInt8.min...UInt8.max {
                lines.append(Array(line[..<index]) + [byte] + Array(line[index...]))
                guard index < line.count else { continue }
                var changed = line
                changed[index] = byte
                lines.append(changed)
            }
            lines.append(Array(line[..<index]))
            lines.append(Array(line[index...]))
            if index < line.count {
                lines.append(Array(line[..<index]) + Array(line[(index + 1)...]))
            }
        }
        try check(lines)
    }

    @Test func everyEscape() throws {
        var texts = (UInt8.min...UInt8.max).flatMap { byte -> [[UInt8]] in
            [[0x5C, byte], [byte], [0x5C, 0x5C, byte], [0x5C, byte, 0x22, 0x2C, 0x22]]
        }
        let digits = ["0", "9", "a", "F", "g", "G", "\"", "\\", " ", "é"]
        texts += sequences(of: digits, upTo: 4).map { Array("\\u\($0)".utf8) }
        let units = ["\\ud800", "\\udbff", "\\udc00", "\\udfff", "\\u0041", "\\u0000", "x", "\\n"]
        texts += sequences(of: units, upTo: 3).map { Array($0.utf8) }
        try check(texts.flatMap { places([0x22] + $0 + [0x22]) })
        // As names.
        try check(texts.map { Array("{\"".utf8) + $0 + Array("\":1}".utf8) })
    }

    @Test func everyKindOfUTF8() throws {
        let bytes: [UInt8] = [
            0x00, 0x1F, 0x22, 0x41, 0x5C, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1,
            0xC2,
            0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFE, 0xFF,
        ]
        var texts = (0x80...0xFF).flatMap { first in (0...0xFF).map { [UInt8(first), UInt8($0)] } }
        for first in bytes where first >= 0xE0 {
            for second in bytes {
                for third in bytes {
                    texts.append([first, second, third])
                    for fourth in [0x41, 0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
                        texts.append([first, second, third, fourth])
                    }
                }
            }
        }
        try check(texts.map { Array("{\"x\":\"".utf8) + $0 + Array("\"}".utf8) })
    }

    /// Strings are searched in blocks: what ends one, or is wrong, may be anywhere in them.
    @Test func stringsOfEveryLength() throws {
        var texts: [[UInt8]] = []
        for count in 0..<140 {
            let start = [UInt8](repeating: 0x61, count: count)
            let ends: [[UInt8]] = [
                [], [0x1F], [0xC3, 0xA9], [0xC3], [0x5C, 0x22], [0x5C], [0x0A], [0xFF],
            ]
            for end in ends {
                texts.append(start + end)
                texts.append(start + end + start)
            }
        }
        try check(texts.flatMap { places([0x22] + $0 + [0x22]) })
    }

    @Test func bracketsMatchAtEveryDepth() throws {
        try forEachSeed(20) { random in
            var lines: [[UInt8]] = []
            for depth in Array(1...70) + [127, 128, 129, 130, 191, 192, 193, 500] {
                let areObjects = (0..<depth).map { _ in Bool.random(using: &random) }
                let open = areObjects.map { $0 ? "{\"a\":" : "[" }
                let close = areObjects.reversed().map { $0 ? "}" : "]" }
                lines.append(Array("{\"x\":\((open + ["1"] + close).joined())}".utf8))
                var changed = close
                let index = Int.random(in: 0..<depth, using: &random)
                changed[index] = changed[index] == "}" ? "]" : "}"
                lines.append(Array("{\"x\":\((open + ["1"] + changed).joined())}".utf8))
                // Up, down a bit, and up again.
                let some = close.prefix(index)
                let again = open.suffix(index)
                lines.append(
                    Array("{\"x\":\((open + ["[]"] + some + [","]).joined())".utf8)
                        + Array("\((again + ["1"] + close).joined())}".utf8)
                )
            }
            try check(lines)
        }
    }

    @Test func depthHasALimit() {
        func line(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
            let (open, close) = (
                String(repeating: open, count: depth), String(repeating: close, count: depth)
            )
            return Array("{\"x\":\(open)1\(close)}".utf8)
        }
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            // The brace of the line itself counts where a line may be any value.
            #expect(isObject(line(511, open, close)))
            #expect(!isObject(line(513, open, close)))
            #expect(!isObject(line(1_000_000, open, close)))
        }
    }
}
