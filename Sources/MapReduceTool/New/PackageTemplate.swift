/// The files that `mapreduce new` writes: a new package with a job, a test and sample data.
///
/// Creating a template touches no files; `NewPackage` writes them.
struct PackageTemplate: Hashable, Sendable {
    /// The name of the package, of its executable, and so of the job's command.
    let name: String
    /// The location of the engine's package.
    let source: EngineSource

    /// - Throws: `TemplateError` when the name is not valid for a package and a module.
    init(name: String, source: EngineSource) throws {
        self.name = try Self.checked(name)
        self.source = source
    }

    /// The type of the job: the name with a capital letter, followed by `Job`, so that it differs
    /// from all types that a job uses.
    var typeName: String { name.prefix(1).uppercased() + name.dropFirst() + "Job" }

    /// All files with their paths within the package, sorted by path.
    var files: [(path: String, text: String)] {
        [
            (".gitignore", gitignore),
            ("Package.swift", manifest),
            ("README.md", readme),
            ("Sources/\(name)/\(typeName).swift", job),
            ("Tests/\(name)Tests/\(typeName)Tests.swift", tests),
            ("sample-data/autumn.txt", "the wind takes a leaf and the wind takes a hat\n"),
            ("sample-data/winter.txt", "snow on the roof and snow on the road\nthe lamp is lit\n"),
        ]
    }

    // MARK: Names

    /// The modules that the package is built with, or that its files import.
    private static let taken: Set<String> = [
        "swift", "foundation", "foundationessentials", "glibc", "testing", "xctest", "mapreduce",
        "mapreducetesting", "argumentparser", "wordcount", "grep", "invertedindex", "topwords",
        "accesslog", "main",
    ]
    private static let keywords: Set<String> = [
        "actor", "any", "as", "associatedtype", "async", "await", "borrowing", "break", "case",
        "catch", "class", "consuming", "continue", "default", "defer", "deinit", "do", "else",
        "enum",
        "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import",
        "in", "init", "inout", "internal", "is", "let", "macro", "nil", "open", "operator",
        "package",
        "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "self",
        "some", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
        "try",
        "typealias", "var", "where", "while",
    ]

    private static func checked(_ name: String) throws -> String {
        let isWord = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isWord, let first = name.first, first.isLetter, name.utf8.count <= 64 else {
            throw TemplateError(
                "\"\(name)\" cannot name a job; use up to 64 ASCII letters, digits and _, and "
                    + "begin with a letter"
            )
        }
        guard !taken.contains(name.lowercased()), !keywords.contains(name.lowercased()) else {
            throw TemplateError(
                "the name \(name) is taken by Swift or by a module; choose another one"
            )
        }
        return name
    }
}

/// The location of the engine's package.
enum EngineSource: Hashable, Sendable {
    /// A directory of this machine, as an absolute path.
    case path(String)
    /// A repository; its branch `main` is used.
    case url(String)

    /// Returns whether a text is the address of a repository rather than a path.
    static func isURL(_ text: String) -> Bool {
        text.contains("://") || text.hasPrefix("git@")
    }

    /// The name that other packages use: the last component of the path or the address.
    var packageName: String {
        let text =
            switch self {
            case .path(let path): path
            case .url(let url): url
            }
        let last = text.split { $0 == "/" || $0 == ":" }.last.map(String.init) ?? text
        return last.hasSuffix(".git") ? String(last.dropLast(4)) : last
    }

    /// The dependency in a manifest: without the cluster, which jobs do not need.
    var dependency: String {
        switch self {
        case .path(let path): ".package(path: \(quoted(path)), traits: [])"
        case .url(let url): ".package(url: \(quoted(url)), branch: \"main\", traits: [])"
        }
    }
}

/// Returns a text as a Swift literal.
func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
        switch scalar {
        case "\"", "\\": "\\\(scalar)"
        case _ where scalar.value < 0x20: "\\u{\(String(scalar.value, radix: 16))}"
        default: "\(scalar)"
        }
    }
    return "\"" + escaped.joined() + "\""
}

/// An error in the request for a new package.
struct TemplateError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
