#if canImport(Glibc)
internal import Glibc
#endif

/// A directory for the intermediate files of one run, locked while the run lives.
///
/// It may be inside an input directory: names that begin with `_` are not input.
package final class ScratchDirectory {
    package let path: String
    private let lock: Int32
    /// The parent directories that had to be created.
    private let created: [String]

    private static let prefix = "_mapreduce-"
    private static let lockName = FileSearch.runLockName

    /// Creates a directory below another one, and removes what killed runs left there.
    package init(below base: String) throws {
        created = try Files.createDirectory(base)
        try Self.sweep(base)
        // Until it is locked, it has a name that no other run sweeps.
        let made = try Files.createUniqueDirectory("\(base)/.\(Self.prefix)")
        path = "\(base)/\(Files.name(of: made).dropFirst())"
        lock = open("\(made)/\(Self.lockName)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw EngineError.system("lock", made, errno: errno, kind: .outOfResources)
        }
        try Files.rename(made, to: path)
    }

    deinit { close(lock) }

    /// Removes the directory and everything in it.
    package func remove() throws {
        try Files.remove(path)
        for directory in created.reversed() { Files.removeIfEmpty(directory) }
    }

    /// Keeps the directory: without its lock, no other run removes it.
    package func keep() throws { try Files.remove("\(path)/\(Self.lockName)") }

    /// Removes this user's directories whose lock is free: those of killed processes.
    package static func sweep(_ base: String) throws {
        for name in try Files.textNames(in: base) where isScratchName(name) {
            let path = "\(base)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
                status.st_uid == geteuid()
            else { continue }
            let lock = open("\(path)/\(lockName)", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard lock >= 0 else { continue }
            defer { close(lock) }
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
            do {
                try Files.remove(path)
            } catch {
                // Other runs' leftovers must not stop this run.
            }
        }
    }

    /// Returns whether a name is one that `init` creates.
    private static func isScratchName(_ name: String) -> Bool {
        let rest = name.dropFirst(prefix.count)
        return name.hasPrefix(prefix) && rest.count == 6
            && rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
}
