import Foundation
import TestSupport
import Testing

/// `Documentation/CodeMap.md` lists every source file with the first sentence of its first comment.
///
/// `UPDATE=1 swift test --filter CodeMap` writes the page again; read the difference.
@Suite struct CodeMapTests {
    private static let preamble = """
        # Code map

        Every Swift file of the targets, with the first sentence of its comment. A test compares
        this page with the sources, and writes it after a change: `UPDATE=1 swift test --filter
        CodeMap`.
        [Architecture](Architecture.md) says what the targets are for.

        """

    @Test func thePageIsThatOfTheSources() throws {
        let sources = packageRoot + "/Sources"
        var page = Self.preamble
        for target in try FileManager.default.contentsOfDirectory(atPath: sources).sorted()
        where target.hasPrefix("MapReduce") {
            page += "\n## \(target)\n\n| file | what it is for |\n|---|---|\n"
            let names =
                FileManager.default.enumerator(atPath: sources + "/" + target)?
                .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted() ?? []
            #expect(!names.isEmpty, "\(target) has sources")
            for name in names {
                let text = try readText("\(sources)/\(target)/\(name)")
                let sentence = Self.firstSentence(text)
                #expect(!sentence.isEmpty, "\(target)/\(name) does not say what it is for")
                page += "| `\(name)` | \(sentence.replacingOccurrences(of: "|", with: "\\|")) |\n"
            }
        }
        let path = packageRoot + "/Documentation/CodeMap.md"
        if ProcessInfo.processInfo.environment["UPDATE"] != nil {
            try Data(page.utf8).write(to: URL(fileURLWithPath: path))
            return
        }
        #expect(try readText(path) == page)
    }

    /// The first sentence of the first `///` comment of a file; where the file begins with an
    /// extension that has none, that of its first member.
    static func firstSentence(_ text: String) -> String {
        var words: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == " " }
            guard trimmed.hasPrefix("///") else {
                if words.isEmpty { continue }
                break
            }
            let comment = trimmed.dropFirst(3)
            if comment.allSatisfy({ $0 == " " }) { break }
            for word in comment.split(separator: " ") {
                words.append(word)
                if word.hasSuffix(".") {
                    return words.joined(separator: " ")
                }
            }
        }
        return words.joined(separator: " ")
    }

    @Test func theFirstSentenceIsFound() {
        let text = """
            import A

            /// One thing, on
            /// two lines. And more of it.
            ///
            /// Another paragraph.
            struct S {}
            """
        #expect(Self.firstSentence(text) == "One thing, on two lines.")
        #expect(Self.firstSentence("struct S {}") == "")
    }
}
