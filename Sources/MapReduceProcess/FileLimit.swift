#if canImport(Glibc)
internal import Glibc
#endif

/// How many files this process may have open at once.
package struct FileLimit: Hashable, Sendable {
    /// Now, and when it raises it as far as it may.
    package let now: Int
    package let most: Int

    package static var current: FileLimit {
        guard let limit = read() else { return FileLimit(now: .max, most: .max) }
        return FileLimit(now: Int(clamping: limit.rlim_cur), most: Int(clamping: limit.rlim_max))
    }

    /// Allows as many open files as the system lets this process have: each slot needs some.
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
