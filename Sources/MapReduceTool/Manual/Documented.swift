internal import ArgumentParser

/// A subcommand that declares the notes for its manual page in its own file.
///
/// `MapReduceTool` has no other subcommands, so that each of them has a page.
protocol Documented: ParsableCommand {
    static var notes: CommandNotes { get }
}

/// The contents of a subcommand's page in addition to its help.
struct CommandNotes: Sendable {
    /// The meaning of its exit code 1.
    var failure = "The coordinator refuses or does not answer."
    /// The exit codes other than 0, 1 and 2.
    var otherCodes: [(term: String, text: String)] = []
    /// Whether it shows a run, in a style chosen from the terminal and the environment.
    var showsRuns = false
    var files: [(term: String, text: String)] = []
    var examples: [(purpose: String, command: String)] = []
    /// The names of other subcommands that its page refers to.
    var related: [String] = []
}

extension ManualNotes {
    /// Creates the notes for a subcommand of `mapreduce`.
    init(_ notes: CommandNotes, of help: CommandHelp) {
        self.init(exitCodes: [Self.done, ("1", notes.failure), Self.usage] + notes.otherCodes)
        variables = notes.showsRuns ? Self.display : []
        files = (environment(of: help).isEmpty ? [] : [Self.configuration]) + notes.files
        examples = notes.examples
        references = ["mapreduce"] + notes.related.map { "mapreduce-\($0)" }
    }
}
