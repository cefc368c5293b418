/// What an executable says of its command line when it is asked with `--experimental-dump-help`.
///
/// Only what a manual needs is read of that document, which is the parser's.
struct ToolHelp: Decodable, Sendable {
    /// The executable itself.
    let command: CommandHelp

    /// The argument that asks an executable for it.
    static let request = "--experimental-dump-help"
}

/// A command or subcommand.
struct CommandHelp: Decodable, Sendable {
    let commandName: String
    let superCommands: [String]?
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let subcommands: [CommandHelp]?
    let arguments: [ParameterHelp]?

    /// As it is typed.
    var commandLine: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }

    /// What the help shows of its arguments and options.
    var shownArguments: [ParameterHelp] { (arguments ?? []).filter(\.shouldDisplay) }

    /// The subcommands that have a page; `help` says what the pages do.
    var shownSubcommands: [CommandHelp] {
        (subcommands ?? []).filter { $0.shouldDisplay ?? true && $0.commandName != "help" }
    }
}

/// An argument, option or flag.
struct ParameterHelp: Decodable, Sendable {
    enum Kind: String, Decodable, Sendable {
        case positional
        case option
        case flag
    }

    /// A name with what stands before it: `--output`, `-o`.
    struct Name: Decodable, Sendable {
        enum Kind: String, Decodable, Sendable {
            case long
            case short
            case longWithSingleDash
        }

        let kind: Kind
        let name: String

        /// Behind the first dash.
        var behindDash: String { kind == .long ? "-\(name)" : name }
    }

    let kind: Kind
    let shouldDisplay: Bool
    let sectionTitle: String?
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let preferredName: Name?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let abstract: String?
    let discussion: String?
}
