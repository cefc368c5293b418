#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What a process asks of the machine that it runs on.
package enum Host {
    /// Processors that this process may use, at least one.
    package static var processorCount: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }
}
