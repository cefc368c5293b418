import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// Where the time of a task goes, by a clock that the test moves.
@Suite struct PhaseClockTests {
    private struct Stopped: Error {}

    /// A clock that stands still until it is told how many nanoseconds have passed.
    private final class Hands {
        var time: Int64 = 0
        func pass(_ nanoseconds: Int64) { time += nanoseconds }
        func clock(overhead: Int64 = 0) -> PhaseClock {
            PhaseClock(overhead: overhead) { [self] in
                defer { time += overhead }
                return time
            }
        }
    }

    private static func sum(_ times: TaskTimes) -> Float {
        times.read + times.closure + times.sort + times.spill + times.merge + times.write
            + times.commit
    }

    @Test func aPhaseWithinAPhaseCountsOnce() {
        let hands = Hands()
        let clock = hands.clock()
        hands.pass(1_000)
        clock.measure(.write) {
            hands.pass(20_000)
            clock.measure(.sort) { hands.pass(300_000) }
            clock.measure(.commit) { hands.pass(4_000_000) }
            hands.pass(50_000)
        }
        clock.measure(.spill) { clock.measure(.spill) { hands.pass(600) } }
        hands.pass(7)
        let expected = TaskTimes(
            closure: Float(1_007e-9),
            sort: Float(300_000e-9),
            spill: Float(600e-9),
            write: Float(70_000e-9),
            commit: Float(4_000_000e-9)
        )
        #expect(clock.times == expected)
    }

    @Test func anErrorEndsAPhase() {
        let hands = Hands()
        let clock = hands.clock()
        #expect(throws: Stopped.self) {
            try clock.measure(.read) {
                hands.pass(1_000_000_000)
                throw Stopped()
            }
        }
        hands.pass(2_000_000_000)
        #expect(clock.times == TaskTimes(read: 1, closure: 2))
    }

    @Test func othersMeasureForTheTaskOfTheirThread() {
        let hands = Hands()
        let clock = hands.clock()
        #expect(PhaseClock.measure(.read) { 7 } == 7)
        PhaseClock.$current.withValue(clock) {
            PhaseClock.measure(.read) { hands.pass(1_000_000_000) }
        }
        #expect(clock.times == TaskTimes(read: 1))
    }

    /// Calls that take as long as the body says, among closures that take 100 ns.
    private func run(
        _ hands: Hands,
        _ clock: PhaseClock,
        calls: Int,
        _ call: (_ index: Int) -> Void
    ) {
        let sampler = clock.sampler(.sort)
        for index in 0..<calls {
            hands.pass(100)
            if sampler.isDue {
                let sample = sampler.begin()
                call(index)
                sampler.end(sample)
            } else {
                call(index)
            }
        }
    }

    /// The clock itself takes time, which is nobody's but the closures'.
    @Test(arguments: [0, 45] as [Int64], [1, 60, 5_000, 1_000_000] as [Int64])
    func someCallsTellOfAll(overhead: Int64, duration: Int64) {
        let hands = Hands()
        let clock = hands.clock(overhead: overhead)
        let calls = 200_000
        run(hands, clock, calls: calls) { _ in hands.pass(duration) }
        let times = clock.times
        let truth = Float(Double(calls) * Double(duration) / 1e9)
        #expect(abs(times.sort - truth) < truth * 0.02, "\(times.sort) of \(truth)")
        let wall = Float(Double(hands.time) / 1e9)
        #expect(abs(Self.sum(times) - wall) < wall * 1e-4, "\(times) of \(wall)")
    }

    /// Calls that take long every so often, in step with nothing.
    @Test(arguments: [2, 16, 64, 512])
    func patternsAreNotMissed(period: Int) {
        let hands = Hands()
        let clock = hands.clock()
        let calls = 1_000_000
        run(hands, clock, calls: calls) { hands.pass($0 % period == 0 ? 400 : 20) }
        let truth = (Double(calls / period) * 380 + Double(calls) * 20) / 1e9
        let found = Double(clock.times.sort)
        #expect(abs(found - truth) < truth * 0.25, "\(found) of \(truth)")
    }

    @Test func aCallDuringWhichTheThreadDidNotRunStandsForItself() {
        let hands = Hands()
        let clock = hands.clock()
        var stops = 0
        let sampler = clock.sampler(.sort)
        for index in 0..<100_000 {
            hands.pass(100)
            let isDue = sampler.isDue
            let sample = isDue ? sampler.begin() : nil
            hands.pass(20)
            // Each time it is being measured, late in the task.
            if isDue, index > 90_000, stops < 3 {
                hands.pass(4_000_000)
                stops += 1
            }
            if isDue { sampler.end(sample) }
        }
        let found = Double(clock.times.sort)
        #expect(stops == 3)
        #expect(found > 0.012 && found < 0.018, "0.002 s, and three times 4 ms: \(found)")
    }

    @Test func whatIsMeasuredWithinASampleIsNotTheSamples() {
        let hands = Hands()
        let clock = hands.clock()
        run(hands, clock, calls: 10_000) { _ in
            hands.pass(10)
            clock.measure(.spill) { hands.pass(1_000) }
        }
        let times = clock.times
        #expect(times.spill == Float(0.01))
        #expect(abs(times.sort - 0.0001) < 0.00001, "\(times)")
    }

    /// A sampler in another sampler's call, and one in another phase, have nothing to add.
    @Test func samplesDoNotNest() {
        let hands = Hands()
        let clock = hands.clock()
        let inner = clock.sampler(.merge)
        func call() {
            let isDue = inner.isDue
            let sample = isDue ? inner.begin() : nil
            hands.pass(50)
            if isDue { inner.end(sample) }
        }
        clock.measure(.write) { for _ in 0..<1_000 { call() } }
        #expect(clock.times == TaskTimes(write: Float(50_000e-9)))
        let outer = clock.sampler(.sort)
        #expect(outer.isDue)
        let sample = outer.begin()
        call()
        outer.end(sample)
        #expect(clock.times.merge == 0)
    }

    @Test func theClocksOfTheSystemMove() {
        let clock = PhaseClock()
        let before = PhaseClock.ofThread
        var state: UInt64 = 1
        clock.measure(.sort) {
            while PhaseClock.ofThread - before < 5_000_000 { state = state &* 3 &+ 1 }
        }
        #expect(clock.times.sort >= 0.004, "\(clock.times) \(state)")
    }
}
