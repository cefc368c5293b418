import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceTool

@Suite struct ManualPageTests {
    private let release = ManualRelease(version: Release.version, date: Release.date)

    private func help(of job: String) throws -> CommandHelp {
        let result = try Command.run(job, [ToolHelp.request])
        return try JSONDecoder().decode(ToolHelp.self, from: Data(result.output.utf8)).command
    }

    @Test(.enabled(if: Mandoc.isThere, Mandoc.absence), arguments: ["wordcount", "grep"])
    func pagesOfJobsAreSound(_ job: String) throws {
        let page = ManualPage.page(ofJob: try help(of: job), release)
        #expect(page.fileName == "\(job).1")
        #expect(try Mandoc.problems(page.text) == "")
        let shown = try Mandoc.shown(page.text)
        let sections = [
            "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT", "FILES", "EXIT STATUS",
            "EXAMPLES", "SEE ALSO",
        ]
        let headings = shown.split(separator: "\n").map(String.init).filter(sections.contains)
        #expect(headings == sections)
        #expect(shown.contains("mapreduce \(Release.version)"))
        #expect(shown.contains(Release.date))
    }

    /// Whatever the help lists, the synopsis and the list of options have.
    @Test(.enabled(if: Mandoc.isThere, Mandoc.absence), arguments: ["wordcount", "grep"])
    func pagesHaveWhatTheHelpHas(_ job: String) throws {
        let shown = try Mandoc.shown(ManualPage.page(ofJob: try help(of: job), release).text)
        let listed = try Command.run(job, ["--help"]).output
        let names = Set(listed.matches(of: /--[a-z][a-z-]+/).map { String($0.output) })
        #expect(names.count > 20)
        let parts = shown.components(separatedBy: "\nDESCRIPTION\n")
        for name in names {
            for part in parts { #expect(part.contains(name), "\(name) in \(part)") }
        }
        for hidden in ["--merge-width", "--replay-from"] { #expect(!shown.contains(hidden)) }
        for code in ["0 ", "1 ", "2 ", "128+n"] { #expect(parts[1].contains("\n     \(code)")) }
    }

    @Test func pagesAreTheSameEachTime() throws {
        let help = try help(of: "grep")
        #expect(
            ManualPage.page(ofJob: help, release).text == ManualPage.page(ofJob: help, release).text
        )
    }

    /// A small command, with all that a page can have.
    @Test func aPageIsMadeOfItsHelp() throws {
        let document = #"""
            {"command": {"commandName": "tally", "abstract": "Counts No words.",
              "discussion": "First.\n\n  tally -x .\n\nSecond.",
              "subcommands": [{"commandName": "help"}],
              "arguments": [
                {"kind": "option", "shouldDisplay": true, "isOptional": true,
                 "isRepeating": false, "abstract": ".Dot first", "valueName": "n",
                 "names": [{"kind": "short", "name": "x"}, {"kind": "long", "name": "ex"}],
                 "preferredName": {"kind": "long", "name": "ex"}, "allValues": ["a", "Op"],
                 "defaultValue": "a", "sectionTitle": "Own"},
                {"kind": "flag", "shouldDisplay": false, "isOptional": true,
                 "isRepeating": false, "names": [{"kind": "long", "name": "secret"}]},
                {"kind": "positional", "shouldDisplay": true, "isOptional": false,
                 "isRepeating": true, "valueName": "input"}]}}
            """#
        let help = try JSONDecoder().decode(ToolHelp.self, from: Data(document.utf8)).command
        let lines = ManualPage.page(ofJob: help, ManualRelease(version: "1", date: "May 1, 2026"))
            .text.split(separator: "\n")
        let expected = #"""
            .Dd May 1, 2026
            .Dt TALLY 1
            .Os "mapreduce 1"
            .Sh NAME
            .Nm tally
            .Nd counts \&No words
            .Sh SYNOPSIS
            .Nm tally
            .Op Fl \-ex Ar n
            .Ar input \&...
            .Sh DESCRIPTION
            Counts No words.
            .Pp
            First.
            .Bd -literal -offset indent
            tally \-x .
            .Ed
            .Pp
            Second.
            .Sh OPTIONS
            .Ss \&Own
            .Bl -tag -width Ds
            .It Fl x , Fl \-ex Ar n
            \&.Dot first
            One of
            .Cm a , \&Op .
            The default is
            .Cm a .
            .El
            .Ss "Common options"
            .Bl -tag -width Ds
            .It Ar input \&...
            See the description.
            .El
            """#.split(separator: "\n")
        #expect(Array(lines.prefix(expected.count)) == expected)
        #expect(!lines.contains { $0.contains("secret") })
    }
}
