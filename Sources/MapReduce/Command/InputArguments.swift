internal import MapReduceEngine
internal import MapReduceModel

/// The inputs of a command line, by the names under which the job reads them.
struct InputArguments {
    /// In the order of the command line.
    private(set) var groups: [(name: String, paths: [String])] = []

    /// Sorts arguments by their names: `users=path` is `path` under the name `users`, unless there
    /// is a file of that whole name.
    init(_ arguments: [String]) throws {
        for argument in arguments {
            let (name, path) = try Self.split(argument)
            if let index = groups.firstIndex(where: { $0.name == name }) {
                groups[index].paths.append(path)
            } else {
                groups.append((name, [path]))
            }
        }
    }

    private static func split(_ argument: String) throws -> (name: String, path: String) {
        guard let equals = argument.firstIndex(of: "="),
            argument[..<equals].allSatisfy({
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
            }),
            equals > argument.startIndex, try Files.kind(of: argument) == nil
        else { return ("", argument) }
        return (
            String(argument[..<equals]), String(argument[argument.index(after: equals)...])
        )
    }

    /// Checks that the job reads every group, and has all that it reads.
    func check(against plan: Plan) throws {
        if groups.flatMap(\.paths).count(where: { $0 == "-" }) > 1 {
            throw JobError(.usage, "standard input can be read only once; name - once")
        }
        let names = plan.stages.compactMap { stage in
            if case .files(let name, _) = stage.input { name } else { nil }
        }
        for name in names where !groups.contains(where: { $0.name == name }) {
            throw JobError(
                .usage,
                name.isEmpty
                    ? "no input; name files, directories or patterns, or - for standard input"
                    : "no input \(name); add \(name)=path"
            )
        }
        for group in groups where !names.contains(group.name) {
            throw JobError(
                .usage,
                group.name.isEmpty
                    ? "the job reads no input without a name; did you mean name=\(group.paths[0])?"
                    : "the job reads no input named \(group.name)"
            )
        }
    }

    /// Finds the files of a group.
    ///
    /// Standard input and pipes are copied to the scratch directory first.
    func files(of name: String, spool: Spool) throws -> [PlannedFile] {
        guard let group = groups.first(where: { $0.name == name }) else { return [] }
        return try group.paths.flatMap { path in
            if try path == "-" || Files.kind(of: path) == .other { return [try spool.copy(path)] }
            return try InputFiles.find(path)
        }
    }

    /// What can be read only once: standard input and pipes.
    func streams() throws -> [String] {
        try groups.flatMap(\.paths).filter { try $0 == "-" || Files.kind(of: $0) == .other }
    }

    /// Checks that all can be read once more.
    func checkStored() throws {
        guard let stream = try streams().first else { return }
        throw JobError(
            .usage,
            "a task cannot be run again with "
                + (stream == "-" ? "standard input" : "the pipe \(stream)")
                + ", which can be read only once; save it to a file, and run the job with that"
        )
    }

    /// Finds the files of a group, for workers that cannot read what is read only once.
    func storedFiles(of name: String) throws -> [PlannedFile] {
        guard let group = groups.first(where: { $0.name == name }) else { return [] }
        return try group.paths.flatMap { path in
            if try path == "-" || Files.kind(of: path) == .other {
                throw JobError(
                    .usage,
                    "the workers of a cluster cannot read "
                        + (path == "-" ? "standard input" : "the pipe \(path)")
                        + "; save it to a file that they can read"
                )
            }
            return try InputFiles.find(path)
        }
    }

    /// Checks that what is named can be found, and is not what the job will replace, before
    /// anything is written.
    func checkFiles(output: String) throws {
        let target = Files.resolved(output).map { $0 + "/" }
        for path in groups.flatMap(\.paths) where path != "-" {
            if try Files.kind(of: path) == .other { continue }
            for file in try InputFiles.find(path) {
                if let target, Files.resolved(file.path)?.hasPrefix(target) ?? false {
                    throw JobError(
                        .usage,
                        "the input \(file.path) lies in the output \(output); "
                            + "choose another --output"
                    )
                }
            }
        }
    }

    /// The files of all groups, without streams.
    func allFiles() throws -> [String] {
        try groups.flatMap(\.paths).flatMap { path -> [String] in
            if try path == "-" || Files.kind(of: path) == .other { return [] }
            return try InputFiles.find(path).map(\.path)
        }
    }
}
