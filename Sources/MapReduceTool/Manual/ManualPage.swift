/// A manual page, generated from an executable's description of its command line.
struct ManualPage: Sendable {
    /// The name to pass to `man`: `mapreduce-submit`.
    let name: String
    /// The page, in mdoc.
    let text: String

    /// The name of its file, in a directory `man1`.
    var fileName: String { "\(name).1" }

    /// Returns the pages of `mapreduce`: one for the tool, and one for each subcommand.
    ///
    /// `release`: the release that the pages describe; the pages of a release are the
    ///   same whenever they are generated.
    static func pages(ofTool help: CommandHelp, _ release: ManualRelease) -> [ManualPage] {
        let subcommands = help.shownSubcommands
        let names = subcommands.map { "\(help.commandName)-\($0.commandName)" }
        return [ManualPage(help, .tool(subcommands: names), release)]
            + subcommands.map { help in
                let notes = MapReduceTool.notes(of: help.commandName) ?? CommandNotes()
                return ManualPage(help, ManualNotes(notes, of: help), release)
            }
    }

    /// Returns the page of a job's executable.
    static func page(ofJob help: CommandHelp, _ release: ManualRelease) -> ManualPage {
        ManualPage(help, .job(help), release)
    }

    private init(_ help: CommandHelp, _ notes: ManualNotes, _ release: ManualRelease) {
        name = help.commandLine.split(separator: " ").joined(separator: "-")
        var page = Mdoc()
        page.markup(".Dd \(release.date)")
        page.macros([.macro("Dt"), .argument(name.uppercased()), .argument("1")])
        page.macros([.macro("Os"), .argument("mapreduce \(release.version)")])
        page.addName(name, help)
        page.addSynopsis(help)
        page.addDescription(help)
        page.addOptions(help)
        page.add("ENVIRONMENT", notes.environment(of: help))
        page.add("FILES", notes.files)
        page.add("EXIT STATUS", notes.exitCodes)
        page.addExamples(notes.examples)
        page.addReferences(notes.references)
        text = page.text
    }
}

/// The release information on a page.
struct ManualRelease: Sendable {
    let version: String
    /// The date of the release: `November 21, 2026`.
    let date: String
}
