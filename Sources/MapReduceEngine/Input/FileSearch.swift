internal import MapReduceModel

/// The paths of the files that one command-line argument refers to.
///
/// A file stands for itself, a directory for all files in it and below it, and a pattern for
/// whatever it matches. The same rules apply to all three:
///
/// - Names that begin with `.` or `_` are skipped, unless the argument names them: the output of
///   one job can be the input of another, and scratch directories are never read.
/// - Anything that cannot be read is an error; it is never left out.
/// - Files are sorted by name, level by level, and each path appears once.
package struct FileSearch {
    /// The paths found.
    package private(set) var paths: [String] = []
    /// Directories that contain parts of an output that no job has finished.
    package private(set) var unfinishedOutputs: [String] = []

    /// The lock of a scratch directory or of an output that is being written.
    ///
    /// A directory that contains this lock or the next one belongs to the engine and is never
    /// input.
    package static let runLockName = ".mapreduce-lock"
    /// The lock of a coordinator's data.
    ///
    /// Its name differs because `mapreduce cluster` keeps this data in a scratch directory.
    package static let dataLockName = ".mapreduce-data-lock"

    private static let lockNames = [runLockName, dataLockName]

    /// Finds the files.
    /// - Throws: `EngineError` of kind `badInput` if nothing is found or something cannot be read.
    package init(_ argument: String) throws {
        switch try Files.kind(of: argument) {
        case .file: paths = [argument]
        case .directory:
            let locks = Self.lockNames.map { PathPattern.join(argument, $0) }
            guard !locks.contains(where: Files.isThere) else {
                throw EngineError(
                    .badInput,
                    "\(argument) holds files of this engine's own; name other files to read"
                )
            }
            try walk(argument)
            guard !paths.isEmpty else {
                throw EngineError(
                    .badInput,
                    "the directory \(argument) has no files to read (names that begin with . or _ "
                        + "are skipped)"
                )
            }
        case .other:
            throw EngineError(
                .badInput,
                "\(argument) is neither a file nor a directory; pass - to read a pipe"
            )
        case nil: try expand(argument)
        }
    }

    private mutating func expand(_ argument: String) throws {
        let isBraced = argument.contains("{") && argument.contains("}")
        let hint = isBraced ? " (patterns have no braces; name each file, or use [ab] or *)" : ""
        guard PathPattern.isPattern(argument), !Files.isThere(argument) else {
            throw EngineError(.badInput, "there is no file or directory \(argument)\(hint)")
        }
        let pattern = try PathPattern(argument)
        // Without its backslashes it may be a plain name.
        if try !pattern.levels.isEmpty || Files.kind(of: pattern.start) != nil {
            try expand(pattern.levels[...], pattern, below: pattern.start, above: [])
        }
        guard !paths.isEmpty else {
            throw EngineError(
                .badInput,
                "no file matches \(argument)\(hint); names that begin with . or _ are skipped"
            )
        }
        sortAndLeaveOutDoubles()
    }

    /// Sorts the paths and removes duplicates: a pattern may lead to a file in several ways.
    private mutating func sortAndLeaveOutDoubles() {
        // A slash sorts before everything else: names are compared level by level.
        let keys = paths.map { path in (path.utf8.map { $0 == 0x2F ? 0 : $0 }, path) }
        paths = []
        for (_, path) in keys.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) })
        where paths.last != path {
            paths.append(path)
        }
        unfinishedOutputs = Set(unfinishedOutputs).sorted()
    }

    /// Finds what the rest of a pattern matches below a directory.
    ///
    /// `above`: the directories on the way here that `**` has matched.
    private mutating func expand(
        _ levels: ArraySlice<PathPattern.Level>,
        _ pattern: PathPattern,
        below directory: String,
        above: [[UInt]]
    ) throws {
        guard let level = levels.first else { return try take(directory, pattern) }
        let rest = levels.dropFirst()
        if case .name(let name) = level {
            let path = PathPattern.join(directory, name)
            if rest.isEmpty {
                if try Files.kind(of: path) != nil { try take(path, pattern) }
            } else if try Files.kind(of: path) == .directory {
                try expand(rest, pattern, below: path, above: [])
            }
            return
        }
        let place = directory.isEmpty ? "." : directory
        guard try Files.kind(of: place) == .directory else { return }
        switch level {
        case .name: break
        case .pattern(let names):
            for path in try entries(of: place, as: directory, where: names.matches)
            where try rest.isEmpty || Files.kind(of: path) == .directory {
                try expand(rest, pattern, below: path, above: [])
            }
        case .directories:
            if rest.isEmpty { return try walk(place, as: directory) }
            try expand(rest, pattern, below: directory, above: [])
            let above = try above + [identity(of: place, above)]
            for path in try entries(of: place, as: directory, where: PathPattern.isRead)
            where try Files.kind(of: path) == .directory {
                try expand(levels, pattern, below: path, above: above)
            }
        }
    }

    /// Adds a path that a pattern has matched.
    private mutating func take(_ path: String, _ pattern: PathPattern) throws {
        switch try Files.kind(of: path) {
        case .file: if !pattern.isOfDirectories { paths.append(path) }
        case .directory: try walk(path)
        case .other:
            throw EngineError(.badInput, "\(path) is neither a file nor a directory")
        case nil: throw Self.vanished(path)
        }
    }

    /// Adds all files in a directory and below it.
    ///
    /// `prefix`: what the paths begin with, if not with the directory. `above`: the directories on
    /// the way here, used to detect a link that leads back to one of them.
    private mutating func walk(
        _ directory: String,
        as prefix: String? = nil,
        above: [[UInt]] = []
    ) throws {
        let above = try above + [identity(of: directory, above)]
        let prefix = prefix ?? directory
        for path in try entries(of: directory, as: prefix, where: PathPattern.isRead) {
            switch try Files.kind(of: path) {
            case .file: paths.append(path)
            case .directory: try walk(path, above: above)
            case .other:
                throw EngineError(.badInput, "\(path) is neither a file nor a directory")
            case nil: throw Self.vanished(path)
            }
        }
    }

    private func identity(of directory: String, _ above: [[UInt]]) throws -> [UInt] {
        let identity = try Files.identity(of: directory)
        guard !above.contains(identity) else {
            throw EngineError(.badInput, "the link \(directory) leads back to a directory above it")
        }
        return identity
    }

    private static func vanished(_ path: String) -> EngineError {
        EngineError(
            .badInput,
            "\(path) cannot be found: it is a link to nothing, or was just removed"
        )
    }

    /// Returns the paths in a directory whose names are wanted; none if the engine owns the
    /// directory.
    private mutating func entries(
        of directory: String,
        as prefix: String,
        where isWanted: (String) -> Bool
    ) throws -> [String] {
        let names = try Files.rawNames(in: directory)
        let isOwn = names.contains { name in
            Self.lockNames.contains { $0.utf8.elementsEqual(name) }
        }
        if isOwn { return [] }
        try noteUnfinishedOutput(directory, names)
        return try names.compactMap { name in
            let text = String(decoding: name, as: UTF8.self)
            guard isWanted(text) else { return nil }
            // A repaired name would be that of another file.
            guard text.utf8.elementsEqual(name) else {
                throw Files.notText(name, "a name in the directory \(directory)")
            }
            return PathPattern.join(prefix, text)
        }
    }

    /// Notes a directory that has parts but no success marker.
    ///
    /// Named outputs are subdirectories of the one that has the marker.
    private mutating func noteUnfinishedOutput(_ directory: String, _ names: [[UInt8]]) throws {
        let success = OutputDirectory.successName
        let hasParts = names.contains { name in
            name.starts(with: PartName.prefix.utf8)
                && PartName(String(decoding: name, as: UTF8.self)) != nil
        }
        if hasParts, !names.contains(where: { $0.elementsEqual(success.utf8) }),
            !Files.isThere("\(directory)/../\(success)")
        {
            unfinishedOutputs.append(directory)
        }
    }

    /// Returns whether a later search would read a part of an output that is yet to be written.
    ///
    /// `output`: the output's directory, which need not exist.
    package static func reads(_ argument: String, in output: String) throws -> Bool {
        try reads(argument, later: "\(output)/part-00000.tsv")
    }

    /// Returns whether a later search would read a file that is yet to be written.
    ///
    /// `path`: the file's path; the directories on the way need not exist.
    package static func reads(_ argument: String, later path: String) throws -> Bool {
        let pattern: PathPattern
        switch try Files.kind(of: argument) {
        case .file, .other: return false
        case .directory: pattern = PathPattern(directory: argument)
        case nil: pattern = try PathPattern(argument)
        }
        let start = pattern.start.isEmpty ? "." : pattern.start
        var above = Files.parent(of: path) ?? "."
        var below = [Files.name(of: path)]
        while try Files.resolved(above) == nil {
            let name = Files.name(of: above)
            if !name.isEmpty { below.insert(name, at: 0) }
            guard above != "/", !above.isEmpty else { return false }
            above = Files.parent(of: above) ?? "."
        }
        guard let start = try Files.resolved(start), let above = try Files.resolved(above) else {
            return false
        }
        let names = above.split(separator: "/").map(String.init) + below
        let startNames = start.split(separator: "/").map(String.init)
        return names.starts(with: startNames)
            && pattern.reads(Array(names.dropFirst(startNames.count)))
    }
}
