import Foundation
import TestSupport
import Testing

/// The command line of a job, completed by shells.
@Suite struct CompletionTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("alpha.txt", "")
        try directory.write("beta.txt", "")
        try FileManager.default.createDirectory(
            atPath: directory("albums"),
            withIntermediateDirectories: true
        )
    }

    @Test(arguments: ShellCompletion.shells.filter(ShellCompletion.has), ["wordcount", "grep"])
    func scriptsAreOfTheirLanguage(_ shell: String, _ job: String) throws {
        let result = try ShellCompletion(job).check(shell)
        #expect(result.code == 0 && result.errors == "", "\(shell), \(job): \(result.errors)")
    }

    @Test(arguments: [
        (["--form"], ["--format"]), (["--patt"], ["--pattern"]),
        (["--format", ""], ["tsv", "csv", "json", "lines", "binary", "run"]),
        (["--compress", "g"], ["gzip"]),
        (["al"], ["alpha.txt", "albums"]),
        (["--pattern", "x", "alpha.txt", "b"], ["beta.txt"]),
        (["-o", "al"], ["albums"]), (["--scratch", "al"], ["albums"]),
        (["--report", "alp"], ["alpha.txt"]), (["--trace", "alp"], ["alpha.txt"]),
        // As bash cuts the words of side=alp.
        (["--file", "side", "=", "alp"], ["alpha.txt"]),
        (["--workers", ""], []), (["hel"], []),
    ])
    func bashCompletes(_ words: [String], _ expected: [String]) throws {
        let found = try ShellCompletion("grep").bash(words, currentDirectory: directory.path)
        #expect(Set(found) == Set(expected) && found.count == expected.count, "\(found)")
    }

    /// A flag that is there is not offered again; options that nobody is to know of never are.
    @Test func bashOffersWhatIsNotThereYet() throws {
        let completion = try ShellCompletion("wordcount")
        let again = try completion.bash(["--overwrite", "--file", "a", "--"])
        #expect(!again.contains("--overwrite") && again.contains("--file"), "\(again)")
        #expect(!again.contains("--replay-from") && !again.contains("--merge-width"), "\(again)")
    }

    @Test(
        .enabled(if: ShellCompletion.has("fish"), "fish is not installed"),
        arguments: [
            ("--form", ["--format"]), ("--format j", ["json"]), ("alp", ["alpha.txt"]),
            ("-o al", ["albums/"]), ("hel", []),
        ]
    )
    func fishCompletes(_ line: String, _ expected: [String]) throws {
        let found = try ShellCompletion("wordcount").fish(line, currentDirectory: directory.path)
        #expect(found == expected)
    }

    @Test(
        .enabled(if: ShellCompletion.has("zsh"), "zsh is not installed"),
        arguments: [
            ("--form", "--format "), ("--format j", "--format json "), ("alp", "alpha.txt "),
            ("--format csv alp", "--format csv alpha.txt "),
        ]
    )
    func zshCompletes(_ line: String, _ completed: String) throws {
        let completion = try ShellCompletion("wordcount")
        try completion.addFile("alpha.txt")
        #expect(try completion.zsh(line, becomes: completed))
    }
}
