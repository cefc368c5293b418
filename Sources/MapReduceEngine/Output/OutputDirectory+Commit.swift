package import MapReduceModel

extension OutputDirectory {
    /// Returns the final names of parts, relative to the output: the path after the directory of
    /// the attempt that wrote each part, with the parts of each output renumbered in order, because
    /// several stages may write to one output.
    ///
    /// - Throws: `EngineError` for a file that is not in any attempt's directory.
    package func names(of files: [OutputFile]) throws -> [String] {
        var counts: [String?: Int] = [:]
        return try files.map { file in
            let name = try relativeName(of: file)
            guard var part = PartName(name) else { return name }
            part.index = counts[part.output, default: 0]
            counts[part.output] = part.index + 1
            return "\(part)"
        }
    }

    private func relativeName(of file: OutputFile) throws -> String {
        let parts = file.path.dropFirst(temporaryPath.count + 1).split(
            separator: "/",
            maxSplits: 1
        )
        guard file.path.hasPrefix(temporaryPath + "/"), parts.count == 2 else {
            throw EngineError(
                .badInput,
                "\(file.path) was not written by an attempt of the job with the output \(path)"
            )
        }
        return String(parts[1])
    }

    /// Puts the files in place under their final names, then the manifest, then `_SUCCESS`.
    ///
    /// A crash at any point leaves a directory that is either without `_SUCCESS` or complete.
    /// `init(resuming:)` and the same call again finish a commit that has begun; the next run with
    /// the same output undoes it. Whatever is replaced is removed before the first rename.
    ///
    /// `badRecords`: the text of `_bad/records.jsonl`; empty if there is none.
    package func commit(
        files: [OutputFile],
        manifest: String,
        badRecords: String = ""
    ) throws {
        if try !hasEnded(files, manifest) { try put(files, manifest, badRecords) }
        try Files.syncDirectory(path)
        for directory in ownDirectories {
            try Files.syncDirectory(Files.parent(of: directory) ?? ".")
        }
        removeTemporary()
    }

    private func put(_ files: [OutputFile], _ manifest: String, _ badRecords: String) throws {
        var renames = try filesToRename(files)
        if let folder = try write(badRecords: badRecords) {
            renames.append((folder, Self.badRecordsName))
        }
        let names = try self.names(of: files) + renames.map(\.name)
        let there = try OutputNames(in: path)
        let replaced = there.own
        // The list also has what is replaced: half of that is not worth keeping. It also has what
        // an earlier call of this commit had begun to replace, whose folders may remain.
        let hasBegun = try Files.kind(of: commitPath) != nil
        if !hasBegun { try checkIsFree(names, there) }
        let listed = try Set(names + replaced)
            .union(hasBegun ? OutputNames.listed(in: commitPath) : []).sorted()
        try Files.replace(listed.map { $0 + "\n" }.joined(), at: commitPath)
        try Files.syncDirectory(temporaryPath)
        if try Files.kind(of: successPath) != nil {
            try Files.remove(successPath)
            try Files.syncDirectory(path)
        }
        try Files.remove(manifestPath)
        let inPlace = Set(names).subtracting(renames.map(\.name))
        for name in replaced where !inPlace.contains(name) {
            try Files.remove("\(path)/\(name)")
        }
        OutputNames.removeEmptyFolders(of: listed, in: path)
        let folders = Set(names.compactMap(OutputNames.folder)).sorted()
        for folder in folders { try Files.createDirectory("\(path)/\(folder)") }
        for (source, name) in renames { try Files.rename(source, to: "\(path)/\(name)") }
        for folder in folders { try Files.syncDirectory("\(path)/\(folder)") }
        try Files.write(manifest, toNew: manifestPath)
        try Files.syncDirectory(path)
        try Files.write("", toNew: successPath)
    }

    /// Checks that nothing was added while the job ran that would be replaced or mistaken for a
    /// part of its output.
    private func checkIsFree(_ names: [String], _ there: OutputNames) throws {
        let marks = [Self.successName, Self.manifestName]
        let folders = Set(names.compactMap(OutputNames.folder))
        let added = try (there.own + there.foreign).filter { name in
            if folders.contains(name) { return try Files.kind(of: "\(path)/\(name)") != .directory }
            return !known.contains(name) && (OutputNames.isOwn(name) || marks.contains(name))
        }
        guard !added.isEmpty else { return }
        throw EngineError(
            .badInput,
            "\(path) holds \(OutputNames.text(of: added)), put there while the job ran; nothing "
                + "was replaced: move it elsewhere, and run the job again"
        )
    }

    /// Returns whether an earlier call of a resumed commit has put everything in place.
    ///
    /// The manifest distinguishes it from an output that was to be replaced.
    private func hasEnded(_ files: [OutputFile], _ manifest: String) throws -> Bool {
        guard isResumed, try Files.kind(of: successPath) != nil,
            try Files.kind(of: manifestPath) != nil,
            try files.allSatisfy({ try Files.kind(of: $0.path) == nil })
        else { return false }
        return try Files.read(manifestPath) == Array(manifest.utf8)
    }

    /// Returns the files that are not in place yet, with their final names.
    ///
    /// - Throws: if one is missing, before anything is replaced.
    private func filesToRename(_ files: [OutputFile]) throws -> [(from: String, name: String)] {
        // An earlier call of a resumed commit may have renamed some.
        let hasBegun = try isResumed && Files.kind(of: commitPath) != nil
        return try zip(files, try names(of: files)).compactMap { file, name in
            if try Files.kind(of: file.path) != nil { return (file.path, name) }
            if hasBegun, try Files.kind(of: "\(path)/\(name)") != nil { return nil }
            throw EngineError(
                .outOfResources,
                "\(file.path) is gone, which a task has written; run the job again"
            )
        }
    }

    /// - Returns: the folder with the records; nil if there are none.
    private func write(badRecords: String) throws -> String? {
        guard !badRecords.isEmpty else { return nil }
        let folder = "\(temporaryPath)/\(Self.badRecordsName)"
        try Files.remove(folder)
        try Files.createDirectory(folder)
        try Files.write(badRecords, toNew: "\(folder)/\(Self.badRecordsFileName)")
        try Files.syncDirectory(folder)
        return folder
    }
}
