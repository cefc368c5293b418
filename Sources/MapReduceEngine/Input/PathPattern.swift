/// A path pattern: a directory to begin in, and what names below it must match, level by level.
///
///     logs/2024-*/**/*.txt     begins in logs; then a name, any directories, a name
struct PathPattern: Hashable, Sendable {
    /// One level below the starting directory, or any number of levels.
    enum Level: Hashable {
        /// A literal name, including `.` and `..`.
        case name(String)
        case pattern(NamePattern)
        /// `**`: this directory and all directories below it.
        case directories
    }

    /// The path before the first wildcard; empty for the current directory.
    private(set) var start = ""
    private(set) var levels: [Level] = []
    /// Whether the pattern ends with a slash and so matches only directories.
    let isOfDirectories: Bool

    /// Returns whether a text contains a wildcard.
    static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    /// Parses a pattern.
    /// - Throws: `EngineError` of kind `badInput` for a pattern that does not mean what it appears
    ///   to.
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

    /// Creates a pattern that matches one directory and nothing else.
    init(directory: String) {
        start = directory
        isOfDirectories = true
    }

    /// Returns the path of a name in a directory; an empty directory is the current one.
    static func join(_ directory: String, _ name: String) -> String {
        directory.isEmpty || directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }

    /// Returns whether a file would be read if it existed: it matches, or is below a directory that
    /// matches.
    ///
    /// `names`: the path components after `start`.
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

    /// Returns whether a name in a directory is read if no pattern names it.
    static func isRead(_ name: String) -> Bool { !name.hasPrefix(".") && !name.hasPrefix("_") }
}
