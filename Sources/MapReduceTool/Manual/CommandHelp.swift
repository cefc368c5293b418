/// An executable's description of its command line, as printed for `--experimental-dump-help`.
///
/// The argument parser defines the document; only the parts that a manual needs are decoded.
struct ToolHelp: Decodable, Sendable {
    /// The executable itself.
    let command: CommandHelp

    /// The argument that requests the description from an executable.
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

    /// The command line as typed.
    var commandLine: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }

    /// The arguments and options that the help shows.
    var shownArguments: [ParameterHelp] { (arguments ?? []).filter(\.shouldDisplay) }

    /// The subcommands that have a page; the pages take the place of `help`.
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

    /// A name with its dashes: `--output`, `-o`.
    struct Name: Decodable, Sendable {
        enum Kind: String, Decodable, Sendable {
            case long
            case short
            case longWithSingleDash
        }

        let kind: Kind
        let name: String

        /// The name after the first dash.
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
