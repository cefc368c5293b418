/// The script that completes a job's command line in a shell, as the parser of arguments makes it.
enum CompletionScript {
    /// Takes out of a script the subcommand `help`, which the parser adds to every command.
    ///
    /// A job has no subcommands, and its inputs stand where zsh would look for one: it refuses to
    /// complete anything then.
    ///
    /// `arguments`: those of the process; a text that they ask no script with is not changed.
    static func mended(_ text: String, for arguments: [String]) -> String {
        guard arguments.contains(where: { $0.hasPrefix("--generate-completion-script") }) else {
            return text
        }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !offersSubcommand($0) }.joined(separator: "\n")
    }

    private static func offersSubcommand(_ line: Substring) -> Bool {
        let words = line.drop { $0 == " " }
        return words == "'(-): :->command'" || words == "'(-)*:: :->arg'"
            || words.hasPrefix("complete ") && words.contains(" -fa 'help' ")
    }
}
