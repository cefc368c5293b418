internal import ArgumentParser
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// The command `mapreduce manual`.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Writes pages of the manual, which man shows.",
        discussion: """
            A page for mapreduce, one for each of its subcommands, and one for each executable of \
            a job that is named, all made from their help:

              mapreduce manual ./wordcount -o ~/.local/share/man/man1

            Then `man mapreduce-submit` shows the page of `mapreduce submit`.
            """
    )

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The directory to write to, made if it is not there; older pages are replaced.",
            valueName: "directory"
        ),
        completion: .directory
    )
    var output: String

    @Argument(help: "Executables of jobs.", completion: .file())
    var executables: [String] = []

    func run() throws {
        if output.isEmpty { throw UsageError("--output is empty") }
        let release = ManualRelease(version: Release.version, date: Release.date)
        let tool = try HelpProgram("/proc/self/exe", path: "/proc/self/exe").help()
        var pages = ManualPage.pages(ofTool: tool, release)
        for name in executables {
            let program = try JobProgram(name, [])
            try program.check()
            let path = program.path
            pages.append(.page(ofJob: try HelpProgram(name, path: path).help(), release))
        }
        var names: Set<String> = []
        for page in pages {
            guard Files.name(of: page.fileName) == page.fileName else {
                throw UsageError("\(page.name) is no name of a page")
            }
            guard names.insert(page.name).inserted else {
                throw UsageError("two pages would be called \(page.name); name one executable")
            }
        }
        _ = try Files.createDirectory(output)
        for page in pages { try Files.replace(page.text, at: "\(output)/\(page.fileName)") }
        Terminal.write("wrote \(Format.count(pages.count, "page")) to \(output)\n", to: 2)
    }
}

extension ManualCommand: Documented {
    static let notes = CommandNotes(
        failure: "It could not be written.",
        examples: [
            (
                "Where man(1) looks, with the page of a job",
                "mapreduce manual wordcount --output ~/.local/share/man/man1"
            )
        ]
    )
}
