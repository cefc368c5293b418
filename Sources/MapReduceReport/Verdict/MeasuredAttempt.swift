internal import MapReduceControl
internal import MapReduceModel

/// An attempt of a report with numbers that are safe to calculate with, wherever they come from.
struct MeasuredAttempt {
    let stage: Int
    let task: Int
    let number: Int
    let isBackup: Bool
    let state: TaskStatus.Attempt.State
    let start: Double
    let end: Double
    /// Its time by bound, at most its duration in total.
    let phases: [(bound: Verdict.Bound, seconds: Double)]
    let processorSeconds: Double
    let records: Double
    let bytes: Double
    /// Why it ended late; nil if it did not.
    private(set) var reason: Verdict.Bound?
    /// When it would have ended if it had been like the others of its stage.
    private(set) var lateAt = Double.infinity
    /// Seconds after that in which slots could only wait for it.
    var delaySeconds = 0.0
    /// What it is compared with: the median duration and number of records of its stage.
    private(set) var usualSeconds = 0.0
    private(set) var usualRecords = 0.0

    var duration: Double { end - start }

    /// Limits a number of seconds that a report claims to between 0 and three centuries.
    static func bounded(_ seconds: Double) -> Double {
        seconds.isNaN ? 0 : min(max(seconds, 0), ReportLimits.maxJudgedSeconds)
    }

    /// Returns the attempts that have ended and took time, and whose stage exists.
    static func all(of report: JobReport) -> [MeasuredAttempt] {
        report.attempts.compactMap { attempt in
            guard report.stages.indices.contains(attempt.stage), let end = attempt.end,
                bounded(attempt.start) < bounded(end)
            else { return nil }
            return MeasuredAttempt(attempt, end: bounded(end))
        }
    }

    private init(_ attempt: JobReport.Attempt, end: Double) {
        stage = attempt.stage
        task = attempt.task
        number = attempt.number
        isBackup = attempt.isBackup
        state = attempt.state
        start = Self.bounded(attempt.start)
        self.end = end
        records = max(Double(attempt.recordsIn), 0)
        bytes = max(Double(attempt.bytesIn), 0)
        let times = attempt.times ?? TaskTimes()
        let claimed: [(Verdict.Bound, Double)] = [
            (.fetch, Self.bounded(Double(times.fetch))),
            (.reading, Self.bounded(Double(times.read))),
            (.closure, Self.bounded(Double(times.closure))),
            (.sort, Self.bounded(Double(times.sort))),
            (.spill, Self.bounded(Double(times.spill))),
            (.merge, Self.bounded(Double(times.merge))),
            (.writing, Self.bounded(Double(times.write)) + Self.bounded(Double(times.commit))),
        ]
        let sum = claimed.reduce(0) { $0 + $1.1 }
        let scale = sum > end - start ? (end - start) / sum : 1
        phases = claimed.map { ($0.0, $0.1 * scale) }
        processorSeconds = min(Self.bounded(Double(times.cpu)), end - start)
    }

    // MARK: Late attempts

    /// Finds the attempts that took much longer than the median of their stage, and why.
    ///
    /// Cost: that of sorting.
    static func findLate(_ attempts: inout [MeasuredAttempt], stageCount: Int, wall: Double) {
        var ofStage = [[Int]](repeating: [], count: stageCount)
        for (index, attempt) in attempts.enumerated() where attempt.state == .succeeded {
            ofStage[attempt.stage].append(index)
        }
        for indexes in ofStage where !indexes.isEmpty {
            func middle(_ value: (MeasuredAttempt) -> Double) -> Double {
                indexes.map { value(attempts[$0]) }.sorted()[(indexes.count - 1) / 2]
            }
            let usual = (middle(\.duration), middle(\.records), middle(\.bytes))
            for index in indexes { attempts[index].compare(with: usual, wall: wall) }
        }
    }

    private mutating func compare(
        with usual: (seconds: Double, records: Double, bytes: Double),
        wall: Double
    ) {
        (usualSeconds, usualRecords) = (usual.seconds, usual.records)
        // Waiting for an attempt that had to be rerun is waiting because of the failure.
        if isBackup {
            reason = .stragglers
        } else if number > 0 {
            reason = .retries
        }
        guard duration * 100 > usual.seconds * Double(ReportLimits.latePercent),
            (duration - usual.seconds) * 100 > wall * Double(ReportLimits.minLatePercent)
        else { return }
        lateAt = start + usual.seconds
        if reason != nil { return }
        let size = max(Self.ratio(records, usual.records), Self.ratio(bytes, usual.bytes))
        let isLarge = size * 100 >= Double(ReportLimits.latePercent)
        // Taking up to twice as long as its size explains is not another reason.
        reason = isLarge && duration <= 2 * size * usual.seconds ? .skew : .stragglers
    }

    private static func ratio(_ value: Double, _ usual: Double) -> Double {
        if usual > 0 { return value / usual }
        return value > 0 ? ReportLimits.maxJudgedSeconds : 1
    }
}
