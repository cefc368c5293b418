internal import MapReduceControl
internal import MapReduceModel

/// Remedies for waiting slots: tasks of a different number and size.
extension Remedies {
    /// Distributing the largest task's input over other tasks.
    var spreading: Remedy? {
        guard let late = times.latest(.skew), late.delaySeconds > 0 else { return nil }
        let share = share(.skew)
        if readsFiles(late.stage) {
            return finerFiles(.skew, late.stage, ExpectedGain.finer * share)
        }
        guard let sizes = sizes(of: late.stage), let key = sizes.heaviestKey,
            sizes.heaviestKeyIndex == late.task, Double(key.pairCount) * 2 >= late.records
        else { return finerPartitions(.skew, late.stage, ExpectedGain.finer * share, factor: 4) }
        if sizes.couldCombine {
            return remedy(
                .skew,
                ExpectedGain.even * share,
                "combine(_:), which merges the pairs of key \(key.key) before the shuffle,"
            )
        }
        return remedy(
            .skew,
            ExpectedGain.finer * share,
            "dividing the key \(key.key) into several, and merging those in a next step,"
        )
    }

    /// More tasks, so that every slot has some.
    var cutting: Remedy? {
        guard let stage = times.stage(ofMost: .tasks) else { return nil }
        let isTooFew = Double(times.stages[stage].taskCount) < times.capacity
        let saving =
            times.share(times.stages[stage][.tasks])
            * (isTooFew ? ExpectedGain.even : ExpectedGain.finer)
        if readsFiles(stage) { return finerFiles(.tasks, stage, saving) }
        return finerPartitions(.tasks, stage, saving, factor: isTooFew ? 1 : 2)
    }

    /// Finding out why one task is slow.
    var straggling: Remedy? {
        guard let late = times.latest(.stragglers), late.delaySeconds > 0 else { return nil }
        let name = "\(late.stage).\(late.task)"
        let see = report.replayCommand == nil ? "" : " (look at it with --replay \(name))"
        return remedy(
            .stragglers,
            ExpectedGain.even * share(.stragglers),
            "a task \(name) as fast as the others\(see)"
        )
    }

    /// Larger tasks, if starting them takes a large part of their time.
    var coarsening: Remedy? {
        var best: Remedy?
        for stage in report.stages.indices {
            let tasks = times.stages[stage]
            let count = Double(tasks.taskCount)
            guard count >= 8 * times.capacity,
                tasks.busySeconds < count * ReportLimits.minSavedSeconds
            else { continue }
            let saving = ExpectedGain.finer * times.share(tasks.unaccountedSeconds)
            if best.map({ $0.advice.saving >= saving }) ?? false { continue }
            if readsFiles(stage) {
                let size = max(Double(report.stages[stage].inputByteCount), 1) / count
                let larger = max(8 * size, ReportLimits.minAdvisedSplitByteCount)
                let option = "--split-size \(Self.size(larger))"
                best = remedy(.overhead, saving, option: option)
            } else if hasDefaultPartitions(stage) {
                let option = "--reducers \(Int(2 * times.capacity))"
                best = remedy(.overhead, saving, option: option)
            }
        }
        return best
    }

    // MARK: How

    private func readsFiles(_ stage: Int) -> Bool {
        guard report.plan.stages.indices.contains(stage) else { return false }
        if case .files = report.plan.stages[stage].input { return true }
        return false
    }

    private func sizes(of stage: Int) -> PartitionSizes? {
        report.job.stages.indices.contains(stage) ? report.job.stages[stage].partitions : nil
    }

    /// Whether the number of a stage's partitions comes from the option, and not from the job.
    private func hasDefaultPartitions(_ stage: Int) -> Bool {
        let count = times.stages[stage].taskCount
        if let settings = report.settings { return count == settings.reducerCount }
        return count > 1
    }

    private func finerPartitions(
        _ bound: Verdict.Bound,
        _ stage: Int,
        _ saving: Double,
        factor: Int
    ) -> Remedy? {
        guard hasDefaultPartitions(stage) else { return nil }
        let count = max(Int(times.capacity), times.stages[stage].taskCount) * factor
        return remedy(bound, saving, option: "--reducers \(count)")
    }

    private func finerFiles(_ bound: Verdict.Bound, _ stage: Int, _ saving: Double) -> Remedy? {
        let input = max(Double(report.stages[stage].inputByteCount), 0)
        if max(Double(report.stages[stage].uncutByteCount), 0) * 2 >= input, input > 0 {
            return remedy(
                bound,
                saving,
                "input that can be cut (bgzip makes gzip files of many members)"
            )
        }
        // Four tasks for each slot, so that the last ones end at about the same time.
        let size = input / (4 * times.capacity)
        let now = input / Double(max(times.stages[stage].taskCount, 1))
        guard size >= Double(1 << 20), size * 2 <= now else { return nil }
        return remedy(bound, saving, option: "--split-size \(Self.size(size))")
    }
}
