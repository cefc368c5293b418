internal import MapReduceEngine

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Identifiers that distinguish machines, and the processes on them.
package enum HostIdentity {
    /// Returns the random id that the kernel generated at boot: the same for all processes of a
    /// machine, including those in its containers.
    package static func current() throws -> String {
        let bytes = try Files.readProcFile("/proc/sys/kernel/random/boot_id")
        return String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
    }

    /// Returns a name that nothing else has, now or later.
    package static func makeUUID() -> String { UUID().uuidString }
}
