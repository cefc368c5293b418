internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// The operations on paths that the engine needs, each of which throws an `EngineError` that names
/// the path.
package enum Files {
    /// What stands at a path.
    package enum Kind: Sendable {
        case file
        case directory
        /// A pipe, a device or a socket.
        case other
    }

    /// What stands at a path; nil when there is nothing.
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

    /// Whether there is something at a path that this process may look at, a link to nothing
    /// included.
    package static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Who may do what with a file; nil when there is none.
    package static func permissions(of path: String) throws -> UInt32? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw EngineError.system("find", path, errno: errno)
        }
        return status.st_mode & 0o777
    }

    /// The path without links, from the root on; nil when there is nothing at it.
    /// - Throws: `EngineError` when that path is not UTF-8.
    package static func resolved(_ path: String) throws -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return try text(real, "the path of \(path)")
    }

    /// The directory that relative paths begin in.
    package static func currentDirectory() throws -> String {
        guard let current = getcwd(nil, 0) else {
            throw EngineError.system("find", "the current directory", errno: errno)
        }
        defer { free(current) }
        return try text(current, "the path of the current directory")
    }

    /// A string of the system as text.
    ///
    /// `what`: names it in the error.
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

    /// Gives a file one more path, on the same disk; that it has it already is not an error.
    package static func link(_ path: String, at other: String) throws {
        guard Glibc.link(path, other) == 0 || errno == EEXIST else {
            throw EngineError.system("link", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Creates a directory, and those above it that are missing.
    ///
    /// - Returns: the directories that were missing, those above first.
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

    /// Lets nobody but its owner into a directory.
    package static func makePrivate(_ path: String) throws {
        guard chmod(path, 0o700) == 0 else {
            throw EngineError.system("protect", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Creates a directory that must not exist, in one that must.
    package static func createNewDirectory(_ path: String) throws {
        guard mkdir(path, 0o755) == 0 else {
            throw EngineError.system("create directory", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Creates a directory that this user alone can read, in one that must exist.
    ///
    /// `prefix`: the path up to six letters that make it a new one.
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

    /// Bytes that are free on the disk of a directory, for those who are not root.
    package static func freeByteCount(at path: String) throws -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            throw EngineError.system("inspect the disk of", path, errno: errno)
        }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Bytes of the disk of a directory, taken or free.
    package static func totalByteCount(at path: String) throws -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            throw EngineError.system("inspect the disk of", path, errno: errno)
        }
        return Int(status.f_blocks) * Int(status.f_frsize)
    }

    /// Bytes of a file, without opening it; nil when it is not there.
    package static func byteCount(of path: String) throws -> Int? {
        var status = stat()
        if stat(path, &status) == 0 { return Int(status.st_size) }
        guard errno == ENOENT else { throw EngineError.system("find", path, errno: errno) }
        return nil
    }

    /// What tells a file or directory apart from all others: its device and its number.
    package static func identity(of path: String) throws -> [UInt] {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw EngineError.system("find", path, errno: errno)
        }
        return [UInt(status.st_dev), UInt(status.st_ino)]
    }

    /// The names in a directory, sorted by their bytes, without `.` and `..`.
    /// - Throws: `EngineError` also when one is not UTF-8.
    package static func names(in path: String) throws -> [String] {
        try rawNames(in: path).map { name in
            guard let text = String(validating: name, as: UTF8.self) else {
                throw notText(name, "a name in the directory \(path)")
            }
            return text
        }
    }

    /// The same without those that are not UTF-8: for a directory that others use too, in which
    /// names are looked for that this engine gives.
    package static func textNames(in path: String) throws -> [String] {
        try rawNames(in: path).compactMap { String(validating: $0, as: UTF8.self) }
    }

    /// The names in a directory as bytes, sorted.
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

    /// A path for a message.
    private static func shown(_ path: [CChar]) -> String {
        let bytes = path.dropLast().map { UInt8(bitPattern: $0) }
        return String(validating: bytes, as: UTF8.self) ?? ForeignText.escaped(bytes)
    }

    /// Removes a file or a directory with all that is in it, whatever the names there; links are
    /// removed, not followed.
    ///
    /// What is not there is not an error.
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

    /// Removes a directory that has nothing in it, and leaves any other alone.
    package static func removeIfEmpty(_ path: String) { _ = rmdir(path) }

    /// The same with those that were created together, those above first.
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

    /// Writes a whole file in place of one that may exist: at no moment is there half of it.
    package static func replace(_ text: String, at path: String) throws {
        let partial = path + ".partial"
        try remove(partial)
        try write(text, toNew: partial)
        try rename(partial, to: path)
    }

    /// Writes a whole file, where it is and without waiting for the disk: for what may be lost, and
    /// for pipes and devices.
    package static func overwrite(_ text: String, at path: String) throws {
        let file = try OpenFile(overwriting: path)
        var text = text
        try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
    }

    /// Reads a whole file, to its end and not to the size that it claims to have.
    package static func read(_ path: String) throws -> [UInt8] {
        let file = try OpenFile(reading: path)
        // One byte more than there should be, so that the end is seen.
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

    /// Reads a file of the system that does not tell its size, at most 64 KiB of it.
    package static func readProcFile(_ path: String) throws -> [UInt8] {
        let file = try OpenFile(reading: path)
        return try [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, initialized in
            initialized = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
    }

    /// Reads the end of a file, at most so many bytes.
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

    /// The path without its last component; nil for a bare name.
    package static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last component of a path.
    package static func name(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }
}
