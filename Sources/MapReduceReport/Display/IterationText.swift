internal import MapReduceControl
internal import MapReduceModel

/// The text about the iterations of a job that has succeeded.
enum IterationText {
    /// Returns a line for each iteration: how many rounds it took, and whether something was still
    /// changing.
    ///
    /// If there are many, only the first ones are shown; those that have not converged come first.
    static func lines(of job: JobStatus) -> String {
        let all = job.iterations ?? []
        let ordered = all.filter(\.hasNotConverged) + all.filter { !$0.hasNotConverged }
        let shown = ordered.prefix(ReportLimits.maxIterationLineCount)
        var text = shown.map { "  \(line(of: $0, in: job))\n" }.joined()
        if shown.count < all.count { text += "  and \(all.count - shown.count) more iterations\n" }
        return text
    }

    private static func line(of iteration: JobStatus.Iteration, in job: JobStatus) -> String {
        let taken = Format.count(iteration.roundCount)
        let most = Format.count(iteration.maxRoundCount, "round")
        guard let counter = iteration.until else { return "\(iteration.label): \(most)" }
        guard iteration.hasNotConverged else {
            // A name that was never counted looks like convergence; it may be meant for another
            // counter.
            let isUnknown = job.counters[BuiltInCounter.userPrefix + counter] == 0
            return "\(iteration.label): \(taken) of at most \(most)"
                + (isUnknown ? ", as nothing counted \"\(counter)\"" : "")
        }
        return
            "warning: \(iteration.label) ended at its limit of \(most) without having converged: "
            + "the last one still counted \(Format.count(iteration.lastCount ?? 0)) of "
            + "\"\(counter)\"; allow more rounds"
    }
}
