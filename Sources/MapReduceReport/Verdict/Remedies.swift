internal import MapReduceControl
internal import MapReduceModel

/// What would make a job shorter, and by how much.
///
/// An estimate is the share of the slots' time that a remedy would eliminate, times the fraction of
/// it that can realistically be saved; it is meant to be too low rather than too high.
struct Remedies {
    let report: JobReport
    let times: SlotTimes

    /// A remedy, and the bound that it addresses.
    struct Remedy {
        var bound: Verdict.Bound
        var advice: Verdict.Advice
    }

    /// The fraction of a share that a remedy can be expected to save.
    enum ExpectedGain {
        /// More slots compete for memory, disks and caches.
        static let slots = 0.8
        /// Data that is not spilled is still sorted and written once.
        static let memory = 0.7
        /// As many tasks as slots, or a key that is merged before the shuffle.
        static let even = 0.8
        /// The same through finer cutting, which balances only on average.
        static let finer = 0.5
        /// Merging early costs processor time, which offsets some of the later savings.
        static let combining = 0.5
        /// Writing more or fewer bytes also changes the cost of other parts of writing.
        static let compressing = 0.4
    }

    init(_ report: JobReport, _ times: SlotTimes) {
        self.report = report
        self.times = times
    }

    /// The remedy that saves most; nil if none is worth trying.
    var best: Remedy? {
        let known = [
            slots, memory, combining, spreading, cutting, straggling, compression, merging,
            coarsening, waiting,
        ]
        .compactMap { $0 }
        let best = known.max { $0.advice.saving < $1.advice.saving }
        if let best, isWorthwhile(best.advice.saving) { return best }
        return moreWorkers.flatMap { isWorthwhile($0.advice.saving) ? $0 : nil }
    }

    private func isWorthwhile(_ saving: Double) -> Bool {
        saving * 100 >= Double(ReportLimits.minSavingPercent)
            && saving * times.wall >= ReportLimits.minSavedSeconds
    }

    /// Creates a remedy.
    ///
    /// `what`: the beginning of the sentence that says how much it saves.
    func remedy(
        _ bound: Verdict.Bound,
        _ saving: Double,
        option: String? = nil,
        _ what: String? = nil
    ) -> Remedy {
        let saving = min(max(saving, 0), 1)
        let percent = saving * 100
        // The second digit would not be credible.
        let rounded = percent < 10 ? percent.rounded() : (percent / 5).rounded() * 5
        let text = "\(what ?? option ?? "") would save about \(Int(rounded))%"
        return Remedy(
            bound: bound,
            advice: Verdict.Advice(option: option, text: text, saving: saving)
        )
    }

    func share(_ bound: Verdict.Bound) -> Double { times.share(times.seconds(bound)) }

    /// Formats a number of bytes as an option is typed, in whole mebibytes.
    static func size(_ byteCount: Double) -> String {
        let wanted = (byteCount / Double(1 << 20)).rounded()
        let mebibytes = Int(min(max(wanted, 1), ReportLimits.maxAdvisedMebibytes))
        return mebibytes % 1024 == 0 ? "\(mebibytes / 1024)G" : "\(mebibytes)M"
    }

    // MARK: Slots

    /// The processors of all workers; nil if a worker does not report them.
    private var processorCount: Double? {
        guard !report.workers.isEmpty else { return nil }
        var sum = 0.0
        for worker in report.workers {
            guard let count = worker.processorCount else { return nil }
            sum += Double(min(max(count, 1), ReportLimits.maxJudgedSlotCount))
        }
        return sum
    }

    /// The share of the job's time that this many slots would save while all were at work.
    private func saving(slots: Double) -> Double {
        guard times.wall > 0 else { return 0 }
        let saved = times.stages.reduce(0.0) { sum, stage in
            let useful = min(slots, Double(stage.taskCount))
            return sum + stage.fullSeconds * max(1 - times.capacity / max(useful, 1), 0)
        }
        return ExpectedGain.slots * min(saved / times.wall, 1)
    }

    /// More slots, for processors that no slot uses.
    private var slots: Remedy? {
        guard let processorCount, processorCount > times.capacity, report.workers.count == 1 else {
            return nil
        }
        return remedy(
            .slots,
            saving(slots: processorCount),
            option: "--workers \(Int(processorCount))"
        )
    }

    /// More slots, for closures that wait for something other than a processor.
    private var waiting: Remedy? {
        guard let processorCount, processorCount <= times.capacity, report.workers.count == 1,
            share(.closure) > 0.5
        else { return nil }
        let busy = times.stages.reduce(0) { $0 + $1.busySeconds }
        let computing = times.stages.reduce(0) { $0 + $1.processorSeconds }
        // Far less than on a machine that is also busy with other work.
        guard computing > 0, computing * 16 < busy else { return nil }
        let slots = min(times.capacity * 4, Double(JobLimits.maxSlotCount))
        return remedy(
            .closure,
            saving(slots: slots),
            option: "--workers \(Int(slots))",
            "closures wait rather than compute; --workers \(Int(slots))"
        )
    }

    /// More workers, for a cluster where nothing else helps.
    private var moreWorkers: Remedy? {
        guard processorCount == nil, !report.workers.isEmpty else { return nil }
        return remedy(
            .slots,
            saving(slots: 2 * times.capacity),
            "twice the slots (more workers, or their --slots)"
        )
        .asAdviceAlone
    }
}

extension Remedies.Remedy {
    /// The same remedy, which leaves the verdict's bound to the largest part of the time.
    fileprivate var asAdviceAlone: Self { Self(bound: .closure, advice: advice) }
}
