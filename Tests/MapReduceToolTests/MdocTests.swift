import Foundation
import TestSupport
import Testing

@testable import MapReduceTool

/// What `mandoc`, a program that shows manuals, makes of pages.
enum Mandoc {
    static let path = "/usr/bin/mandoc"
    static let isThere = FileManager.default.isExecutableFile(atPath: path)
    static let absence: Comment = "mandoc is not installed"

    /// What it finds wrong with a page.
    static func problems(_ page: String) throws -> String {
        let directory = try TemporaryDirectory()
        let file = try directory.write("page.1", page)
        return try Command.run(path, ["-T", "lint", "-W", "warning", file]).output
    }

    /// What a person sees, without what makes it bold.
    static func shown(_ page: String) throws -> String {
        let directory = try TemporaryDirectory()
        let file = try directory.write("page.1", page)
        let shown = try Command.run(path, ["-T", "utf8", "-O", "width=100", file]).output
        return shown.replacing(/.\u{8}/, with: "")
    }
}

/// What is written stands on the page as it was written.
@Suite struct MdocTests {
    @Test(arguments: [
        (#"a\nb"#, #"a\enb"#), (".Sh NAME", #"\&.Sh NAME"#), ("'br", #"\(aqbr"#),
        ("--plan", #"\-\-plan"#), ("job's", #"job\(aqs"#), ("", ""), ("...", #"\&..."#),
        ("~/x `a` ^ \"b\"", #"\(ti/x \(gaa\(ga \(ha \(dqb\(dq"#), ("two\nlines", "two lines"),
        ("…", #"\[u2026]"#), ("é", #"\[u00E9]"#), ("🦊", #"\[u1F98A]"#),
    ])
    func signsAreEscaped(_ text: String, _ expected: String) {
        #expect(Mdoc.escaped(text) == expected)
    }

    @Test(arguments: [
        ("directory", "directory"), ("No", #"\&No"#), ("Op", #"\&Op"#), ("Bsx", #"\&Bsx"#),
        (",", #"\&,"#), ("|", #"\&|"#), ("n", "n"), ("7", "7"), ("", "\"\""),
        ("two words", "\"two words\""), ("-o", #"\-o"#),
    ])
    func argumentsAreWords(_ text: String, _ expected: String) {
        #expect(Mdoc.argument(text) == expected)
    }

    /// As the language asks for it, so that what shows a page can space them.
    @Test func sentencesHaveLines() {
        var page = Mdoc()
        page.prose("One. (Two.) .Three? e.g four v1.2 five")
        page.display(["a. b"])
        #expect(
            page.text == """
                One.
                (Two.)
                \\&.Three?
                e.g four v1.2 five
                .Bd -literal -offset indent
                a. b
                .Ed

                """
        )
    }

    /// Random lines, among them many that look like markup.
    @Test(.enabled(if: Mandoc.isThere, Mandoc.absence))
    func whateverIsWrittenIsShown() throws {
        try forEachSeed(5) { generator in
            let pieces =
                ["\\", ".", "'", "-", "--x", " ", "\\&", "\\fB", "Sh", "\"", "~", "^", "`"]
                + ["a", "|", "[", "]", "é", "…", "🦊", ".El", "\\e", "%", "#", "{"]
            let lines =
                (0..<40).map { _ in
                    "x"
                        + (0..<Int.random(in: 1...9, using: &generator))
                        .compactMap { _ in pieces.randomElement(using: &generator) }.joined() + "x"
                } + pieces.map { $0 + "x" }.filter { !$0.hasPrefix(" ") }
            var page = Mdoc()
            page.markup(".Dd November 21, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd x")
            page.markup(".Sh DESCRIPTION")
            for line in lines { page.display([line]) }
            let shown = try Mandoc.shown(page.text).split(separator: "\n")
                .map { $0.trimmingCharacters(in: .whitespaces) }
            let first = try #require(shown.firstIndex(of: "DESCRIPTION")) + 1
            #expect(Array(shown[first..<(first + lines.count)]) == lines)
            #expect(try Mandoc.problems(page.text) == "")
        }
    }
}
