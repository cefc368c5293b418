internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// The path operations that the engine needs; their errors are `EngineError`s that name the path.
package enum Files {
    /// The kind of file at a path.
    package enum Kind: Sendable {
        case file
        case directory
        /// A pipe, a device, or a socket.
        case other
    }

    /// Returns the kind of file at a path; nil if there is none.
    ///
    /// A link that is not followed is `other`.
    package static func kind(of path: String, followingLinks: Bool = true) throws -> Kind? {
        var status = stat()
        guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else {
            if errno == ENOENT { return nil }
            throw EngineError.system("find", path, errno: errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// Returns whether there is anything at a path that this process may inspect, including a
    /// dangling link.
    package static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Returns a file's permission bits; nil if it does not exist.
    package static func permissions(of path: String) throws -> UInt32? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw EngineError.system("find", path, errno: errno)
        }
        return status.st_mode & 0o777
    }

    /// Returns the absolute path with all links resolved; nil if it cannot be resolved.
    /// - Throws: `EngineError` if that path is not UTF-8.
    package static func resolved(_ path: String) throws -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return try text(real, "the path of \(path)")
    }

    /// Returns the directory that relative paths start from.
    package static func currentDirectory() throws -> String {
        guard let current = getcwd(nil, 0) else {
            throw EngineError.system("find", "the current directory", errno: errno)
        }
        defer { free(current) }
        return try text(current, "the path of the current directory")
    }

    /// Converts a system string to text.
    ///
    /// `what`: describes it in the error.
    private static func text(_ string: UnsafePointer<CChar>, _ what: String) throws -> String {
        if let text = String(validatingCString: string) { return text }
        let bytes = UnsafeBufferPointer(start: string, count: strlen(string))
        throw notText(bytes.map { UInt8(bitPattern: $0) }, what)
    }

    static func notText(_ bytes: [UInt8], _ what: String) -> EngineError {
        EngineError(
            .badInput,
            "\(what) is not valid UTF-8: \(ForeignText.escaped(bytes)); rename it"
        )
    }

    package static func rename(_ old: String, to new: String) throws {
        guard Glibc.rename(old, new) == 0 else {
            throw EngineError.system("rename", old, errno: errno, kind: .outOfResources)
        }
    }

    /// Gives a file another path on the same disk; it is not an error if that path already exists.
    package static func link(_ path: String, at other: String) throws {
        guard Glibc.link(path, other) == 0 || errno == EEXIST else {
            throw EngineError.system("link", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Creates a directory and its missing parents.
    ///
    /// - Returns: the directories that were missing, parents first.
    @discardableResult
    package static func createDirectory(_ path: String) throws -> [String] {
        if mkdir(path, 0o755) == 0 { return [path] }
        var created: [String] = []
        if errno == ENOENT, let parent = parent(of: path), parent != path {
            created = try createDirectory(parent)
            if mkdir(path, 0o755) == 0 { return created + [path] }
        }
        let code = errno
        if code == EEXIST, try kind(of: path) == .directory { return created }
        removeIfEmpty(created)
        throw EngineError.system("create directory", path, errno: code, kind: .outOfResources)
    }

    /// Makes a directory accessible only to its owner.
    package static func makePrivate(_ path: String) throws {
        guard chmod(path, 0o700) == 0 else {
            throw EngineError.system("protect", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Creates a directory that must not exist, in a parent that must.
    package static func createNewDirectory(_ path: String) throws {
        guard mkdir(path, 0o755) == 0 else {
            throw EngineError.system("create directory", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Creates a directory that only this user can read, in a parent that must exist.
    ///
    /// `prefix`: the path without the six letters that make it unique.
    /// - Returns: its path.
    package static func createUniqueDirectory(_ prefix: String) throws -> String {
        var template = Array("\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw EngineError.system(
                "create a directory in",
                parent(of: prefix) ?? ".",
                errno: errno,
                kind: .outOfResources
            )
        }
        return String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// Returns the number of bytes free for users other than root on the disk of a directory.
    package static func freeByteCount(at path: String) throws -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            throw EngineError.system("inspect the disk of", path, errno: errno)
        }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Returns the size in bytes of the disk of a directory, used or free.
    package static func totalByteCount(at path: String) throws -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            throw EngineError.system("inspect the disk of", path, errno: errno)
        }
        return Int(status.f_blocks) * Int(status.f_frsize)
    }

    /// Returns the size of a file in bytes without opening it; nil if it does not exist.
    package static func byteCount(of path: String) throws -> Int? {
        var status = stat()
        if stat(path, &status) == 0 { return Int(status.st_size) }
        guard errno == ENOENT else { throw EngineError.system("find", path, errno: errno) }
        return nil
    }

    /// Returns the unique identity of a file or directory: its device and inode number.
    package static func identity(of path: String) throws -> [UInt] {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw EngineError.system("find", path, errno: errno)
        }
        return [UInt(status.st_dev), UInt(status.st_ino)]
    }

    /// Returns the names in a directory, sorted by their bytes, without `.` and `..`.
    /// - Throws: `EngineError`, also if a name is not UTF-8.
    package static func names(in path: String) throws -> [String] {
        try rawNames(in: path).map { name in
            guard let text = String(validating: name, as: UTF8.self) else {
                throw notText(name, "a name in the directory \(path)")
            }
            return text
        }
    }

    /// Returns the same names without those that are not UTF-8: for a directory that others also
    /// use, to look for names that this engine creates.
    package static func textNames(in path: String) throws -> [String] {
        try rawNames(in: path).compactMap { String(validating: $0, as: UTF8.self) }
    }

    /// Returns the names in a directory as bytes, sorted.
    static func rawNames(in path: String) throws -> [[UInt8]] {
        try rawNames(in: Array(path.utf8CString))
    }

    private static func rawNames(in path: [CChar]) throws -> [[UInt8]] {
        guard let directory = opendir(path) else {
            throw EngineError.system("read directory", shown(path), errno: errno)
        }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
        }
        guard errno == 0 else {
            throw EngineError.system("read directory", shown(path), errno: errno)
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Returns a path in a form for messages.
    private static func shown(_ path: [CChar]) -> String {
        let bytes = path.dropLast().map { UInt8(bitPattern: $0) }
        return String(validating: bytes, as: UTF8.self) ?? ForeignText.escaped(bytes)
    }

    /// Removes a file, or a directory and everything in it, whatever the names in it; links are
    /// removed, not followed.
    ///
    /// It is not an error if there is nothing at the path.
    package static func remove(_ path: String) throws {
        try remove(Array(path.utf8CString))
    }

    private static func remove(_ path: [CChar]) throws {
        var status = stat()
        var code = lstat(path, &status)
        if code == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in try rawNames(in: path) {
                try remove(path.dropLast() + ([0x2F] + name + [0]).map { CChar(bitPattern: $0) })
            }
            code = rmdir(path)
        } else if code == 0 {
            code = unlink(path)
        }
        guard code == 0 || errno == ENOENT else {
            throw EngineError.system("remove", shown(path), errno: errno, kind: .outOfResources)
        }
    }

    /// Removes a directory if it is empty, and leaves any other alone.
    package static func removeIfEmpty(_ path: String) { _ = rmdir(path) }

    /// Does the same for directories that were created together, parents first in the list.
    package static func removeIfEmpty(_ paths: [String]) {
        for path in paths.reversed() { removeIfEmpty(path) }
    }

    /// Makes the names in a directory durable.
    package static func syncDirectory(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw EngineError.system("open", path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw EngineError.system("sync", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Writes a whole file that must not exist, and makes it durable.
    package static func write(_ text: String, toNew path: String) throws {
        let file = try OpenFile(creating: path)
        var text = text
        try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
        try file.sync()
    }

    /// Writes a whole file in place of one that may exist; the path never shows a partial file.
    package static func replace(_ text: String, at path: String) throws {
        let partial = path + ".partial"
        try remove(partial)
        try write(text, toNew: partial)
        try rename(partial, to: path)
    }

    /// Writes a whole file in place, without waiting for the disk: for data that may be lost, and
    /// for pipes and devices.
    package static func overwrite(_ text: String, at path: String) throws {
        let file = try OpenFile(overwriting: path)
        var text = text
        try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
    }

    /// Reads a whole file to its actual end, not just to its reported size.
    package static func read(_ path: String) throws -> [UInt8] {
        let file = try OpenFile(reading: path)
        // One byte more than expected, to detect the end.
        var capacity = try file.signature().byteCount + 1
        var bytes: [UInt8] = []
        while true {
            let offset = bytes.count
            bytes += try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
                initialized = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            }
            if bytes.count < offset + capacity { return bytes }
            capacity = EngineLimits.readByteCount
        }
    }

    /// Reads a system file that does not report its size, up to 64 KiB of it.
    package static func readProcFile(_ path: String) throws -> [UInt8] {
        let file = try OpenFile(reading: path)
        return try [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, initialized in
            initialized = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
    }

    /// Reads at most N bytes from the end of a file.
    package static func readTail(_ path: String, byteCount: Int) throws -> [UInt8] {
        let file = try OpenFile(reading: path)
        let size = try file.signature().byteCount
        let count = min(size, byteCount)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = try file.read(
                into: UnsafeMutableRawBufferPointer(buffer),
                at: size - count
            )
        }
    }

    /// Returns the path without its last component; nil for a bare name.
    package static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Returns the last component of a path.
    package static func name(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }
}
