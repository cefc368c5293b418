internal import MapReduceModel

/// The paths of the files that one argument of a command line means.
///
/// A file stands for itself, a directory for all files in it and below, a pattern for what it
/// matches. There is one set of rules for all:
///
/// - Names that begin with `.` or `_` are skipped, unless the argument names them: the output of
///   one job can be the input of another, and scratch directories are never read.
/// - What cannot be read is an error, never left out.
/// - Files come in the order of their names, level by level, and each path once.
package struct FileSearch {
    /// The paths that were found.
    package private(set) var paths: [String] = []
    /// Directories with parts of an output that no job has finished.
    package private(set) var unfinishedOutputs: [String] = []

    /// The lock of a scratch directory or of an output that is being written.
    ///
    /// A directory that holds it, or the next one, is this engine's own and never input.
    package static let runLockName = ".mapreduce-lock"
    /// The lock of a coordinator's data.
    ///
    /// It has another name, as `mapreduce cluster` keeps these in a scratch directory.
    package static let dataLockName = ".mapreduce-data-lock"

    private static let lockNames = [runLockName, dataLockName]

    /// Finds the files.
    /// - Throws: `EngineError` of kind `badInput` when nothing is found, or something cannot be
    ///   read.
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
        // Without its backslashes it may be a name.
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

    /// A pattern may lead to a file in several ways.
    private mutating func sortAndLeaveOutDoubles() {
        // A slash before all else: names are compared level by level.
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
    /// `above`: the directories on the way here that `**` has gone through.
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

    /// Takes what a pattern has matched.
    private mutating func take(_ path: String, _ pattern: PathPattern) throws {
        switch try Files.kind(of: path) {
        case .file: if !pattern.isOfDirectories { paths.append(path) }
        case .directory: try walk(path)
        case .other:
            throw EngineError(.badInput, "\(path) is neither a file nor a directory")
        case nil: throw Self.vanished(path)
        }
    }

    /// Takes all files in a directory and below it.
    ///
    /// `prefix`: what paths begin with, if not with the directory. `above`: the directories on the
    /// way here, so that a link which leads back to one of them is noticed.
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

    /// The paths in a directory whose names are wanted; none in one of this engine's own.
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
            // Repaired, it would be the name of another file.
            guard text.utf8.elementsEqual(name) else {
                throw Files.notText(name, "a name in the directory \(directory)")
            }
            return PathPattern.join(prefix, text)
        }
    }

    /// Outputs with names are folders of the one that has the mark of success.
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

    /// Whether a part of an output that is to be written would be read by a later search.
    ///
    /// `output`: its directory, which need not exist.
    package static func reads(_ argument: String, in output: String) throws -> Bool {
        try reads(argument, later: "\(output)/part-00000.tsv")
    }

    /// Whether a file that is to be written would be read by a later search.
    ///
    /// `path`: the directories on the way to it need not exist.
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
