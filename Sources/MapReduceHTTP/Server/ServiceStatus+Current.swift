internal import MapReduceEngine
package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

extension ServiceStatus {
    /// How this process is placed, with its files in a directory.
    package static func current(
        directory: String,
        diagnostics: WorkerDiagnostics? = nil
    ) throws -> ServiceStatus {
        ServiceStatus(
            time: WallClock.now,
            directory: directory,
            freeByteCount: try Files.freeByteCount(at: directory),
            fileLimit: FileLimit.current.now,
            diagnostics: diagnostics
        )
    }
}

/// How many files this process may have open at once.
package struct FileLimit: Sendable {
    /// Now, and when it raises it as far as it may.
    package let now: Int
    package let most: Int

    package static var current: FileLimit {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return FileLimit(now: .max, most: .max)
        }
        return FileLimit(now: Int(clamping: limit.rlim_cur), most: Int(clamping: limit.rlim_max))
    }
}
