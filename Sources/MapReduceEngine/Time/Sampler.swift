/// Measures some of many short calls that belong to one phase, and estimates from them how long all
/// of them take.
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
/// After a few calls at the beginning, the measured calls are chosen at random, so that they do not
/// coincide with a pattern in the records. Each one stands for the calls halfway to its neighbors.
/// Long calls are measured more often than short ones. If a call is much longer than most, for
/// example because the thread was not running, the excess stands only for itself.
///
/// A `PhaseClock` creates samplers and must outlive them; only the task's thread uses them. Cost of
/// a call that is not measured: two or three instructions.
@usableFromInline
package struct Sampler {
    // Not an object: counting references to it would cost more than everything else.
    @usableFromInline let state: UnsafeMutablePointer<State>

    /// - Parameter state: where the sampler keeps its state; it lives as long as the sampler.
    init(_ state: UnsafeMutablePointer<State>) { self.state = state }

    /// Whether to measure the call that is about to be made; read once before each call.
    @inlinable package var isDue: Bool {
        @inline(__always) get {
            state.pointee.callsLeft &-= 1
            return state.pointee.callsLeft == 0
        }
    }

    /// Starts measuring a call, within which no call is due.
    /// - Returns: the argument for `end`.
    @usableFromInline
    package func begin() -> Int64? {
        state.pointee.callsLeft = .max
        return state.pointee.clock.beginSample()
    }

    /// Stops measuring a call.
    @usableFromInline
    package func end(_ begin: Int64?) {
        let clock = state.pointee.clock
        state.pointee.note(begin.map(clock.endSample), clock)
    }

    /// The state of a sampler.
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

        /// Records the duration of a call and decides which call to measure next.
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
