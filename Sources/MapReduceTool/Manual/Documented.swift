internal import ArgumentParser

/// A subcommand that says in its own file what its page of the manual says besides its help.
///
/// `MapReduceTool` has no others, so that none can be without a page.
protocol Documented: ParsableCommand {
    static var notes: CommandNotes { get }
}

/// What the page of a subcommand says besides its help.
struct CommandNotes: Sendable {
    /// What its exit code 1 means.
    var failure = "The coordinator refuses or does not answer."
    /// Exit codes besides 0, 1 and 2.
    var otherCodes: [(term: String, text: String)] = []
    /// Whether it shows a run, as the terminal and the environment want it.
    var showsRuns = false
    var files: [(term: String, text: String)] = []
    var examples: [(purpose: String, command: String)] = []
    /// The names of other subcommands that its page refers to.
    var related: [String] = []
}

extension ManualNotes {
    /// Of a subcommand of `mapreduce`.
    init(_ notes: CommandNotes, of help: CommandHelp) {
        self.init(exitCodes: [Self.done, ("1", notes.failure), Self.usage] + notes.otherCodes)
        variables = notes.showsRuns ? Self.display : []
        files = (environment(of: help).isEmpty ? [] : [Self.configuration]) + notes.files
        examples = notes.examples
        references = ["mapreduce"] + notes.related.map { "mapreduce-\($0)" }
    }
}
