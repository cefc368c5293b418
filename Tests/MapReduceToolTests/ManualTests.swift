import Foundation
import TestSupport
import Testing

/// `mapreduce manual`: pages of the manual, made from the help.
@Suite struct ManualTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ executables: [String]) throws -> CommandResult {
        try Command.run("mapreduce", ["manual", "-o", directory("share/man1")] + executables)
    }

    /// The subcommands that the help lists.
    private func subcommands() throws -> [String] {
        let help = try Command.run("mapreduce", ["--help"]).output
        return help.matches(of: /\n  ([a-z]+) +[A-Z]/).map { String($0.output.1) }
            .filter { $0 != "help" }
    }

    @Test func everySubcommandHasAPage() throws {
        let wordcount = Command.products + "/wordcount"
        let result = try write([wordcount])
        #expect(result.code == 0, "\(result.errors)")
        let subcommands = try subcommands()
        #expect(subcommands.count >= 18)
        let expected = subcommands.map { "mapreduce-\($0).1" } + ["mapreduce.1", "wordcount.1"]
        #expect(try directory.names(in: "share/man1").sorted() == expected.sorted())
        #expect(result.errors == "wrote \(expected.count) pages to \(directory("share/man1"))\n")
        let pages = try expected.map { try readText(directory("share/man1/\($0)")) }
        #expect(try write([wordcount]).code == 0)
        let again = try expected.map { try readText(directory("share/man1/\($0)")) }
        #expect(pages == again)
    }

    /// Each page has the options of its help and an example of which each option is one of them.
    @Test func pagesHaveWhatTheHelpHas() throws {
        #expect(try write([]).code == 0)
        for name in try subcommands() {
            let page = try readText(directory("share/man1/mapreduce-\(name).1"))
                .replacing("\\-", with: "-")
            let help = try Command.run("mapreduce", [name, "--help"]).output
            let options = Set(help.matches(of: /\n  (?:-[a-z], )?(--[a-z-]+)/).map { $0.output.1 })
            #expect(options.contains("--help"), "\(help)")
            for option in options {
                #expect(page.contains("Fl \(option.dropFirst())"), "\(option) of \(name)")
            }
            let examples = page.components(separatedBy: ".Sh EXAMPLES\n").dropFirst().first ?? ""
            #expect(examples.contains("\nmapreduce \(name)"), "an example of \(name)")
            for line in examples.split(separator: "\n") where line.hasPrefix("mapreduce ") {
                for option in line.matches(of: /[ ](--[a-z-]+)/).map({ $0.output.1 }) {
                    #expect(options.contains(option), "\(line)")
                }
            }
            for reference in page.matches(of: /\.Xr ([a-z-]+) 1/).map({ $0.output.1 }) {
                #expect(
                    try directory.names(in: "share/man1").contains("\(reference).1"),
                    "\(name) refers to \(reference)"
                )
            }
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc"),
            "mandoc is not installed"
        )
    )
    func pagesAreSound() throws {
        #expect(try write([Command.products + "/grep"]).code == 0)
        for name in try directory.names(in: "share/man1") {
            let page = directory("share/man1/\(name)")
            let result = try Command.run("/usr/bin/mandoc", ["-T", "lint", "-W", "warning", page])
            #expect(result.code == 0 && result.output == "", "\(result.output)")
        }
    }

    @Test func whatIsNoJobIsRefused() throws {
        for (program, message) in [
            ("/bin/true", "is not a job"), ("/nowhere", "there is no executable"),
            ("/bin/false", "is not a job"),
        ] {
            let result = try write([program])
            #expect(result.code == 2 && result.errors.contains(message), "\(result.errors)")
        }
        let twice = try write([Command.products + "/grep", Command.products + "/grep"])
        #expect(twice.code == 2 && twice.errors.contains("two pages would be called grep"))
        #expect(!FileManager.default.fileExists(atPath: directory("share")))
    }
}
