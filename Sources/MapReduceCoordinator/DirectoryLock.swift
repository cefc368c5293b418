internal import MapReduceEngine
internal import MapReduceHTTP

#if canImport(Glibc)
internal import Glibc
#endif

/// A lock that keeps a second coordinator out of a directory, for as long as the process lives.
///
/// Its file also marks the directory as one that no job reads.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    init(_ directory: String) throws {
        descriptor = open(
            "\(directory)/\(FileSearch.dataLockName)",
            O_RDWR | O_CREAT | O_CLOEXEC,
            0o600
        )
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ConfigurationError(
                "another coordinator runs on \(directory), or it cannot be written to; stop that "
                    + "one, or choose another --data"
            )
        }
    }

    deinit { close(descriptor) }
}
