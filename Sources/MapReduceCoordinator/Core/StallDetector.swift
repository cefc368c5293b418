/// A detector of times when this process did not run, so that they are not mistaken for the silence
/// of workers.
struct StallDetector {
    /// When the coordinator last ran.
    private var lastBeat: ContinuousClock.Instant

    init(at now: ContinuousClock.Instant) { lastBeat = now }

    /// Records that the coordinator runs; called on every tick, and before events are applied.
    /// - Returns: How long the coordinator did not run; nil if it did run.
    mutating func beat(at now: ContinuousClock.Instant) -> Duration? {
        let delay = now - lastBeat - CoordinatorLimits.tickInterval
        lastBeat = now
        return delay > CoordinatorLimits.maxTickDelay ? delay : nil
    }
}
