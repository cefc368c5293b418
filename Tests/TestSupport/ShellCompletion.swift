import Foundation

/// The completion of an executable's command line in shells, as a person gets it.
package struct ShellCompletion {
    package static let shells = ["bash", "zsh", "fish"]

    private let name: String
    private let directory: TemporaryDirectory

    /// Asks the executable for its scripts.
    package init(_ name: String) throws {
        self.name = name
        directory = try TemporaryDirectory()
        for shell in Self.shells {
            let script = try Command.run(name, ["--generate-completion-script", shell])
            try directory.write(shell, script.output)
        }
    }

    /// Whether this machine has a shell; bash it has.
    package static func has(_ shell: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell)")
    }

    /// What a shell says of the script when it only reads it.
    package func check(_ shell: String) throws -> CommandResult {
        try Command.run("/usr/bin/\(shell)", ["-n", directory(shell)])
    }

    /// The candidates for the last of the words in bash, in the order in which they come.
    package func bash(
        _ words: [String],
        environment: [String: String] = [:],
        currentDirectory: String? = nil
    ) throws -> [String] {
        let script = """
            source '\(directory("bash"))'
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
            shift $(($# - 2))
            _\(name) '\(name)' "$2" "$1"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let result = try Command.run(
            "/usr/bin/bash",
            ["--norc", "-c", script, "bash", name] + words,
            environment: environment.merging(["PATH": path]) { $1 },
            currentDirectory: currentDirectory
        )
        guard result.code == 0, result.errors.isEmpty else { return ["error: \(result.errors)"] }
        return result.output.split(separator: "\n").map(String.init)
    }

    /// The candidates that fish has for a line, without what it says of them.
    package func fish(_ line: String, currentDirectory: String) throws -> [String] {
        let result = try Command.run(
            "/usr/bin/fish",
            ["--no-config", "-c", "source '\(directory("fish"))'; complete -C '\(name) \(line)'"],
            environment: ["PATH": path, "HOME": directory.path],
            currentDirectory: currentDirectory
        )
        guard result.code == 0, result.errors.isEmpty else { return ["error: \(result.errors)"] }
        return result.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    }

    /// Whether zsh, on a terminal, makes one line of another one when Tab is pressed behind it.
    package func zsh(_ line: String, becomes completed: String) throws -> Bool {
        let terminal = try PseudoTerminal(
            "/usr/bin/zsh",
            ["-f"],
            environment: ["PATH": path, "HOME": directory.path, "TERM": "dumb"]
        )
        terminal.type(
            "cd '\(directory.path)'; autoload -U compinit; compinit -D -u; "
                + "source ./zsh; PS1='re''ady> '\n"
        )
        guard terminal.waits(until: { $0.text.contains("ready> ") }) else { return false }
        terminal.type("\(name) \(line)\t")
        return terminal.waits { $0.text.contains("\(name) \(completed)") }
    }

    /// Puts a file where zsh looks for one.
    package func addFile(_ name: String) throws { try directory.write(name, "") }

    private var path: String {
        Command.products + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin")
    }
}
