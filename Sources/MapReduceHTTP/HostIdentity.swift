internal import MapReduceEngine

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What tells machines, and processes on them, apart.
package enum HostIdentity {
    /// The id that the kernel drew when it was booted: the same for all processes of a machine, and
    /// for its containers.
    package static func current() throws -> String {
        let bytes = try Files.readProcFile("/proc/sys/kernel/random/boot_id")
        return String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
    }

    /// A name that nothing else has, now or later.
    package static func makeUUID() -> String { UUID().uuidString }
}
