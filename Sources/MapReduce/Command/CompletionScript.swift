/// The script that completes a job's command line in a shell, as the argument parser generates it.
enum CompletionScript {
    /// Removes from a script the subcommand `help`, which the parser adds to every command.
    ///
    /// A job has no subcommands, and its inputs are where zsh would look for one; zsh would then
    /// refuse to complete anything.
    ///
    /// `arguments`: the arguments of the process; the text is returned unchanged unless they
    /// request a script.
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
