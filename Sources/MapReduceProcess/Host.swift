#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Glibc)
internal import Glibc
#endif

/// What a process asks of the machine that it runs on, and of its user.
package enum Host {
    /// Processors that this process may use, at least one.
    package static var processorCount: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }

    /// The name of the user whose rights this process has, or the number of one without a name, as
    /// in some containers.
    package static var userName: String {
        let id = geteuid()
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return "\(id)" }
        return String(cString: name)
    }

    /// The name of this machine.
    package static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        // The last byte stays 0, as a name that is cut need not end in one.
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// Where intermediate files go when nothing else is asked for: `TMPDIR`, or `/tmp`.
    /// - Throws: `ArgumentError` when it is not UTF-8.
    package static var temporaryDirectory: String {
        get throws { try CurrentProcess.variable("TMPDIR") ?? "/tmp" }
    }

    /// Finds an executable as a shell does: one without a slash in its name in the folders of
    /// `PATH`; nil when there is none.
    package static func executable(named name: String) -> String? {
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        let candidates =
            name.contains("/")
            ? [name] : folders.split(separator: ":").map { "\($0)/\(name)" }
        return candidates.first { access($0, X_OK) == 0 }
    }
}
