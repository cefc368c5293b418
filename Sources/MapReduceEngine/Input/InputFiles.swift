package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// A file that a job reads, as it was found when the job was planned.
package struct PlannedFile: Hashable, Sendable {
    package var path: String
    package var compression: Compression
    package var signature: FileSignature

    package init(path: String, compression: Compression, signature: FileSignature) {
        self.path = path
        self.compression = compression
        self.signature = signature
    }

    /// The whole file as one piece.
    package var wholePiece: FilePiece {
        FilePiece(
            path: path,
            offset: 0,
            byteCount: signature.byteCount,
            compression: compression,
            signature: signature
        )
    }

    /// The file that a whole piece is.
    package init(_ piece: FilePiece) {
        self.init(path: piece.path, compression: piece.compression, signature: piece.signature)
    }
}

/// Finds the files that a path of the command line means.
package enum InputFiles {
    /// A file stands for itself, a directory for all files in it and below, a pattern for what it
    /// matches.
    ///
    /// Names in directories that begin with `.` or `_` are passed over, so that the output of one
    /// job can be the input of another.
    /// - Throws: `EngineError` of kind `badInput` when nothing is found or a file cannot be read.
    package static func find(_ path: String) throws -> [PlannedFile] {
        try find(path, expanding: true)
    }

    private static func find(_ path: String, expanding: Bool) throws -> [PlannedFile] {
        switch try Files.kind(of: path) {
        case .file: return [try inspect(path)]
        case .directory:
            let files = try walk(path)
            guard !files.isEmpty else {
                throw EngineError(
                    .badInput,
                    "the directory \(path) has no files to read (names that begin with . or _ are "
                        + "passed over)"
                )
            }
            return files
        case .other:
            throw EngineError(
                .badInput,
                "\(path) is neither a file nor a directory; pass - to read a pipe"
            )
        case nil:
            guard expanding, path.contains(where: { "*?[".contains($0) }) else {
                throw EngineError(.badInput, "there is no file or directory \(path)")
            }
            let matches = try expand(path)
            guard !matches.isEmpty else {
                throw EngineError(.badInput, "no file matches \(path)")
            }
            return try matches.flatMap { try find($0, expanding: false) }
        }
    }

    /// All files in a directory and below it.
    ///
    /// What cannot be read is an error, never left out. `above` are the directories on the way
    /// here, so that a link which leads back to one of them is noticed.
    private static func walk(_ directory: String, above: [[UInt]] = []) throws -> [PlannedFile] {
        let identity = try Files.identity(of: directory)
        guard !above.contains(identity) else {
            throw EngineError(.badInput, "the link \(directory) leads back to a directory above it")
        }
        var files: [PlannedFile] = []
        for name in try Files.names(in: directory)
        where !name.hasPrefix(".") && !name.hasPrefix("_") {
            let path = directory.hasSuffix("/") ? directory + name : directory + "/" + name
            switch try Files.kind(of: path) {
            case .file: files.append(try inspect(path))
            case .directory: files += try walk(path, above: above + [identity])
            case .other:
                throw EngineError(.badInput, "\(path) is neither a file nor a directory")
            case nil:
                throw EngineError(
                    .badInput,
                    "\(path) cannot be found: it is a link to nothing, was just removed, or has a "
                        + "name that is not valid UTF-8"
                )
            }
        }
        return files
    }

    private static func expand(_ pattern: String) throws -> [String] {
        var matches = glob_t()
        defer { globfree(&matches) }
        let code = glob(pattern, 0, nil, &matches)
        if code == GLOB_NOMATCH { return [] }
        guard code == 0 else {
            throw EngineError(.badInput, "the pattern \(pattern) cannot be expanded (code \(code))")
        }
        return (0..<Int(matches.gl_pathc)).compactMap { index in
            matches.gl_pathv[index].map { String(cString: $0) }
        }
    }

    /// Reads a file's size, time and first bytes; of a large gzip file as many as it takes to see
    /// whether it can be cut.
    package static func inspect(_ path: String) throws -> PlannedFile {
        let file = try OpenFile(reading: path)
        let signature = try file.signature()
        let head = try withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { head in
            Array(head.prefix(try file.read(into: head, at: 0)))
        }
        var compression = Compression.none
        if head.starts(with: GzipSource.magic) {
            let isCut = try GzipMembers.areWorthCutting(file, size: signature.byteCount)
            compression = isCut ? .gzipMembers : .gzip
        } else if try Zstandard.begins(file, head: head) {
            compression = .zstd
        }
        return PlannedFile(path: path, compression: compression, signature: signature)
    }
}
