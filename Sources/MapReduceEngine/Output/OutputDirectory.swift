package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// The directory of a job's output, in which everything appears at once or not at all.
///
///     out/_temporary/.mapreduce-lock   locked while a run lives: if it is free, all is left over;
///                              in it is whose it is, where the run may be resumed
///     out/_temporary/commit    the names that are put in place or replaced, while that is done
///     out/_temporary/…         attempts
///     out/part-00000.tsv …     the output
///     out/errors/part-00000.tsv …  one that has a name of its own
///     out/_MANIFEST.json       names, sizes, checksums, counters
///     out/_bad/records.jsonl   records that were passed over, if there are any
///     out/_SUCCESS             comes last: only with it is the output complete
package final class OutputDirectory {
    package let path: String
    /// Nil for a finished output, on which nothing is left to do.
    private let lock: Int32?
    /// Whether a commit may have begun before.
    private let isResumed: Bool
    /// The directories that the run made, those above first.
    private let ownDirectories: [String]

    package static let manifestName = "_MANIFEST.json"
    package static let successName = "_SUCCESS"
    package static let temporaryName = "_temporary"
    static let badRecordsName = "_bad"
    private static let lockName = FileSearch.runLockName
    private static let commitName = "commit"

    /// Claims a directory for a run: removes what a killed one left behind, and locks it.
    ///
    /// `overwrite`: replace a finished output, at the moment of the commit.
    ///
    /// `owner`: the name of a run that may be resumed, which nothing else has; empty for one that
    /// is not.
    /// - Throws: `EngineError` when there is an output already, when something else is there, when
    ///   another run is writing to it, or when it cannot be written to.
    package init(path: String, overwrite: Bool, owner: String = "") throws {
        self.path = path
        try Self.checkIsDirectory(path)
        let temporary = path + "/" + Self.temporaryName
        // All of it is looked at before anything is written or removed.
        let isLeftover = try Self.hasLeftovers(path)
        if isLeftover { try Self.checkOwnsAll(path) }
        var names = isLeftover ? [] : try Self.namesToReplace(path, overwrite: overwrite)
        let created = try Files.createDirectory(temporary)
        let lock = try Self.takeLock(path)
        do {
            // From now on nothing here is that of whoever was here before.
            try Self.write(owner, to: lock, path)
            if isLeftover {
                try Self.removeLeftovers(path)
                names = try Self.namesToReplace(path, overwrite: overwrite)
            }
        } catch {
            try Self.remove(temporary: temporary)
            close(lock)
            throw error
        }
        self.lock = lock
        isResumed = false
        // A directory that held nothing but leftovers is this run's own.
        ownDirectories = isLeftover && names.isEmpty ? [path] : created
    }

    /// Claims a directory again for a run whose coordinator was started anew: what attempts wrote
    /// stays, and a commit that had begun can be ended by `commit`.
    ///
    /// A finished output beside which nothing is left over is not touched.
    ///
    /// `owner`: the name of the run.
    ///
    /// `isCommitting`: whether its commit may have begun, or it has ended.
    /// - Throws: `EngineError` when what is there is of another run, or of a later time than the
    ///   run is known to have come to: its coordinator has gone back to an older copy of its data.
    package init(resuming path: String, owner: String, isCommitting: Bool) throws {
        self.path = path
        try Self.checkIsDirectory(path)
        isResumed = true
        let temporary = "\(path)/\(Self.temporaryName)"
        let isComplete = try Files.kind(of: "\(path)/\(Self.successName)") != nil
        // Without an output there is nothing but what the run wrote.
        ownDirectories = isComplete ? [] : [path]
        guard try Files.kind(of: "\(temporary)/\(Self.lockName)") != nil else {
            guard isCommitting else {
                throw EngineError(
                    .badInput,
                    "\(temporary), to which the job was writing, is gone; run the job again"
                )
            }
            lock = nil
            return
        }
        let lock = try Self.takeLock(path)
        do {
            try Self.checkOwner(owner, of: lock, path, isCommitting: isCommitting)
        } catch {
            close(lock)
            throw error
        }
        self.lock = lock
    }

    /// Writes into a lock whose directory it is.
    private static func write(_ owner: String, to lock: Int32, _ path: String) throws {
        let bytes = Array(owner.utf8)
        let count = bytes.withUnsafeBytes { pwrite(lock, $0.baseAddress, $0.count, 0) }
        guard ftruncate(lock, off_t(bytes.count)) == 0, count == bytes.count,
            owner.isEmpty || fsync(lock) == 0
        else {
            throw EngineError.system(
                "write",
                "\(path)/\(temporaryName)/\(lockName)",
                errno: errno,
                kind: .outOfResources
            )
        }
        if !owner.isEmpty { try Files.syncDirectory("\(path)/\(temporaryName)") }
    }

    private static func checkOwner(
        _ owner: String,
        of lock: Int32,
        _ path: String,
        isCommitting: Bool
    ) throws {
        var bytes = [UInt8](repeating: 0, count: owner.utf8.count + 1)
        let count = bytes.withUnsafeMutableBytes { pread(lock, $0.baseAddress, $0.count, 0) }
        let temporary = "\(path)/\(temporaryName)"
        guard Array(bytes.prefix(max(count, 0))) == Array(owner.utf8) else {
            throw EngineError(
                .badInput,
                "\(temporary) is that of another run, and is left alone; run the job again when "
                    + "that one has ended, or with another --output"
            )
        }
        if !isCommitting, try Files.kind(of: "\(temporary)/\(commitName)") != nil {
            throw EngineError(
                .badInput,
                "the output in \(path) is half in place, which the coordinator does not know of; "
                    + "run the job again"
            )
        }
    }

    deinit { if let lock { close(lock) } }

    /// Where attempts write: a directory on the disk of the output.
    package var temporaryPath: String { path + "/" + Self.temporaryName }

    private static func checkIsDirectory(_ path: String) throws {
        switch try Files.kind(of: path) {
        case nil, .directory: return
        case .file, .other:
            throw EngineError(
                .badInput,
                "the output \(path) is a file; choose a directory for --output"
            )
        }
    }

    /// Whether a run that was killed left its temporary directory; one that is not a run's is an
    /// error.
    private static func hasLeftovers(_ path: String) throws -> Bool {
        let temporary = "\(path)/\(temporaryName)"
        switch try Files.kind(of: temporary, followingLinks: false) {
        case nil: return false
        case .directory:
            let names = try Files.names(in: temporary)
            if names.isEmpty || names.contains(lockName) { return true }
        case .file, .other: break
        }
        throw EngineError(
            .badInput,
            "\(temporary) is not what a job of this engine left; remove it, or choose another "
                + "--output"
        )
    }

    /// Checks that there is nothing in the directory that no job wrote.
    private static func checkOwnsAll(_ path: String) throws {
        let own = [temporaryName, manifestName, successName]
        guard let foreign = try OutputNames(in: path).foreign.first(where: { !own.contains($0) })
        else { return }
        throw EngineError(
            .badInput,
            "\(path) holds \(foreign), which no job wrote; choose another --output"
        )
    }

    /// The names in an output, and in the folders of outputs that have names of their own.
    package static func names(in path: String) throws -> [String] {
        let names = try OutputNames(in: path)
        return names.own + names.foreign
    }

    private static func takeLock(_ path: String) throws -> Int32 {
        let lockPath = "\(path)/\(temporaryName)/\(lockName)"
        let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard lock >= 0 else {
            throw EngineError.system("create", lockPath, errno: errno, kind: .outOfResources)
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw EngineError(
                .badInput,
                "another run is writing to \(path); wait for it, or choose another --output"
            )
        }
        return lock
    }

    /// Removes what a killed run left, its lock aside, and takes back a commit that it began.
    private static func removeLeftovers(_ path: String) throws {
        let temporary = "\(path)/\(temporaryName)"
        let commit = "\(temporary)/\(commitName)"
        if try Files.kind(of: "\(path)/\(successName)") == nil, try Files.kind(of: commit) != nil {
            let own = try OutputNames.listed(in: commit)
            for name in own { try Files.remove("\(path)/\(name)") }
            OutputNames.removeEmptyFolders(of: own, in: path)
            try Files.remove("\(path)/\(manifestName)")
        }
        for name in try Files.names(in: temporary) where name != lockName {
            try Files.remove("\(temporary)/\(name)")
        }
    }

    private static func namesToReplace(_ path: String, overwrite: Bool) throws -> [String] {
        guard try Files.kind(of: path) != nil else { return [] }
        let names = try Files.names(in: path).filter { $0 != temporaryName }
        let isClaimed = try Files.kind(of: "\(path)/\(temporaryName)") != nil
        if names.isEmpty, isClaimed { return [] }
        guard overwrite else {
            throw EngineError(
                .badInput,
                "the output \(path) exists; remove it, choose another --output, or add --overwrite"
            )
        }
        try checkOwnsAll(path)
        return names
    }

    /// The names that parts get, relative to the output: what follows the directories of the
    /// attempts that wrote them, with the parts of each output numbered in their order, as several
    /// stages may write it.
    ///
    /// - Throws: `EngineError` for a file that is in no attempt's directory.
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

    /// Puts the files in place under their own names, then the manifest, then `_SUCCESS`.
    ///
    /// A crash at any point leaves a directory without `_SUCCESS`, or with all that belongs to it.
    /// `init(resuming:)` and the same call again end what was begun; the next run with the same
    /// output takes it back. What is replaced is gone before the first rename.
    ///
    /// `badRecords`: the text of `_bad/records.jsonl`; empty for none.
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
        let replaced = try OutputNames(in: path).own
        // What is replaced is on the list too: half of it is nothing to keep. So is what an earlier
        // call of this commit had begun to replace, whose folders may be left.
        let hasBegun = try Files.kind(of: commitPath) != nil
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

    private var successPath: String { "\(path)/\(Self.successName)" }
    private var manifestPath: String { "\(path)/\(Self.manifestName)" }
    private var commitPath: String { "\(temporaryPath)/\(Self.commitName)" }

    /// Whether an earlier call of a commit that is being ended has put everything in place.
    ///
    /// The manifest tells it from an output that was to be replaced.
    private func hasEnded(_ files: [OutputFile], _ manifest: String) throws -> Bool {
        guard isResumed, try Files.kind(of: successPath) != nil,
            try Files.kind(of: manifestPath) != nil,
            try files.allSatisfy({ try Files.kind(of: $0.path) == nil })
        else { return false }
        return try Files.read(manifestPath) == Array(manifest.utf8)
    }

    /// The files that are not in place yet, with the names that they get.
    ///
    /// - Throws: when one is gone, before anything is replaced.
    private func filesToRename(_ files: [OutputFile]) throws -> [(from: String, name: String)] {
        // An earlier call of a commit that is being ended may have renamed some.
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

    /// - Returns: the folder with the records; nil when there are none.
    private func write(badRecords: String) throws -> String? {
        guard !badRecords.isEmpty else { return nil }
        let folder = "\(temporaryPath)/\(Self.badRecordsName)"
        try Files.remove(folder)
        try Files.createDirectory(folder)
        try Files.write(badRecords, toNew: folder + "/records.jsonl")
        try Files.syncDirectory(folder)
        return folder
    }

    private func removeTemporary() {
        do {
            try Self.remove(temporary: temporaryPath)
        } catch {
            // The output is complete all the same; the next run removes what is left.
        }
    }

    /// Removes a run's temporary directory: the lock comes last, which tells whose it is.
    private static func remove(temporary: String) throws {
        guard try Files.kind(of: temporary, followingLinks: false) == .directory else { return }
        for name in try Files.names(in: temporary) where name != lockName {
            try Files.remove("\(temporary)/\(name)")
        }
        try Files.remove(temporary)
    }

    /// Removes what the run wrote, after a failure.
    ///
    /// A finished output that was to be replaced stays, unless its commit had begun.
    package func discard() throws {
        let isCommitting = try Files.kind(of: commitPath) != nil
        if isCommitting { try Self.removeLeftovers(path) }
        try Self.remove(temporary: temporaryPath)
        for directory in ownDirectories.reversed() { Files.removeIfEmpty(directory) }
    }
}
