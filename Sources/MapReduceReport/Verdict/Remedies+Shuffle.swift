internal import MapReduceControl
internal import MapReduceModel

/// Remedies against sorting, spilling, merging and writing.
extension Remedies {
    /// More memory for each task, so that it spills less.
    var memory: Remedy? {
        let spilled = share(.spill)
        guard spilled > 0 else { return nil }
        // Runs per task of the stage that spills most often, including the last run.
        var runs = 1.0
        for stage in report.stages.indices {
            let spills = max(Double(report.stages[stage].counters[BuiltInCounter.spills]), 0)
            runs = max(runs, spills / Double(max(times.stages[stage].taskCount, 1)) + 1)
        }
        guard runs > 1 else { return nil }
        guard let settings = report.settings else {
            let factor = Int(min(runs.rounded(.up), ReportLimits.maxAdvisedFactor))
            return remedy(
                .spill,
                ExpectedGain.memory * spilled,
                option: "--memory",
                "\(factor) times as much --memory"
            )
        }
        let now = max(Double(settings.memoryByteCount), 1)
        var wanted = now
        while wanted < now * runs { wanted *= 2 }
        let most = freeMemory / max(times.capacity, 1)
        if wanted <= most {
            return remedy(
                .spill,
                ExpectedGain.memory * spilled,
                option: "--memory \(Self.size(wanted))"
            )
        }
        while wanted > most { wanted /= 2 }
        guard wanted >= 2 * now else { return nil }
        // Fewer and longer runs; the amount that is spilled stays the same.
        return remedy(
            .spill,
            ExpectedGain.memory * spilled * 0.5,
            option: "--memory \(Self.size(wanted))"
        )
    }

    private var freeMemory: Double {
        report.workers.reduce(0.0) { sum, worker in
            sum + (worker.memoryByteCount.map { max(Double($0), 0) } ?? ReportLimits.maxShownCount)
        }
    }

    /// Merging the values of equal keys before the shuffle, if a reduction turns many pairs into
    /// few.
    var combining: Remedy? {
        let found = report.plan.stages.indices.compactMap { reader -> Remedy? in
            guard report.stages.indices.contains(reader),
                let share = shareOfCombining(before: reader)
            else { return nil }
            return remedy(
                .sort,
                ExpectedGain.combining * share,
                "combine(_:) in place of \(report.plan.stages[reader].label), if that only merges "
                    + "values,"
            )
        }
        return found.max { $0.advice.saving < $1.advice.saving }
    }

    /// The share of the time spent on pairs that would be eliminated; nil if they cannot be merged,
    /// or were not many.
    private func shareOfCombining(before reader: Int) -> Double? {
        guard report.job.stages.indices.contains(reader),
            report.job.stages[reader].partitions?.couldCombine == true
        else { return nil }
        let counters = report.stages[reader].counters
        let received = Double(counters[BuiltInCounter.pairsReceived])
        let made =
            Double(counters[BuiltInCounter.recordsWritten])
            + Double(counters[BuiltInCounter.pairsEmitted])
        guard received > 0, made >= 0, made * 2 < received else { return nil }
        var seconds = times.stages[reader][.fetch] + times.stages[reader][.merge]
        for source in report.plan.stages[reader].input.sources
        where report.stages.indices.contains(source.stage) {
            let stage = times.stages[source.stage]
            seconds += stage[.sort] + stage[.spill] + stage[.writing]
        }
        return times.share(seconds) * (1 - made / received)
    }

    /// Compressing the output, or not compressing it, if that is better.
    var compression: Remedy? {
        guard let settings = report.settings else { return nil }
        var (writing, busy, computing) = (0.0, 0.0, 0.0)
        for (index, plan) in report.plan.stages.enumerated()
        where plan.writesParts && report.stages.indices.contains(index) {
            writing += times.stages[index][.writing]
            busy += times.stages[index].busySeconds
            computing += times.stages[index].processorSeconds
        }
        let saving = ExpectedGain.compressing * times.share(writing)
        if settings.compressesOutput, computing * 2 > busy {
            return remedy(.writing, saving, option: "--compress none")
        }
        guard !settings.compressesOutput, computing > 0, computing * 2 < busy else { return nil }
        return remedy(.writing, saving, option: "--compress gzip")
    }

    /// Fewer runs, if there are so many that they were merged in several passes.
    var merging: Remedy? {
        guard let settings = report.settings else { return nil }
        var seconds = 0.0
        for (stage, plan) in report.plan.stages.enumerated()
        where report.stages.indices.contains(stage)
            && report.stages[stage].counters[BuiltInCounter.mergePasses] > 0
            && !plan.input.sources.isEmpty
        {
            seconds += times.stages[stage][.merge]
        }
        return remedy(
            .merge,
            ExpectedGain.finer * times.share(seconds),
            option: "--split-size \(Self.size(4 * max(Double(settings.splitByteCount), 1)))"
        )
    }
}
