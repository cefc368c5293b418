/// The sections of a page, in the usual order of manuals.
extension Mdoc {
    mutating func addName(_ name: String, _ help: CommandHelp) {
        markup(".Sh NAME")
        macros([.macro("Nm"), .argument(name)])
        var summary = help.abstract ?? "runs a job"
        if summary.hasSuffix(".") { summary.removeLast() }
        let words = (summary.prefix(1).lowercased() + summary.dropFirst()).split(separator: " ")
        macros([.macro("Nd")] + words.map { .argument(String($0)) })
    }

    mutating func addSynopsis(_ help: CommandHelp) {
        markup(".Sh SYNOPSIS")
        macros([.macro("Nm"), .argument(help.commandLine)])
        let arguments = help.shownArguments
        for argument in arguments where argument.kind != .positional { macros(argument.synopsis) }
        for argument in arguments where argument.kind == .positional { macros(argument.synopsis) }
        if !help.shownSubcommands.isEmpty {
            markup(".Ar subcommand")
            macros([.macro("Op"), .macro("Ar"), .argument("argument"), .argument("...")])
        }
    }

    mutating func addDescription(_ help: CommandHelp) {
        markup(".Sh DESCRIPTION")
        prose(help.abstract ?? "Runs a job.")
        if let discussion = help.discussion {
            markup(".Pp")
            paragraphs(discussion)
        }
        let subcommands = help.shownSubcommands
        if subcommands.isEmpty { return }
        markup(".Pp")
        prose("The subcommands are:")
        markup(".Bl -tag -width Ds")
        for subcommand in subcommands {
            let page = "\(help.commandName)-\(subcommand.commandName)"
            macros([.macro("It"), .macro("Xr"), .argument(page), .argument("1")])
            prose(subcommand.abstract ?? subcommand.commandName)
        }
        markup(".El")
    }

    mutating func addOptions(_ help: CommandHelp) {
        let arguments = help.shownArguments
        if arguments.isEmpty { return }
        markup(".Sh OPTIONS")
        var titles: [String?] = []
        for argument in arguments where !titles.contains(argument.sectionTitle) {
            titles.append(argument.sectionTitle)
        }
        for title in titles {
            if titles.count > 1 { macros([.macro("Ss"), .argument(title ?? "Common options")]) }
            markup(".Bl -tag -width Ds")
            for argument in arguments where argument.sectionTitle == title { add(argument) }
            markup(".El")
        }
    }

    private mutating func add(_ argument: ParameterHelp) {
        macros([.macro("It")] + argument.heading)
        prose(argument.abstract ?? "See the description.")
        if let discussion = argument.discussion { prose(discussion) }
        if let values = argument.allValues { enumerate("One of", values) }
        if let value = argument.defaultValue { enumerate("The default is", [value]) }
    }

    /// Adds a sentence that ends in literal words.
    private mutating func enumerate(_ beginning: String, _ words: [String]) {
        prose(beginning)
        var line: [MdocWord] = [.macro("Cm")]
        for (index, word) in words.enumerated() {
            line += (index > 0 ? [.macro(",")] : []) + [.argument(word)]
        }
        macros(line + [.macro(".")])
    }

    /// Adds a section that is a list; nothing if the list is empty.
    mutating func add(_ title: String, _ items: [(term: String, text: String)]) {
        if items.isEmpty { return }
        markup(".Sh \(title)")
        list(items)
    }

    mutating func addExamples(_ examples: [(purpose: String, command: String)]) {
        if examples.isEmpty { return }
        markup(".Sh EXAMPLES")
        for (index, example) in examples.enumerated() {
            if index > 0 { markup(".Pp") }
            prose(example.purpose + ":")
            display([example.command])
        }
    }

    mutating func addReferences(_ pages: [String]) {
        markup(".Sh SEE ALSO")
        for (index, page) in pages.sorted().enumerated() {
            let isLast = index == pages.count - 1
            let comma: [MdocWord] = isLast ? [] : [.macro(",")]
            macros([.macro("Xr"), .argument(page), .argument("1")] + comma)
        }
    }
}

extension ParameterHelp {
    /// The form for the synopsis: as typed, in brackets if optional.
    fileprivate var synopsis: [MdocWord] {
        var words: [MdocWord] = isOptional || kind == .flag ? [.macro("Op")] : []
        if let preferredName { words += [.macro("Fl"), .argument(preferredName.behindDash)] }
        return words + value
    }

    /// The term in the list of options: all its names.
    fileprivate var heading: [MdocWord] {
        var words: [MdocWord] = []
        for (index, name) in (names ?? []).enumerated() {
            words += (index > 0 ? [.macro(",")] : []) + [.macro("Fl"), .argument(name.behindDash)]
        }
        return words + value
    }

    private var value: [MdocWord] {
        if kind == .flag { return [] }
        let isList = kind == .positional && isRepeating
        return [.macro("Ar"), .argument(valueName ?? "value")] + (isList ? [.argument("...")] : [])
    }
}
