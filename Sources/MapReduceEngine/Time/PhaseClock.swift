package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Measures how much time a task spends in each phase; at each moment it is in one phase.
///
/// The loop over the records is in the closures' phase, which other phases interrupt:
///
///     closure ─┬────────┬──────────────┬──── …      the rest is the closures'
///        read  └────────┘   write ┌────┴──┐
///                           sort  └─┘               a phase within a phase: only the inner one
///
/// The work for a single record is too short to be measured each time: samplers measure some of it,
/// and its share is taken from the closures' time. So all phases add up to the elapsed time, and
/// nothing is counted twice.
///
/// Unchecked: only a task's thread uses it.
@usableFromInline
package final class PhaseClock: @unchecked Sendable {
    /// The clock of the task that the calling thread runs; nil on other threads.
    ///
    /// For code that tasks share with everything else, especially file access.
    @TaskLocal package static var current: PhaseClock?

    private let now: () -> Int64
    /// The result of measuring nothing.
    let overhead: Int64
    /// The time spent in each phase, as far as it was measured.
    // One task's thread owns a clock: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var spent = [Int64](
        repeating: 0,
        count: TaskPhase.allCases.count
    )
    /// The time, out of the closures' time, that samplers attributed to each phase.
    @exclusivity(unchecked) private var found = [Double](
        repeating: 0,
        count: TaskPhase.allCases.count
    )
    @exclusivity(unchecked) private var phase: TaskPhase
    /// When the phase began or was last checked.
    @exclusivity(unchecked) private var mark: Int64
    @exclusivity(unchecked) private var isSampling = false
    /// The state of the generator that draws how many calls a sampler skips.
    @exclusivity(unchecked) private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var samplers: [UnsafeMutablePointer<Sampler.State>] = []

    /// Creates a clock that starts now, in the closures' phase.
    package convenience init() { self.init(overhead: Self.measuredOverhead, now: Self.monotonic) }

    /// Creates a clock with another time source, which returns nanoseconds.
    package init(overhead: Int64, now: @escaping () -> Int64) {
        self.overhead = overhead
        self.now = now
        phase = .closure
        mark = now()
    }

    deinit { for state in samplers { state.deallocate() } }

    /// Runs the body in a phase, whatever the current phase is.
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

    /// Does the same for the task of the calling thread, if it runs one.
    @usableFromInline
    package static func measure<Result, Failure: Error>(
        _ phase: TaskPhase,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let current else { return try body() }
        return try current.measure(phase, body)
    }

    /// Adds the time up to now to the current phase.
    private func settle() {
        let time = now()
        spent[phase.rawValue] += time - mark
        mark = time
    }

    /// How the time was spent so far.
    package var times: TaskTimes {
        settle()
        let closures = Double(spent[TaskPhase.closure.rawValue])
        let sampled = found.reduce(0, +)
        // An estimate may be too large; it is limited to the time there was.
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

    /// Returns a new sampler of calls that belong to a phase.
    @usableFromInline
    package func sampler(_ phase: TaskPhase) -> Sampler {
        let state = UnsafeMutablePointer<Sampler.State>.allocate(capacity: 1)
        state.initialize(to: Sampler.State(phase, self))
        samplers.append(state)
        return Sampler(state)
    }

    /// Starts measuring time that is to be taken from the closures'.
    ///
    /// - Returns: the argument for `endSample`; nil if there is nothing to take: in another phase
    ///   the time already belongs to that phase, and within another sample it belongs to that
    ///   sample.
    func beginSample() -> Int64? {
        guard phase == .closure, !isSampling else { return nil }
        isSampling = true
        settle()
        return spent[TaskPhase.closure.rawValue]
    }

    /// Ends a sample.
    ///
    /// - Returns: the nanoseconds it took, without the phases measured within it.
    func endSample(_ before: Int64) -> Int64 {
        settle()
        isSampling = false
        return max(spent[TaskPhase.closure.rawValue] - before - overhead, 0)
    }

    /// Moves N nanoseconds from the closures' time to another phase.
    func move(_ duration: Double, to phase: TaskPhase) { found[phase.rawValue] += duration }

    /// Returns a random number from 1 to twice the mean minus one, each equally likely.
    func number(around mean: Int) -> Int {
        // xorshift64 (Marsaglia, Xorshift RNGs, 2003).
        random ^= random &<< 13
        random ^= random &>> 7
        random ^= random &<< 17
        return 1 + Int(random % UInt64(2 * mean - 1))
    }

    // MARK: The time

    private static func monotonic() -> Int64 { time(CLOCK_MONOTONIC) }

    /// The CPU time used by the calling thread.
    package static var ofThread: Int64 { time(CLOCK_THREAD_CPUTIME_ID) }

    private static func time(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// The minimum of several measurements of nothing; anything above it has another cause.
    private static let measuredOverhead: Int64 = {
        let clock = PhaseClock(overhead: 0, now: monotonic)
        return (0..<64).compactMap { _ in clock.beginSample().map(clock.endSample) }.min() ?? 0
    }()
}
