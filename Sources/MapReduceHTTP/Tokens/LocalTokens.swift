internal import MapReduceEngine

#if canImport(Glibc)
internal import Glibc
#endif

/// The tokens of the clusters that `mapreduce cluster` runs on this machine, each in a file that
/// only its user can read, named after the address where the coordinator listens.
///
/// The process that wrote a file holds a lock on it for as long as it lives. A file whose lock is
/// free belongs to a cluster that was killed: it is not used, and the next cluster removes it.
package struct LocalTokens: Sendable {
    /// The directories to search for files; the first usable one is written to.
    let directories: [String]
    /// What distinguishes this machine's files in a home that other machines mount: the kernel's
    /// boot, and the network in which 127.0.0.1 is this machine.
    private let machine: String

    /// Creates the tokens of the user who runs this process.
    /// - Parameter environment: Returns the value of an environment variable, or nil.
    package init(environment: (String) -> String?) {
        let userID = geteuid()
        let homes = [environment("HOME"), Self.home(of: userID)].compactMap { $0 }
        let bases =
            [environment("XDG_STATE_HOME")].compactMap { $0 } + homes.map { $0 + "/.local/state" }
        var directories: [String] = []
        for base in bases where base.hasPrefix("/") {
            let directory = base + "/mapreduce/tokens"
            if !directories.contains(directory) { directories.append(directory) }
        }
        self.init(directories: directories + ["/tmp/mapreduce-tokens-\(userID)"])
    }

    package init(directories: [String]) {
        self.directories = directories
        machine = Self.machine
    }

    private static var machine: String {
        do {
            let network = try Files.identity(of: "/proc/self/ns/net").map { "\($0)" }
            return ([try HostIdentity.current()] + network).joined(separator: "-")
        } catch {
            // Without /proc, neither can be determined.
            return "here"
        }
    }

    private static func home(of userID: UInt32) -> String? {
        guard let entry = getpwuid(userID), let home = entry.pointee.pw_dir else { return nil }
        return String(cString: home)
    }

    // MARK: Writing

    /// A file that is removed with `remove`; its lock is released when the process ends.
    package struct Published: ~Copyable {
        package let path: String
        private let lock: OwnedDescriptor

        fileprivate init(path: String, lock: consuming OwnedDescriptor) {
            self.path = path
            self.lock = lock
        }

        /// Removes the file, unless another cluster has replaced it.
        package consuming func remove() throws {
            guard try lock.isFile(at: path) else { return }
            try Files.remove(path)
        }
    }

    /// Writes the token of a coordinator, and removes the files of clusters that were killed.
    /// - Throws: `ConfigurationError` if no directory can be used.
    package func publish(_ token: Token, url: String) throws -> Published {
        var problems: [String] = []
        for directory in directories {
            do {
                try Self.prepare(directory)
                try sweep(directory)
                return try write(token, to: "\(directory)/\(try name(of: url))")
            } catch let error as EngineError {
                problems.append(error.message)
            }
        }
        throw ConfigurationError(
            "there is nowhere to keep the cluster's token (\(problems.joined(separator: "; "))); "
                + "make one and give it with --token-file"
        )
    }

    private func write(_ token: Token, to path: String) throws -> Published {
        // The name is one that no other process reads or sweeps, until the file is locked and
        // complete.
        let partial = "\(Files.parent(of: path) ?? ".")/.\(UInt64.random(in: 0 ... .max)).partial"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EngineError.system("create", partial, errno: errno) }
        let lock = OwnedDescriptor(descriptor)
        do {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fchmod(descriptor, 0o600) == 0 else {
                throw EngineError.system("lock", partial, errno: errno)
            }
            try token.secret.reveal { text in
                let line = Array((text + "\n").utf8)
                guard Glibc.write(descriptor, line, line.count) == line.count else {
                    throw EngineError.system("write", partial, errno: errno)
                }
            }
            try Files.rename(partial, to: path)
        } catch {
            unlink(partial)
            throw error
        }
        return Published(path: path, lock: lock)
    }

    /// Makes a directory whose names only this user can read.
    private static func prepare(_ directory: String) throws {
        // The home of another user, as left by `sudo` for example, gets no directories of this
        // user.
        var missing = directory
        var status = stat()
        while stat(missing, &status) != 0, errno == ENOENT, let above = Files.parent(of: missing) {
            missing = above
        }
        if missing != directory, missing != "/tmp", status.st_uid != geteuid() {
            throw EngineError.system("create directory", directory, errno: EACCES)
        }
        if missing != directory {
            if let parent = Files.parent(of: directory) { try Files.createDirectory(parent) }
            guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
                throw EngineError.system("create directory", directory, errno: errno)
            }
        }
        guard isPrivate(directory) else {
            throw EngineError.system("use", directory, errno: EACCES)
        }
    }

    private static func isPrivate(_ directory: String) -> Bool {
        var status = stat()
        return lstat(directory, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
    }

    private func sweep(_ directory: String) throws {
        for name in try Files.names(in: directory) where name.hasSuffix("-\(machine)") {
            let path = "\(directory)/\(name)"
            if Self.isStale(path) { try Files.remove(path) }
        }
    }

    /// Returns whether the process that wrote a file is gone.
    private static func isStale(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let file = OwnedDescriptor(descriptor)
        return file.takesSharedLock
    }

    // MARK: Reading

    /// Returns the token of the cluster at a URL, if the cluster runs on this machine for this
    /// user.
    /// - Throws: `ConfigurationError` if others can read the file.
    package func token(url: String) throws -> Token? {
        for directory in directories where Self.isPrivate(directory) {
            for name in try names(of: url) {
                let path = "\(directory)/\(name)"
                guard try Files.kind(of: path, followingLinks: false) == .file,
                    !Self.isStale(path)
                else { continue }
                return try Token(file: path)
            }
        }
        return nil
    }

    private func name(of url: String) throws -> String {
        let (host, port) = try Self.address(of: url)
        return "\(host)-\(port)-\(machine)"
    }

    /// Returns the file names for one service: its address may be written in several ways.
    private func names(of url: String) throws -> [String] {
        let (host, port) = try Self.address(of: url)
        let usual = ["127.0.0.1", "localhost", "::1"]
        let hosts = usual.contains(host) ? [host] + usual.filter { $0 != host } : [host]
        return hosts.filter(ServerSettings.isLoopback).map { "\($0)-\(port)-\(machine)" }
    }

    private static func address(of url: String) throws -> (host: String, port: Int) {
        let parts = url.split(separator: "/", omittingEmptySubsequences: true)
        let authority = parts.dropFirst().first.map(String.init) ?? ""
        let usual = url.hasPrefix("https:") ? 443 : 80
        let (host, port) = try ServerSettings.parse(authority, defaultPort: usual)
        return (host.lowercased(), port)
    }
}

/// A file descriptor that is closed with its owner.
private struct OwnedDescriptor: ~Copyable {
    private let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Whether no process holds the lock of the file; the check releases the lock again at once.
    var takesSharedLock: Bool {
        guard flock(number, LOCK_SH | LOCK_NB) == 0 else { return false }
        flock(number, LOCK_UN)
        return true
    }

    /// Returns whether the file is the one at a path.
    func isFile(at path: String) throws -> Bool {
        var own = stat()
        var other = stat()
        guard fstat(number, &own) == 0, lstat(path, &other) == 0 else { return false }
        return own.st_dev == other.st_dev && own.st_ino == other.st_ino
    }
}
