/// A moment on the clock of a state machine's driver, in nanoseconds since a start that the driver
/// chose.
///
/// The control plane reads no clock: its driver passes it the time.
package struct Instant: Hashable, Comparable, Codable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package init(from decoder: any Decoder) throws {
        nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }

    package static let zero = Instant(nanoseconds: 0)

    package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    // Instants come from files and from the network: those that are out of range saturate.

    package static func + (instant: Instant, duration: Duration) -> Instant {
        let added = duration.nanoseconds
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(added)
        return Instant(nanoseconds: overflow ? (added < 0 ? .min : .max) : sum)
    }

    package static func - (a: Instant, b: Instant) -> Duration {
        let (difference, overflow) = a.nanoseconds.subtractingReportingOverflow(b.nanoseconds)
        return .nanoseconds(overflow ? (a < b ? .min : .max) : difference)
    }
}

extension Duration {
    /// The whole duration in nanoseconds; a duration of more than 292 years saturates.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        return scaled &+ attoseconds / 1_000_000_000
    }

    /// The whole duration in seconds, for rates and displays.
    package var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
