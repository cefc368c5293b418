#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The time of day, for people and for journals that outlive a process.
package enum WallClock {
    /// Seconds since 1970.
    package static var now: Double { Date().timeIntervalSince1970 }
}
