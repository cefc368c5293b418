package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Tells what a task's time goes into: at each moment it is in one phase.
///
/// The closures' is the phase that loops over the records, and the others are left for it:
///
///     closure ─┬────────┬──────────────┬──── …      what is left is the closures'
///        read  └────────┘   write ┌────┴──┐
///                           sort  └─┘               a phase within a phase: only the inner one
///
/// What is done for each record is too short to be measured each time: samplers measure some of it,
/// and have its share taken from the closures' time. So all phases together are the time that has
/// passed, and nothing is counted twice.
///
/// Unchecked: a task's thread alone uses it.
@usableFromInline
package final class PhaseClock: @unchecked Sendable {
    /// That of the task that the calling thread runs; nil on other threads.
    ///
    /// For what all tasks and all others use alike, the files above all.
    @TaskLocal package static var current: PhaseClock?

    private let now: () -> Int64
    /// What a measurement measures when nothing happens.
    let overhead: Int64
    /// The time that was spent in each phase, as far as it was measured.
    // One task's thread owns a clock: checks of exclusive access would only cost time.
    @exclusivity(unchecked) private var spent = [Int64](
        repeating: 0,
        count: TaskPhase.allCases.count
    )
    /// What samplers found to belong to each phase, of what was spent in the closures'.
    @exclusivity(unchecked) private var found = [Double](
        repeating: 0,
        count: TaskPhase.allCases.count
    )
    @exclusivity(unchecked) private var phase: TaskPhase
    /// When the phase began, or was last looked at.
    @exclusivity(unchecked) private var mark: Int64
    @exclusivity(unchecked) private var isSampling = false
    /// Draws how many calls a sampler leaves out.
    @exclusivity(unchecked) private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var samplers: [UnsafeMutablePointer<Sampler.State>] = []

    /// Begins now, in the closures' phase.
    package convenience init() { self.init(overhead: Self.measuredOverhead, now: Self.monotonic) }

    /// Begins with another clock, which tells nanoseconds.
    package init(overhead: Int64, now: @escaping () -> Int64) {
        self.overhead = overhead
        self.now = now
        phase = .closure
        mark = now()
    }

    deinit { for state in samplers { state.deallocate() } }

    /// Does what belongs to a phase, whatever phase it is in.
    package func measure<Result, Failure: Error>(
        _ phase: TaskPhase,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let before = self.phase
        settle()
        self.phase = phase
        defer {
            settle()
            self.phase = before
        }
        return try body()
    }

    /// The same for the task of the calling thread, if it runs one.
    @usableFromInline
    package static func measure<Result, Failure: Error>(
        _ phase: TaskPhase,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let current else { return try body() }
        return try current.measure(phase, body)
    }

    /// Has the time up to now count as the current phase's.
    private func settle() {
        let time = now()
        spent[phase.rawValue] += time - mark
        mark = time
    }

    /// What time went into so far.
    package var times: TaskTimes {
        settle()
        let closures = Double(spent[TaskPhase.closure.rawValue])
        let sampled = found.reduce(0, +)
        // An estimate may be too large; there is not more than there was.
        let share = sampled > closures ? closures / sampled : 1
        func seconds(_ phase: TaskPhase) -> Float {
            Float((Double(spent[phase.rawValue]) + found[phase.rawValue] * share) / 1e9)
        }
        return TaskTimes(
            read: seconds(.read),
            closure: Float((closures - sampled * share) / 1e9),
            sort: seconds(.sort),
            spill: seconds(.spill),
            merge: seconds(.merge),
            write: seconds(.write),
            commit: seconds(.commit)
        )
    }

    // MARK: Samplers

    /// A new sampler of calls that belong to a phase.
    @usableFromInline
    package func sampler(_ phase: TaskPhase) -> Sampler {
        let state = UnsafeMutablePointer<Sampler.State>.allocate(capacity: 1)
        state.initialize(to: Sampler.State(phase, self))
        samplers.append(state)
        return Sampler(state)
    }

    /// Begins to measure what is taken of the closures' time.
    ///
    /// - Returns: what `endSample` asks for; nil where there is nothing to be had: in another phase
    ///   the time is that phase's already, and within another sample that one's.
    func beginSample() -> Int64? {
        guard phase == .closure, !isSampling else { return nil }
        isSampling = true
        settle()
        return spent[TaskPhase.closure.rawValue]
    }

    /// Ends a sample.
    ///
    /// - Returns: the nanoseconds that it took, without phases that were measured within.
    func endSample(_ before: Int64) -> Int64 {
        settle()
        isSampling = false
        return max(spent[TaskPhase.closure.rawValue] - before - overhead, 0)
    }

    /// Has so many nanoseconds of the closures' time count as another phase's.
    func move(_ duration: Double, to phase: TaskPhase) { found[phase.rawValue] += duration }

    /// A number from 1 on, equally likely up to twice the mean less one.
    func number(around mean: Int) -> Int {
        // xorshift64 (Marsaglia, Xorshift RNGs, 2003).
        random ^= random &<< 13
        random ^= random &>> 7
        random ^= random &<< 17
        return 1 + Int(random % UInt64(2 * mean - 1))
    }

    // MARK: The time

    private static func monotonic() -> Int64 { time(CLOCK_MONOTONIC) }

    /// The time that the processor has worked for the calling thread.
    package static var ofThread: Int64 { time(CLOCK_THREAD_CPUTIME_ID) }

    private static func time(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// The least of some measurements of nothing: what is more is due to something else.
    private static let measuredOverhead: Int64 = {
        let clock = PhaseClock(overhead: 0, now: monotonic)
        return (0..<64).compactMap { _ in clock.beginSample().map(clock.endSample) }.min() ?? 0
    }()
}
