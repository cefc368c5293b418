/// What an executable says of its command line when it is asked with `--experimental-dump-help`.
///
/// Only what a manual needs is read of that document, which is the parser's.
package struct ToolHelp: Decodable, Sendable {
    /// The executable itself.
    package let command: CommandHelp

    /// The argument that asks an executable for it.
    package static let request = "--experimental-dump-help"
}

/// A command or subcommand.
package struct CommandHelp: Decodable, Sendable {
    package let commandName: String
    package let superCommands: [String]?
    package let abstract: String?
    package let discussion: String?
    package let shouldDisplay: Bool?
    package let subcommands: [CommandHelp]?
    package let arguments: [ArgumentHelp]?

    /// As it is typed.
    var commandLine: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }

    /// What the help shows of its arguments and options.
    package var shownArguments: [ArgumentHelp] { (arguments ?? []).filter(\.shouldDisplay) }

    /// The subcommands that have a page; `help` says what the pages do.
    package var shownSubcommands: [CommandHelp] {
        (subcommands ?? []).filter { $0.shouldDisplay ?? true && $0.commandName != "help" }
    }
}

/// An argument, option or flag.
package struct ArgumentHelp: Decodable, Sendable {
    package enum Kind: String, Decodable, Sendable {
        case positional
        case option
        case flag
    }

    /// A name with what stands before it: `--output`, `-o`.
    package struct Name: Decodable, Sendable {
        package enum Kind: String, Decodable, Sendable {
            case long
            case short
            case longWithSingleDash
        }

        package let kind: Kind
        package let name: String

        /// Behind the first dash.
        var behindDash: String { kind == .long ? "-\(name)" : name }
    }

    package let kind: Kind
    package let shouldDisplay: Bool
    package let sectionTitle: String?
    package let isOptional: Bool
    package let isRepeating: Bool
    package let names: [Name]?
    package let preferredName: Name?
    package let valueName: String?
    package let defaultValue: String?
    package let allValues: [String]?
    package let abstract: String?
    package let discussion: String?
}
