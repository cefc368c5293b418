/// The contents of a page that the help lacks: codes, variables, files and examples.
struct ManualNotes {
    var exitCodes: [(term: String, text: String)]
    var variables: [(term: String, text: String)] = []
    var files: [(term: String, text: String)] = []
    var examples: [(purpose: String, command: String)] = []
    /// The names of other pages.
    var references: [String] = []

    /// Returns the variables of a page, including those that stand in for its options.
    func environment(of help: CommandHelp) -> [(term: String, text: String)] {
        let options = help.shownArguments.filter { $0.kind == .option }
            .compactMap { $0.preferredName?.name }
        var items: [(term: String, text: String)] = []
        // The options of a job have no variables, whatever their names are.
        if help.superCommands != nil {
            for option in options where Self.optionsWithVariables.contains(option) {
                let name = option.uppercased().split(separator: "-").joined(separator: "_")
                items.append(("MAPREDUCE_\(name)", "Stands in for --\(option)."))
                if option == "token-file" {
                    items.append(("MAPREDUCE_TOKEN", "The token itself."))
                }
            }
        }
        return (items + variables).sorted { $0.term < $1.term }
    }

    /// The options of subcommands that default to the environment.
    private static let optionsWithVariables: Set<String> = [
        "coordinator", "token-file", "tls-ca", "listen", "tls-certificate", "tls-key", "log-level",
        "log-format", "data", "scratch", "slots", "advertise", "placement", "keep-jobs",
        "max-upload",
    ]

    static let done = (term: "0", text: "It is done.")
    static let usage = (
        term: "2", text: "An option, an argument or the configuration is wrong; nothing was done."
    )
    static let configuration = (
        term: "~/.config/mapreduce/config",
        text: "Lines NAME=VALUE of such variables, for what the environment does not have. "
            + "MAPREDUCE_CONFIG names another file."
    )
    /// The display of a run.
    static let display = [
        (
            term: "CI, TERM",
            text: "Where CI is set, or TERM is dumb or not set, a run is shown in plain lines."
        ),
        (term: "NO_COLOR", text: "A run is shown without colors."),
    ]
}

extension ManualNotes {
    /// Returns the notes for a job's executable.
    static func job(_ help: CommandHelp) -> ManualNotes {
        // The options that the job requires.
        let required = help.shownArguments.filter { $0.kind == .option && !$0.isOptional }
            .map { " --\($0.preferredName?.name ?? "") \($0.valueName ?? "value")" }
        let name = help.commandName + required.joined()
        return ManualNotes(
            exitCodes: [
                (done.term, "The output is in place."),
                ("1", "The job failed; nothing of its output is there."),
                usage,
                (
                    "128+n",
                    "A signal of number n ended it, 130 for Ctrl-C; nothing half-written is left."
                ),
            ],
            variables: display + [
                ("TMPDIR", "Where intermediate files go if the output is standard output.")
            ],
            files: [
                ("DIRECTORY/part-*", "The output, in as many parts as --reducers says."),
                ("DIRECTORY/_MANIFEST.json", "The parts, with their sizes and checksums."),
                ("DIRECTORY/_SUCCESS", "Empty; the output is complete."),
                ("DIRECTORY/_bad/records.jsonl", "The records that --max-bad-records passed over."),
            ],
            examples: [
                ("Run it, and write a directory", "\(name) logs/*.txt -o results"),
                ("Write to standard output", "\(name) - -o - < log.txt"),
                ("See its stages first", "\(name) --plan logs/*.txt"),
                ("Learn what took how long", "\(name) logs -o results --report run.html"),
                ("Run it on a cluster", "mapreduce submit \(name) logs/*.txt -o results"),
            ],
            references: ["mapreduce", "mapreduce-submit", "mapreduce-verify"]
        )
    }

    /// Returns the notes for `mapreduce` itself.
    static func tool(subcommands: [String]) -> ManualNotes {
        ManualNotes(
            exitCodes: [
                done,
                (
                    "1",
                    "The job failed, or the coordinator refuses or does not answer. The pages of "
                        + "the subcommands say more."
                ),
                usage,
                ("128+n", "A signal of number n ended it, or the job was cancelled (130)."),
            ],
            variables: [
                ("MAPREDUCE_CONFIG", "A file of settings, in place of the usual one."),
                (
                    "MAPREDUCE_COORDINATOR",
                    "Where the coordinator is. The pages of the subcommands name the other "
                        + "variables."
                ),
            ],
            files: [configuration],
            examples: [
                ("Try a cluster on this machine", "mapreduce cluster --workers 2"),
                (
                    "In another terminal, run a job on it",
                    "mapreduce submit ./wordcount logs/*.txt -o counts"
                ),
                ("See what became of it", "mapreduce jobs"),
            ],
            references: subcommands
        )
    }
}
