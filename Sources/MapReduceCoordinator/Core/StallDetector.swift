/// Notices that this process did not run for a while, so that this is not taken for the silence of
/// the workers.
struct StallDetector {
    /// When the coordinator last ran.
    private var lastBeat: ContinuousClock.Instant

    init(at now: ContinuousClock.Instant) { lastBeat = now }

    /// Called on every tick, and before events are applied.
    /// - Returns: how long the coordinator did not run; nil when it did.
    mutating func beat(at now: ContinuousClock.Instant) -> Duration? {
        let delay = now - lastBeat - CoordinatorLimits.tickInterval
        lastBeat = now
        return delay > CoordinatorLimits.maxTickDelay ? delay : nil
    }
}
