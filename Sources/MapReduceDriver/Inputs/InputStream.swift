internal import MapReduceEngine
internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// An input that can be read only once: standard input, a pipe, a device, or a descriptor that the
/// shell passed (`/dev/stdin`, `/dev/fd/7`), which task processes do not have.
package struct InputStream {
    /// The path as given on the command line.
    let path: String
    /// The unique identity of the stream: its device and inode numbers.
    private let identity: [UInt]

    /// Creates a stream; returns nil if the path is a stored file or does not exist.
    package init?(_ path: String) throws {
        self.path = path
        if path == "-" {
            var status = stat()
            // A closed descriptor causes an error when it is read.
            identity = fstat(0, &status) == 0 ? [UInt(status.st_dev), UInt(status.st_ino)] : []
            return
        }
        switch try Files.kind(of: path) {
        case .directory, nil: return nil
        case .file: guard Self.descriptor(of: path) != nil else { return nil }
        case .other: break
        }
        identity = try Files.identity(of: path)
    }

    /// The name of the stream in messages.
    var name: String { path == "-" ? "standard input" : path }

    /// Checks that no stream is named twice, even by different paths.
    static func checkAreNamedOnce(_ streams: [InputStream]) throws {
        var known: [InputStream] = []
        for stream in streams where try !stream.isAlwaysEmpty || stream.path == "-" {
            if let other = known.first(where: { $0.identity == stream.identity }) {
                throw RunError(
                    .usage,
                    other.path == stream.path
                        ? "\(stream.name) can be read only once; name it once"
                        : "\(other.name) and \(stream.name) are the same, which can be read only "
                            + "once; name one of them"
                )
            }
            known.append(stream)
        }
    }

    /// Whether the stream is `/dev/null`, which can be read repeatedly.
    private var isAlwaysEmpty: Bool {
        get throws {
            try Files.isThere("/dev/null") && identity == Files.identity(of: "/dev/null")
        }
    }

    /// Opens the stream; the caller closes the descriptor.
    ///
    /// Opens it without blocking, so that the caller can wait for a pipe that has no writer yet.
    func open() throws -> Int32 {
        if path == "-" { return try Self.duplicate(0, name) }
        let opened = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if opened >= 0 { return opened }
        // A socket cannot be opened by its path.
        if errno == ENXIO, case .own(let number)? = Self.descriptor(of: path) {
            return try Self.duplicate(number, name)
        }
        throw EngineError.system("read", path, errno: errno)
    }

    private static func duplicate(_ descriptor: Int32, _ name: String) throws -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw EngineError.system("read", name, errno: errno) }
        return copy
    }

    /// Checks that a file is not another name for a descriptor, such as standard input: task
    /// processes have different descriptors.
    ///
    /// `argument`: the argument that the file was found by. An argument that itself leads
    ///   to a descriptor is a stream.
    static func checkIsStored(_ path: String, in argument: String) throws {
        guard try Files.kind(of: path, followingLinks: false) == .other,
            descriptor(of: path) != nil
        else { return }
        throw RunError(
            .usage,
            "\(path) (in \(argument)) is a link to a descriptor of a process, such as standard "
                + "input; remove the link, and name what it leads to: - for standard input"
        )
    }

    /// A descriptor that a path leads to.
    enum Descriptor: Equatable {
        case own(Int32)
        case ofAnotherProcess
    }

    /// Returns the descriptor that a path leads to, directly or through links; nil if there is
    /// none.
    static func descriptor(of path: String) -> Descriptor? {
        var path = path
        for _ in 0..<EngineLimits.maxLinkCount {
            let parent = Files.parent(of: path) ?? "."
            guard let folder = real(parent) else { return nil }
            let name = Files.name(of: path)
            if folder.hasPrefix("/proc/"), folder.hasSuffix("/fd"), let number = Int32(name) {
                return folder.hasPrefix("/proc/\(getpid())/") ? .own(number) : .ofAnotherProcess
            }
            guard let target = link(folder + "/" + name) else { return nil }
            path = target.hasPrefix("/") ? target : folder + "/" + target
        }
        return nil
    }

    /// Resolves the links of a path.
    ///
    /// A path that is not UTF-8 leads to no descriptor.
    private static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(validatingCString: real)
    }

    private static func link(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        guard count >= 0 else { return nil }
        return String(
            validating: bytes.prefix(count).map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }
}
