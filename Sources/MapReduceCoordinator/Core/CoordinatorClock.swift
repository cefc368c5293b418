internal import MapReduceHTTP

/// The clocks of a coordinator: those of the machine, or ones that a test sets.
struct CoordinatorClock: Sendable {
    /// The time by a clock that is never set.
    var now: @Sendable () -> ContinuousClock.Instant
    /// Seconds since 1970, by a clock that may be set back.
    var wallTime: @Sendable () -> Double

    static let system = CoordinatorClock(now: { .now }, wallTime: { WallClock.now })
}
