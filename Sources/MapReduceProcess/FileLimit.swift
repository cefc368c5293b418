#if canImport(Glibc)
internal import Glibc
#endif

/// The number of files that this process may have open at once.
package struct FileLimit: Hashable, Sendable {
    /// The current limit, and the highest one that the process may set.
    package let now: Int
    package let most: Int

    package static var current: FileLimit {
        guard let limit = read() else { return FileLimit(now: .max, most: .max) }
        return FileLimit(now: Int(clamping: limit.rlim_cur), most: Int(clamping: limit.rlim_max))
    }

    /// Raises the limit of open files as far as the system allows: each slot needs some.
    package static func raise() {
        guard var limit = read() else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func read() -> rlimit? {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit : nil
    }
}
