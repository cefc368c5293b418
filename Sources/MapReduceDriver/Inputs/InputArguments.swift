package import MapReduceEngine
package import MapReduceModel

/// The inputs of a command line, grouped by the names under which the job reads them.
package struct InputArguments {
    /// The groups, in command-line order.
    package private(set) var groups: [(name: String, paths: [String])] = []
    /// The inputs that the job reads; an input's name may be empty.
    private let read: [(name: String, format: InputFormat)]
    /// Whether files are read as they are, regardless of their format.
    private let insists: Bool

    /// Groups arguments by name: `users=path` is `path` under the name `users`, unless a file with
    /// that whole name exists, or the job reads no such input and the argument is a pattern, such
    /// as `year=2024/*.txt`.
    ///
    /// `insists`: whether to read files as they are, regardless of their format.
    package init(
        _ arguments: [String],
        read: [(name: String, format: InputFormat)],
        insists: Bool = false
    ) {
        self.read = read
        self.insists = insists
        for argument in arguments {
            let (name, path) = Self.split(argument, read.map(\.name))
            if let index = groups.firstIndex(where: { $0.name == name }) {
                groups[index].paths.append(path)
            } else {
                groups.append((name, [path]))
            }
        }
    }

    /// Groups the inputs of a request for a job.
    package init(_ request: RunRequest, of plan: Plan) {
        let read: [(name: String, format: InputFormat)] = plan.stages.compactMap { stage in
            if case .files(let name, let format) = stage.input { (name, format) } else { nil }
        }
        self.init(request.inputs, read: read, insists: request.readsAnyFile)
    }

    private var names: [String] { read.map(\.name) }

    private static func split(
        _ argument: String,
        _ names: [String]
    ) -> (name: String, path: String) {
        guard let equals = argument.firstIndex(of: "="),
            argument[..<equals].allSatisfy({
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
            }),
            equals > argument.startIndex, !Files.isThere(argument)
        else { return ("", argument) }
        let name = String(argument[..<equals])
        let isPattern = argument.contains { "*?[".contains($0) }
        if !names.contains(name), names.contains(""), isPattern { return ("", argument) }
        return (name, String(argument[argument.index(after: equals)...]))
    }

    /// Checks that the job reads every group, that no input of the job is missing, and that no
    /// stream is named twice.
    package func check() throws {
        for group in groups where !names.contains(group.name) {
            throw RunError(.usage, unknown(group.name, group.paths[0]))
        }
        for name in names where !groups.contains(where: { $0.name == name }) {
            throw RunError(
                .usage,
                name.isEmpty
                    ? "no input; name files, directories or patterns, or - for standard input"
                    : "no input \(name); add \(name)=path"
            )
        }
        try InputStream.checkAreNamedOnce(try streams())
    }

    /// Returns the message that the job does not read an input.
    private func unknown(_ name: String, _ path: String) -> String {
        let others = Set(names).subtracting([""]).sorted()
        if name.isEmpty {
            return "the job reads no input without a name; did you mean "
                + others.map { "\($0)=\(path)" }.joined(separator: " or ") + "?"
        }
        let problem = "the job reads no input named \(name)"
        if others.isEmpty {
            return "\(problem); write \(path) for an input without a name, or "
                + "./\(name)=\(path) for a file of that whole name"
        }
        return "\(problem), but \(others.joined(separator: " and ")); write "
            + others.map { "\($0)=\(path)" }.joined(separator: " or ")
    }

    /// Returns the inputs that can be read only once.
    func streams() throws -> [InputStream] {
        try groups.flatMap(\.paths).compactMap { try InputStream($0) }
    }

    /// Finds the files of a group.
    ///
    /// Streams, and files whose reported size is unreliable, are first copied to the scratch
    /// directory.
    func files(of name: String, spool: Spool) throws -> [PlannedFile] {
        try find(name, stream: spool.copy, copy: spool.copy)
    }

    /// Checks that all inputs can be read again.
    func checkStored() throws {
        guard let stream = try streams().first else { return }
        throw RunError(
            .usage,
            "a task cannot be run again with \(stream.name), which can be read only once; save it "
                + "to a file, and run the job with that"
        )
    }

    /// Finds the files of a group, for workers, which cannot read inputs that are readable only
    /// once.
    package func storedFiles(of name: String) throws -> [PlannedFile] {
        try find(
            name,
            stream: { stream in
                throw RunError(
                    .usage,
                    "the workers of a cluster cannot read \(stream.name), which can be read only "
                        + "once; save it to a file that they can read"
                )
            },
            copy: { path in
                throw RunError(
                    .usage,
                    "the size of \(path) is not that of what it holds, so the workers of a cluster "
                        + "cannot divide it; copy it to a file that they can read"
                )
            }
        )
    }

    /// Finds the files of a group.
    private func find(
        _ name: String,
        stream: (InputStream) throws -> PlannedFile?,
        copy: (String) throws -> PlannedFile?
    ) throws -> [PlannedFile] {
        let paths = groups.first { $0.name == name }?.paths ?? []
        let files = try paths.flatMap { path in
            if let found = try InputStream(path) { return try [stream(found)].compactMap { $0 } }
            return try InputFiles.find(path, copy: copy)
        }
        for file in files { try checkLines(of: file, in: name) }
        return files
    }

    /// Checks that a file has lines if the job reads its lines.
    private func checkLines(of file: PlannedFile, in name: String) throws {
        let isOfLines = read.contains { input in
            input.name == name && (input.format == .lines || input.format == .jsonLines)
        }
        guard isOfLines, !insists, try LoneReturns.endLines(of: file) else { return }
        throw RunError(
            .usage,
            "the lines of \(file.path) end in CR alone, and lines are read to an LF: convert it "
                + "(tr '\\r' '\\n' < FILE > OTHER), or add --input-format text to read it as it is"
        )
    }

    /// Checks, before anything is written, that the inputs can be found and read, and that the job
    /// will not replace them.
    ///
    /// `reports`: the files that the run writes about itself.
    /// - Returns: Warnings, one sentence each.
    func checkFiles(output: String, reports: [ReportFile]) throws -> [String] {
        let target = try Files.resolved(output).map { $0 + "/" }
        var warnings: [String] = []
        let arguments = groups.flatMap { group in group.paths.map { (group.name, $0) } }
        for (name, argument) in arguments where try InputStream(argument) == nil {
            let search = try FileSearch(argument)
            for path in search.paths {
                if let file = try InputFiles.plan(path) { try checkLines(of: file, in: name) }
                if let target, try Files.resolved(path)?.hasPrefix(target) ?? false {
                    throw RunError(
                        .usage,
                        "the input \(path) lies in the output \(output); "
                            + "choose another --output"
                    )
                }
                try InputStream.checkIsStored(path, in: argument)
            }
            warnings += search.unfinishedOutputs.map { directory in
                "\(directory) has parts of an output and no _SUCCESS: the job that writes it has "
                    + "not ended, or it was copied in part"
            }
            if output != "-", try FileSearch.reads(argument, in: output) {
                warnings.append(
                    "the output \(output) lies where the input \(argument) is read: a later run "
                        + "will read it as input; choose another --output"
                )
            }
            for report in reports where try FileSearch.reads(argument, later: report.path) {
                warnings.append(
                    "--\(report.option) \(report.path) lies where the input \(argument) is read: a "
                        + "later run will read it as input; choose a file elsewhere"
                )
            }
        }
        return warnings
    }

    /// Does the same for a run that writes no reports.
    package func checkFiles(output: String) throws -> [String] {
        try checkFiles(output: output, reports: [])
    }

    /// Returns the files of all groups, without streams.
    func allFiles() throws -> [String] {
        try groups.flatMap(\.paths).flatMap { path -> [String] in
            if try InputStream(path) != nil { return [] }
            return try FileSearch(path).paths
        }
    }
}
