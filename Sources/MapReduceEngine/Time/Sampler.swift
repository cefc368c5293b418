/// Measures some of many short calls that belong to one phase, and estimates from them what all of
/// them take.
///
///     func add(_ pair: Pair) {
///         if sampler.isDue {
///             let sample = sampler.begin()
///             add(pair)                     // within which no call is due
///             return sampler.end(sample)
///         }
///         …
///     }
///
/// After a few calls at the beginning, which calls are measured is up to chance, so that nothing
/// in the records is in step with it. Each one stands for those halfway to its neighbors. Long
/// calls are measured more often than short ones, and a call that is much longer than most, as when
/// the thread was not running, stands for itself.
///
/// A `PhaseClock` makes samplers, and must outlive them; the task's thread alone uses them. Cost of
/// a call that is not measured: two or three instructions.
@usableFromInline
package struct Sampler {
    // No object: counting references to it would cost more than all else.
    @usableFromInline let state: UnsafeMutablePointer<State>

    /// `state`: where to remember what was measured; it lives as long as the sampler.
    init(_ state: UnsafeMutablePointer<State>) { self.state = state }

    /// Whether to measure the call that is about to be made; asked once before each.
    @inlinable package var isDue: Bool {
        @inline(__always) get {
            state.pointee.callsLeft &-= 1
            return state.pointee.callsLeft == 0
        }
    }

    /// Begins to measure a call, within which none is due.
    /// - Returns: what `end` asks for.
    @usableFromInline
    package func begin() -> Int64? {
        state.pointee.callsLeft = .max
        return state.pointee.clock.beginSample()
    }

    /// Ends to measure a call.
    @usableFromInline
    package func end(_ begin: Int64?) {
        let clock = state.pointee.clock
        state.pointee.note(begin.map(clock.endSample), clock)
    }

    /// What a sampler remembers.
    @usableFromInline
    struct State {
        @usableFromInline var callsLeft = 1
        unowned(unsafe) let clock: PhaseClock
        private let phase: TaskPhase
        private var gap = 1
        private var callCount = 0
        private var sampleCount = 0
        /// The sum of the samples' durations, each bounded.
        private var sum = 0.0

        init(_ phase: TaskPhase, _ clock: PhaseClock) {
            self.phase = phase
            self.clock = clock
        }

        /// Takes what a call took, and decides which one is next.
        fileprivate mutating func note(_ duration: Int64?, _ clock: PhaseClock) {
            callCount += gap
            let most = min(1 + callCount / EngineLimits.callsToSample, EngineLimits.maxSampleGap)
            var mean = most
            var bounded = 0.0
            var rest = 0.0
            if let duration {
                let usual = sum / Double(max(sampleCount, 1)) + Double(max(clock.overhead, 1))
                bounded = min(Double(duration), usual * EngineLimits.longCallFactor)
                rest = Double(duration) - bounded
                sum += bounded
                sampleCount += 1
                let wanted =
                    EngineLimits.nanosecondsOfSample / max(sum / Double(sampleCount), 1)
                mean = max(min(Int(wanted), most), 1)
            }
            let next = clock.number(around: mean)
            clock.move(bounded * Double(gap + next) / 2 + rest, to: phase)
            gap = next
            callsLeft = next
        }
    }
}
