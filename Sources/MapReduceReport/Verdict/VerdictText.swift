internal import MapReduceControl
internal import MapReduceModel

/// Describes what bounded a job, in words and numbers.
struct VerdictText {
    let report: JobReport
    let times: SlotTimes

    init(_ report: JobReport, _ times: SlotTimes) {
        self.report = report
        self.times = times
    }

    /// Returns the sentence about a part of the slots' time.
    func text(of bound: Verdict.Bound, share: Double) -> String {
        var text = "bound by \(bound.rawValue): \(Self.percent(share)) of the slots' time"
        switch bound {
        case .skew, .stragglers: text += lateness(bound)
        case .tasks: text += emptiness
        case .retries:
            let count = report.attempts.count { $0.state == .failed || $0.state == .lost }
            text += " went into \(Format.count(count, "attempt")) that failed, and what ran again"
        case .overhead: text += " went into starting tasks, and what comes before and after them"
        case .reading, .closure, .sort, .spill, .fetch, .merge, .writing, .slots:
            text += place(of: bound)
        }
        return text
    }

    /// Returns the sentence about a job with too few slots, which spent most of their time on
    /// `largest`.
    func slots(largest: Verdict.Bound) -> String {
        let count = Int(times.capacity)
        let who = count == 1 ? "the only slot was" : "all \(count) slots were"
        return "bound by slots: \(who) at work \(Self.percent(times.fullShare)) of the time while "
            + "tasks waited, mostly in \(largest.rawValue)"
    }

    /// Limits a number of records that a report claims, which may be any number.
    private func count(_ records: Double) -> Int { Int(min(records, ReportLimits.maxShownCount)) }

    /// `58%`.
    static func percent(_ share: Double) -> String {
        "\(Int((min(max(share, 0), 1) * 100).rounded()))%"
    }

    /// Returns the label of the stage with most of the time, if there are several stages.
    private func place(of bound: Verdict.Bound) -> String {
        guard report.stages.count > 1, let stage = times.stage(ofMost: bound) else { return "" }
        return ", most of it in \(label(of: stage))"
    }

    private func lateness(_ bound: Verdict.Bound) -> String {
        guard let late = times.latest(bound) else { return place(of: bound) }
        let task = "\(late.stage).\(late.task)"
        if bound == .skew, late.records > late.usualRecords {
            return "; task \(task) (\(label(of: late.stage))) read "
                + "\(Format.count(count(late.records), "record")), and the one in the "
                + "middle of its stage \(Format.count(count(late.usualRecords)))"
        }
        return "; task \(task) (\(label(of: late.stage))) took "
            + "\(Format.duration(seconds: late.duration)), and the one in the middle of its stage "
            + Format.duration(seconds: late.usualSeconds)
    }

    private var emptiness: String {
        guard let stage = times.stage(ofMost: .tasks) else { return "" }
        let count = times.stages[stage].taskCount
        return " they had none; stage \(stage) (\(label(of: stage))) has "
            + Format.count(count, "task")
    }

    private func label(of stage: Int) -> String {
        report.plan.stages.indices.contains(stage)
            ? report.plan.stages[stage].label : "stage \(stage)"
    }
}
