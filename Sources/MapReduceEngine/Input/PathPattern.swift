/// A pattern of paths: a directory to begin in, and what the names below it match, level by level.
///
///     logs/2024-*/**/*.txt     begins in logs; then a name, any directories, a name
struct PathPattern: Hashable, Sendable {
    /// One level below the first directory, or any number of them.
    enum Level: Hashable {
        /// A name that is taken as it is, `.` and `..` included.
        case name(String)
        case pattern(NamePattern)
        /// `**`: this directory, and all below it.
        case directories
    }

    /// What stands before the first wildcard; empty for the current directory.
    private(set) var start = ""
    private(set) var levels: [Level] = []
    /// Whether it ends in a slash, and so stands for directories alone.
    let isOfDirectories: Bool

    /// Whether a text has a wildcard in it.
    static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    /// Reads a pattern.
    /// - Throws: `EngineError` of kind `badInput` for what would not mean what it looks like.
    init(_ text: String) throws {
        let components = text.split(separator: "/")
        isOfDirectories = text.hasSuffix("/")
        if text.hasPrefix("/") { start = "/" }
        for component in components {
            if component == "**" {
                if levels.last != .directories { levels.append(.directories) }
                continue
            }
            guard !component.contains("**") else {
                throw EngineError(
                    .badInput,
                    "the pattern \(text) has ** within a name; write * for a part of a name, and "
                        + "**/ for directories at all levels"
                )
            }
            let pattern = try NamePattern(component)
            if let name = pattern.literal {
                if levels.isEmpty {
                    start = Self.join(start, name)
                } else {
                    levels.append(.name(name))
                }
            } else {
                levels.append(.pattern(pattern))
            }
        }
    }

    /// A pattern that stands for one directory and nothing else.
    init(directory: String) {
        start = directory
        isOfDirectories = true
    }

    /// The path of a name in a directory, which is empty for the current one.
    static func join(_ directory: String, _ name: String) -> String {
        directory.isEmpty || directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }

    /// Whether a file would be read if it were there: it matches, or lies below a directory that
    /// does.
    ///
    /// `names`: those from `start` on.
    func reads(_ names: [String]) -> Bool { Self.reads(names[...], levels[...]) }

    private static func reads(_ names: ArraySlice<String>, _ levels: ArraySlice<Level>) -> Bool {
        guard let level = levels.first else { return names.allSatisfy(isRead) }
        guard let name = names.first else { return false }
        let below = names.dropFirst()
        switch level {
        case .name(let expected):
            return name == expected && reads(below, levels.dropFirst())
        case .pattern(let pattern):
            return pattern.matches(name) && reads(below, levels.dropFirst())
        case .directories:
            return reads(names, levels.dropFirst()) || isRead(name) && reads(below, levels)
        }
    }

    /// Whether a name in a directory is read where no pattern names it.
    static func isRead(_ name: String) -> Bool { !name.hasPrefix(".") && !name.hasPrefix("_") }
}
