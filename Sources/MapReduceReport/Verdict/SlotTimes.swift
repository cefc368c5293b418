internal import MapReduceControl
internal import MapReduceModel

/// The time of all slots of a job by stage and bound: the work of the attempts, and what idle slots
/// waited for.
///
/// ```
///   slot 0 │read│closure │sort│ late task of stage 0          ││ merge │
///   slot 1 │read│closure │sort│ ······· waits: skew ········· ││ merge │ ·tasks· │
///                             ^ from here on it is late        ^ between stages: overhead
/// ```
///
/// Stages are barriers, so that the slots wait for the attempt that ends last. If there are ten
/// slots, a second of one slot is a tenth of a second of the job, whatever it was spent on; so a
/// share of this time is what the job would save if the remaining work could be spread over the
/// slots as well.
struct SlotTimes {
    typealias Bound = Verdict.Bound

    /// Seconds from the submission to the end of the job.
    let wall: Double
    /// Slots that can be at work at once: at most as many as there are processors.
    let capacity: Double
    private(set) var attempts: [MeasuredAttempt]
    private(set) var stages: [Stage]
    /// The seconds of all slots.
    private(set) var total = 0.0

    /// The times of one stage.
    struct Stage {
        /// Indexed by the position of the bound in all bounds.
        var seconds = [Double](repeating: 0, count: Bound.allCases.count)
        var taskCount = 0
        /// Seconds of the job when all slots were at work and there were more tasks than slots.
        var fullSeconds = 0.0
        /// Seconds within its attempts that are not part of any phase.
        var unaccountedSeconds = 0.0
        /// Seconds of its successful attempts; below, processor seconds in them.
        var busySeconds = 0.0
        var processorSeconds = 0.0

        subscript(bound: Bound) -> Double {
            get { seconds[bound.position] }
            set { seconds[bound.position] = newValue }
        }
    }

    /// Cost: that of sorting the attempts by time.
    init(_ report: JobReport) {
        attempts = MeasuredAttempt.all(of: report)
        let end = attempts.lazy.map(\.end).max() ?? 0
        wall = max(MeasuredAttempt.bounded(report.job.seconds), end)
        capacity = Self.capacity(of: report, attempts)
        // One more for time that belongs to no stage.
        stages = Array(repeating: Stage(), count: report.stages.count + 1)
        for stage in report.stages.indices {
            let tasks = attempts.lazy.filter { $0.stage == stage && $0.state == .succeeded }
            stages[stage].taskCount = tasks.count
        }
        MeasuredAttempt.findLate(&attempts, stageCount: report.stages.count, wall: wall)
        addIdle()
        for attempt in attempts { addWork(of: attempt) }
        total = stages.reduce(0) { $0 + $1.seconds.reduce(0, +) }
    }

    /// The slots that could be at work, as far as the workers report them.
    private static func capacity(of report: JobReport, _ attempts: [MeasuredAttempt]) -> Double {
        let reported = report.workers.reduce(0.0) { sum, worker in
            let slots = min(max(worker.slotCount, 1), ReportLimits.maxJudgedSlotCount)
            return sum + Double(min(slots, max(worker.processorCount ?? slots, 1)))
        }
        if reported > 0 { return reported }
        var (running, most) = (0, 1)
        for moment in moments(of: attempts) {
            running += moment.isStart ? 1 : -1
            most = max(most, running)
        }
        return Double(most)
    }

    // MARK: Slots without work

    private struct Moment {
        var time: Double
        var isStart: Bool
        var attempt: Int
    }

    /// Starts and ends in order of time; at the same time, ends come first.
    private static func moments(of attempts: [MeasuredAttempt]) -> [Moment] {
        attempts.indices.flatMap { index in
            [
                Moment(time: attempts[index].start, isStart: true, attempt: index),
                Moment(time: attempts[index].end, isStart: false, attempt: index),
            ]
        }
        .sorted { ($0.time, $0.isStart ? 1 : 0) < ($1.time, $1.isStart ? 1 : 0) }
    }

