#if canImport(Glibc)
internal import Glibc
#endif

/// Keeps a second coordinator out of a directory, for as long as the process lives.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    init(_ directory: String) throws {
        descriptor = open("\(directory)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ConfigurationError(
                "another coordinator runs on \(directory), or it cannot be written to; stop that "
                    + "one, or choose another --data"
            )
        }
    }

    deinit { close(descriptor) }
}
