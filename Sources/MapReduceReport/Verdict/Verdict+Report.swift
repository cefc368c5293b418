internal import MapReduceControl
package import MapReduceModel

extension JobReport {
    /// Returns the report with a verdict, if the job has succeeded.
    ///
    /// The code that ends a job calls it once, and shows `verdict` wherever the job is shown.
    ///
    /// Cost: that of sorting the attempts by time.
    package func judged() -> JobReport {
        var report = self
        report.verdict = Verdict(of: self)
        report.job.verdict = report.verdict
        return report
    }
}

extension Verdict {
    /// Creates the verdict on a job from its measurements; nil if the job has not succeeded.
    ///
    /// The model is described in `Documentation/Decisions/verdict.md`.
    package init?(of report: JobReport) {
        guard report.job.phase == .succeeded else { return nil }
        let times = SlotTimes(report)
        let parts = times.parts
        guard times.wall >= ReportLimits.minJudgedSeconds, let largest = parts.first else {
            self.init(
                bound: .overhead,
                share: parts.first { $0.bound == .overhead }?.share ?? 0,
                text: "bound by overhead: there was little to do",
                advice: nil,
                parts: parts
            )
            return
        }
        let remedies = Remedies(report, times)
        let best = remedies.best
        let isSlots = best?.bound == .slots
        let text = VerdictText(report, times)
        self.init(
            bound: isSlots ? .slots : largest.bound,
            share: isSlots ? times.fullShare : largest.share,
            text: isSlots
                ? text.slots(largest: largest.bound)
                : text.text(of: largest.bound, share: largest.share),
            advice: best.map { $0.advice },
            parts: parts
        )
    }
}

extension SlotTimes {
    /// The share of the job's time in which all slots were at work while tasks waited.
    var fullShare: Double {
        wall > 0 ? min(stages.reduce(0) { $0 + $1.fullSeconds } / wall, 1) : 0
    }
}
