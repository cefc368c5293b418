import Foundation
import TestSupport
import Testing

@testable import MapReduceEngine

@Suite struct NamePatternTests {
    /// All texts of up to so many of some characters.
    private func texts(of alphabet: String, upTo count: Int) -> [String] {
        var all = [""]
        var last = all
        for _ in 0..<count {
            last = last.flatMap { text in alphabet.map { text + String($0) } }
            all += last
        }
        return all
    }

    /// The C library's `fnmatch` is the oracle.
    @Test func everyShortPatternMatchesAsInTheCLibrary() throws {
        let names = texts(of: "ab]-", upTo: 2)
        for text in texts(of: "ab*?[]!-\\", upTo: 4) {
            // A backslash before nothing: the library lets it match nothing.
            let backslashes = text.reversed().prefix { $0 == "\\" }.count
            if backslashes % 2 == 1 { continue }
            let pattern = try NamePattern(text)
            for name in names where pattern.matches(name) != (fnmatch(text, name, 0) == 0) {
                Issue.record("\(text) on \(name): \(pattern.matches(name))")
            }
        }
    }

    @Test(arguments: [
        ("caf?", "café", true), ("*", "é", true), ("[à-ü]", "é", true), ("[!a]", "é", true),
        ("x[[:digit:]]", "x7", true), ("x[[:digit:]]", "xa", false),
        ("[[:upper:][:digit:]_]", "Q", true), ("*", ".hidden", false), ("*", "_SUCCESS", false),
        ("?SUCCESS", "_SUCCESS", false), ("[_]SUCCESS", "_SUCCESS", false),
        ("_*", "_SUCCESS", true), (".h*", ".hidden", true), (#"\_*"#, "_x", true),
        ("a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
    ])
    func isDecided(_ pattern: String, _ name: String, _ matches: Bool) throws {
        #expect(try NamePattern(pattern).matches(name) == matches)
    }

    @Test(arguments: ["[[:word:]]", "[[=a=]]", "[[.a.]]"])
    func aClassThatIsNotKnownIsRefused(_ text: String) {
        #expect(throws: EngineError.self) { try NamePattern(text) }
    }
}