    /// Adds idle time, from each start or end to the next.
    private mutating func addIdle() {
        var time = 0.0
        var running = 0
        // The started attempt that ends last.
        var last: Int?
        for moment in Self.moments(of: attempts) {
            add(from: time, to: moment.time, running: running, last: last)
            time = moment.time
            running += moment.isStart ? 1 : -1
            guard moment.isStart else { continue }
            if let known = last, attempts[known].end >= attempts[moment.attempt].end { continue }
            last = moment.attempt
        }
        add(from: time, to: wall, running: 0, last: nil)
    }

    private mutating func add(from start: Double, to end: Double, running: Int, last: Int?) {
        let time = end - start
        guard time > 0 else { return }
        guard running > 0, let last else {
            stages[stages.count - 1][.overhead] += capacity * time
            return
        }
        let stage = attempts[last].stage
        let taskCount = Double(stages[stage].taskCount)
        let idle = max(capacity - Double(running), 0)
        if idle == 0 {
            if taskCount > capacity { stages[stage].fullSeconds += time }
            return
        }
        let neverNeeded = min(idle, max(capacity - taskCount, 0))
        stages[stage][.tasks] += neverNeeded * time
        stages[stage][attempts[last].reason ?? .tasks] += (idle - neverNeeded) * time
        attempts[last].delaySeconds += max(end - max(start, attempts[last].lateAt), 0)
    }

    // MARK: Slots with work

    private mutating func addWork(of attempt: MeasuredAttempt) {
        let stage = attempt.stage
        switch attempt.state {
        case .failed, .lost: stages[stage][.retries] += attempt.duration
        case .stopped: stages[stage][.stragglers] += attempt.duration
        case .audited, .running: stages[stage][.overhead] += attempt.duration
        case .succeeded:
            stages[stage].busySeconds += attempt.duration
            stages[stage].processorSeconds += attempt.processorSeconds
            // The work of a late attempt while others wait for it is part of the reason why they
            // wait.
            let moved = attempt.reason == nil ? 0 : min(attempt.delaySeconds, attempt.duration)
            if let reason = attempt.reason { stages[stage][reason] += moved }
            let left = 1 - moved / attempt.duration
            var accounted = 0.0
            for (bound, seconds) in attempt.phases {
                stages[stage][bound] += seconds * left
                accounted += seconds
            }
            let unaccounted = max(attempt.duration - accounted, 0) * left
            stages[stage][.overhead] += unaccounted
            stages[stage].unaccountedSeconds += unaccounted
        }
    }

    // MARK: Sums

    /// Returns seconds as a share of the slots' time, from 0 to 1.
    func share(_ seconds: Double) -> Double { total > 0 ? min(max(seconds / total, 0), 1) : 0 }

    /// Returns the seconds of all stages for a bound.
    func seconds(_ bound: Bound) -> Double { stages.reduce(0) { $0 + $1[bound] } }

    /// Returns the stage with most of the time for a bound; nil if there is no such time.
    func stage(ofMost bound: Bound) -> Int? {
        let stage = stages.indices.dropLast().max { stages[$0][bound] < stages[$1][bound] }
        return stage.flatMap { stages[$0][bound] > 0 ? $0 : nil }
    }

    /// Returns the attempt that slots waited longest for because of this reason.
    func latest(_ reason: Bound) -> MeasuredAttempt? {
        attempts.lazy.filter { $0.reason == reason }.max { $0.delaySeconds < $1.delaySeconds }
    }

    /// The time by bound, the largest part first.
    var parts: [Verdict.Part] {
        guard total > 0 else { return [Verdict.Part(bound: .overhead, seconds: 0, share: 1)] }
        return Bound.allCases.map { bound in
            let seconds = seconds(bound)
            return Verdict.Part(bound: bound, seconds: seconds, share: seconds / total)
        }
        .filter { $0.seconds > 0 }
        .sorted { $0.seconds > $1.seconds }
    }
}

extension Verdict.Bound {
    /// Its index in all bounds.
    fileprivate var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
