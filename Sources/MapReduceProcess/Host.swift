#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Glibc)
internal import Glibc
#endif

/// Facts about the machine and the user that a process runs on and as.
package enum Host {
    /// The number of processors that this process may use, at least one.
    package static var processorCount: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }

    /// The name of the user whose rights this process has, or the user's number if it has no name,
    /// as in some containers.
    package static var userName: String {
        let id = geteuid()
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return "\(id)" }
        return String(cString: name)
    }

    /// The name of this machine.
    package static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        // Keep the last byte 0, because a truncated name may lack a terminator.
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// The default directory for intermediate files: `TMPDIR`, or `/tmp`.
    ///
    /// - Throws: `ArgumentError` when it is not UTF-8.
    package static var temporaryDirectory: String {
        get throws { try CurrentProcess.variable("TMPDIR") ?? "/tmp" }
    }

    /// Finds an executable as a shell does, looking up a name without a slash in the directories of
    /// `PATH`; returns nil if there is none.
    package static func executable(named name: String) -> String? {
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        let candidates =
            name.contains("/")
            ? [name] : folders.split(separator: ":").map { "\($0)/\(name)" }
        return candidates.first { access($0, X_OK) == 0 }
    }
}
