internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// The directory of a job's output, in which everything appears at once or not at all.
///
///     out/_temporary/.mapreduce-lock   locked while a run lives; if it is free, all is left over;
///                              contains the name of its run, if the run may be resumed
///     out/_temporary/commit    the names being put in place or replaced, during a commit
///     out/_temporary/…         attempts
///     out/part-00000.tsv …     the output
///     out/errors/part-00000.tsv …  a named output
///     out/_MANIFEST.json       names, sizes, checksums, counters
///     out/_bad/records.jsonl   skipped records, if there are any
///     out/_SUCCESS             comes last: the output is complete only with it
package final class OutputDirectory {
    package let path: String
    /// Nil for a finished output that needs nothing more.
    private let lock: Int32?
    /// Whether a commit may have begun earlier.
    let isResumed: Bool
    /// The directories that the run created, parents first.
    let ownDirectories: [String]
    /// What jobs had written there when the directory was claimed; nothing else is replaced.
    let known: Set<String>

    package static let manifestName = "_MANIFEST.json"
    package static let successName = "_SUCCESS"
    package static let temporaryName = "_temporary"
    static let badRecordsName = "_bad"
    static let badRecordsFileName = "records.jsonl"
    private static let lockName = FileSearch.runLockName
    static let commitName = "commit"

    /// Claims a directory for a run: removes what a killed run left behind, and locks it.
    ///
    /// `overwrite`: replace a finished output at the moment of the commit.
    ///
    /// `owner`: the unique name of a run that may be resumed; empty for one that may not.
    /// - Throws: `EngineError` if there is already an output, if something else is there, if
    ///   another run is writing to it, or if it is not writable.
    package init(path: String, overwrite: Bool, owner: String = "") throws {
        self.path = path
        try Self.checkIsDirectory(path)
        let temporary = path + "/" + Self.temporaryName
        // All of it is checked before anything is written or removed.
        let isLeftover = try Self.hasLeftovers(path)
        if isLeftover { try Self.checkOwnsAll(path) }
        var names = isLeftover ? [] : try Self.namesToReplace(path, overwrite: overwrite)
        let created = try Files.createDirectory(temporary)
        let lock: Int32
        do {
            lock = try Self.takeLock(path)
        } catch {
            // If another run holds the lock, they stay: they are not empty.
            Files.removeIfEmpty(created)
            throw error
        }
        do {
            // From here on, nothing in it belongs to an earlier run.
            try Self.write(owner, to: lock, path)
            if isLeftover {
                try Self.removeLeftovers(path)
                names = try Self.namesToReplace(path, overwrite: overwrite)
            }
            known = try Set(OutputNames(in: path).ofJobs)
        } catch {
            try Self.remove(temporary: temporary)
            Files.removeIfEmpty(created)
            close(lock)
            throw error
        }
        self.lock = lock
        isResumed = false
        // A directory that held only leftovers belongs to this run.
        ownDirectories = isLeftover && names.isEmpty ? [path] : created
    }

    /// Claims a directory again for a run whose coordinator was restarted: what attempts wrote
    /// stays, and `commit` can finish a commit that had begun.
    ///
    /// A finished output without leftovers is not touched.
    ///
    /// `owner`: the name of the run.
    ///
    /// `isCommitting`: whether its commit may have begun or ended.
    /// - Throws: `EngineError` if the directory belongs to another run, or is further along than
    ///   the run is known to be: its coordinator has gone back to an older copy of its data.
    package init(resuming path: String, owner: String, isCommitting: Bool) throws {
        self.path = path
        try Self.checkIsDirectory(path)
        isResumed = true
        let temporary = "\(path)/\(Self.temporaryName)"
        let isComplete = try Files.kind(of: "\(path)/\(Self.successName)") != nil
        known = try Files.kind(of: path) == nil ? [] : Set(OutputNames(in: path).ofJobs)
        // Without an output, there is only what the run wrote.
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

    /// Writes the owner of the directory into its lock.
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

    /// Where attempts write: a directory on the same disk as the output.
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

    /// Returns whether a killed run left its temporary directory; one that does not belong to a run
    /// is an error.
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

    /// Checks that the directory contains only what jobs wrote.
    private static func checkOwnsAll(_ path: String) throws {
        let names = try OutputNames(in: path)
        let own = names.ofJobs + [temporaryName]
        let foreign = names.foreign.filter { !own.contains($0) }
        guard !foreign.isEmpty else { return }
        throw EngineError(
            .badInput,
            "\(path) holds \(OutputNames.text(of: foreign)), which no job wrote: \(manifestName) "
                + "lists what jobs wrote; move it elsewhere, or choose another --output"
        )
    }

    /// Returns the names in an output and in the folders of named outputs.
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

    /// Removes what a killed run left, except for its lock, and undoes a commit that it began.
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

    var successPath: String { "\(path)/\(Self.successName)" }
    var manifestPath: String { "\(path)/\(Self.manifestName)" }
    var commitPath: String { "\(temporaryPath)/\(Self.commitName)" }

    func removeTemporary() {
        do {
            try Self.remove(temporary: temporaryPath)
        } catch {
            // The output is complete anyway; the next run removes what is left.
        }
    }

    /// Removes a run's temporary directory, its lock last, because the lock shows the owner.
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
        Files.removeIfEmpty(ownDirectories)
    }
}
