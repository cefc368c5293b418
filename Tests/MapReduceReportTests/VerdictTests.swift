import MapReduceControl
import MapReduceModel
import MapReduceReport
import TestSupport
import Testing

/// What bounds jobs whose reports say it clearly.
@Suite struct VerdictTests {
    private func verdict(_ job: SyntheticJob) throws -> Verdict {
        try #require(Verdict(of: job.report))
    }

    // MARK: Phases

    @Test(
        arguments: [
            (Verdict.Bound.reading, TaskTimes(read: 0.8, closure: 0.1)),
            (.closure, TaskTimes(read: 0.1, closure: 0.8)),
            (.sort, TaskTimes(closure: 0.1, sort: 0.8)),
            (.spill, TaskTimes(sort: 0.1, spill: 0.8)),
            (.fetch, TaskTimes(fetch: 0.8, merge: 0.1)),
            (.merge, TaskTimes(closure: 0.1, merge: 0.8)),
            (.writing, TaskTimes(closure: 0.2, write: 0.4, commit: 0.4)),
        ]
    )
    func theLargestPhaseBoundsSlotsThatAreAtWork(
        _ bound: Verdict.Bound,
        _ times: TaskTimes
    ) throws {
        var job = SyntheticJob(seconds: 10)
        job.fill(waves: 10, seconds: 1, times: times)
        let verdict = try verdict(job)
        #expect(verdict.bound == bound)
        #expect(abs(verdict.share - 0.8) < 1e-6)
        #expect(verdict.text == "bound by \(bound.rawValue): 80% of the slots' time")
        #expect(verdict.parts.first?.bound == bound)
    }

    @Test func theStageOfMostOfItIsNamed() throws {
        var job = SyntheticJob.shuffling(seconds: 10)
        job.fill(waves: 4, seconds: 1, times: TaskTimes(closure: 0.6))
        job.fill(stage: 1, waves: 6, from: 4, seconds: 1, times: TaskTimes(closure: 0.9))
        #expect(
            try verdict(job).text
                == "bound by closure: 78% of the slots' time, most of it in step at Job.swift:1"
        )
    }

    // MARK: Slots that wait

    @Test func aTaskWithFarMoreToReadIsSkew() throws {
        var job = SyntheticJob.shuffling(seconds: 10)
        job.fill(waves: 1, seconds: 1, times: TaskTimes(closure: 1))
        job.add(stage: 1, task: 0, from: 1, to: 2, records: 100, times: TaskTimes(closure: 1))
        job.add(stage: 1, task: 1, from: 1, to: 10, records: 900, times: TaskTimes(closure: 9))
        let verdict = try verdict(job)
        #expect(verdict.bound == .skew)
        // Both slots for the eight seconds in which one of them is alone.
        #expect(abs(verdict.share - 0.8) < 1e-6)
        #expect(
            verdict.text == "bound by skew: 80% of the slots' time; task 1.1 (step at Job.swift:1) "
                + "read 900 records, and the one in the middle of its stage 100"
        )
        #expect(verdict.advice?.option == "--reducers 8")
    }

    @Test func aTaskThatTakesLongForItsInputIsAStraggler() throws {
        var job = SyntheticJob(slots: 4, processors: 4, seconds: 10)
        for task in 0..<3 {
            job.add(task: task, from: 0, to: 1, times: TaskTimes(closure: 1))
        }
        job.add(task: 3, from: 0, to: 10, times: TaskTimes(closure: 10))
        job.report.replayCommand = "job --replay STAGE.TASK"
        let verdict = try verdict(job)
        #expect(verdict.bound == .stragglers)
        #expect(abs(verdict.share - 0.9) < 1e-6)
        #expect(
            verdict.text == "bound by stragglers: 90% of the slots' time; task 0.3 (step at "
                + "Job.swift:0) took 10.0 s, and the one in the middle of its stage 1.00 s"
        )
        #expect(verdict.advice?.text.contains("--replay 0.3") == true)
    }

    /// Half as much again is chance; what is more is late, and what reads as much more is large.
    @Test(arguments: [(1.4, 1000, nil), (2.6, 1000, Verdict.Bound.stragglers), (2.6, 2600, .skew)])
    func aTaskIsLateFromHalfAsMuchAgainOn(
        _ seconds: Double,
        _ records: Int,
        _ bound: Verdict.Bound?
    ) throws {
        var job = SyntheticJob(seconds: 1 + seconds)
        job.fill(waves: 1, seconds: 1, times: TaskTimes())
        job.add(task: 2, from: 1, to: 2, times: TaskTimes())
        job.add(
            task: 3,
            from: 1,
            to: 1 + seconds,
            records: records,
            times: TaskTimes(closure: Float(seconds))
        )
        let parts = try verdict(job).parts
        let waiting = parts.filter { [.stragglers, .skew].contains($0.bound) }.map(\.bound)
        #expect(waiting == (bound.map { [$0] } ?? []))
    }

    @Test func aBackupThatWonIsAStraggler() throws {
        var job = SyntheticJob(seconds: 10)
        job.add(task: 0, from: 0, to: 1, times: TaskTimes(closure: 1))
        job.add(task: 1, from: 0, to: 10, state: .stopped)
        job.add(task: 1, number: 1, from: 5, to: 10, isBackup: true, times: TaskTimes(closure: 5))
        #expect(try verdict(job).bound == .stragglers)
    }

    @Test func tooFewTasksLeaveSlotsEmpty() throws {
        var job = SyntheticJob(slots: 4, processors: 4, seconds: 8)
        job.add(task: 0, from: 0, to: 8, times: TaskTimes(closure: 8))
        job.report.stages[0].inputByteCount = 1 << 30
        job.report.stages[0].uncutByteCount = 1 << 30
        let verdict = try verdict(job)
        #expect(verdict.bound == .tasks)
        #expect(abs(verdict.share - 0.75) < 1e-6)
        #expect(
            verdict.text == "bound by tasks: 75% of the slots' time they had none; stage 0 "
                + "(step at Job.swift:0) has 1 task"
        )
        #expect(verdict.advice?.option == nil)
        #expect(verdict.advice?.text.contains("bgzip") == true)
    }

    @Test func tooFewPartitionsAskForReducers() throws {
        var job = SyntheticJob.shuffling(slots: 8, processors: 8, partitions: 2, seconds: 10)
        job.report.settings?.reducerCount = 2
        job.fill(slots: 8, waves: 1, seconds: 1, times: TaskTimes(closure: 1))
        job.fill(stage: 1, waves: 1, from: 1, seconds: 9, times: TaskTimes(closure: 9))
        let verdict = try verdict(job)
        #expect(verdict.bound == .tasks)
        #expect(verdict.advice?.option == "--reducers 8")
        // A number that the job itself says is not changed by an option.
        job.report.settings?.reducerCount = 8
        #expect(try self.verdict(job).advice == nil)
    }

    @Test func failuresCount() throws {
        var job = SyntheticJob(seconds: 10)
        job.add(task: 0, from: 0, to: 6, state: .failed)
        job.add(task: 1, from: 0, to: 6, state: .lost)
        job.add(task: 0, number: 1, from: 6, to: 10, times: TaskTimes(closure: 4))
        job.add(task: 1, number: 1, from: 6, to: 10, times: TaskTimes(closure: 4))
        let verdict = try verdict(job)
        #expect(verdict.bound == .retries)
        #expect(verdict.text.contains("2 attempts that failed"))
    }

    @Test func whatNobodyMeasuredIsOverhead() throws {
        var job = SyntheticJob(seconds: 10)
        job.fill(waves: 4, seconds: 1, times: TaskTimes(closure: 0.1))
        #expect(try verdict(job).bound == .overhead)
    }

    // MARK: Slots

    @Test func processorsThatNobodyUsesAskForWorkers() throws {
        var job = SyntheticJob(slots: 1, processors: 4, seconds: 10)
        job.fill(slots: 1, waves: 10, seconds: 1, times: TaskTimes(closure: 1))
        let verdict = try verdict(job)
        #expect(verdict.bound == .slots)
        #expect(
            verdict.text == "bound by slots: the only slot was at work 100% of the time while "
                + "tasks waited, mostly in closure"
        )
        #expect(verdict.advice?.option == "--workers 4")
        #expect(verdict.advice?.text == "--workers 4 would save about 60%")
    }

    @Test func aSlotForEachProcessorIsEnough() throws {
        var job = SyntheticJob(slots: 4, processors: 4, seconds: 10)
        job.fill(slots: 4, waves: 10, seconds: 1, times: TaskTimes(closure: 1))
        let verdict = try verdict(job)
        #expect(verdict.bound == .closure)
        #expect(verdict.advice == nil)
    }

    /// More slots than processors are no more than those.
    @Test func slotsBeyondProcessorsAreNotMissed() throws {
        var job = SyntheticJob(slots: 4, processors: 2, seconds: 10)
        job.fill(waves: 10, seconds: 1, times: TaskTimes(closure: 1))
        #expect(try verdict(job).parts.map(\.bound) == [.closure])
    }

    /// More slots would have nothing to do.
    @Test func asManyTasksAsSlotsDoNotAskForMore() throws {
        var job = SyntheticJob(slots: 2, processors: 8, seconds: 1)
        job.fill(waves: 1, seconds: 1, times: TaskTimes(closure: 1))
        let verdict = try verdict(job)
        #expect(verdict.bound == .closure)
        #expect(verdict.advice == nil)
    }

    @Test func aClusterMayGrow() throws {
        var job = SyntheticJob(slots: 2, processors: nil, seconds: 10)
        job.fill(waves: 10, seconds: 1, times: TaskTimes(closure: 1))
        let verdict = try verdict(job)
        #expect(verdict.bound == .closure)
        #expect(
            verdict.advice?.text
                == "twice the slots (more workers, or their --slots) would save about 40%"
        )
    }

    @Test func closuresThatWaitAskForMoreOfThem() throws {
        var job = SyntheticJob(seconds: 10)
        job.fill(waves: 10, seconds: 1, times: TaskTimes(closure: 1, cpu: 0.05))
        let verdict = try verdict(job)
        #expect(verdict.bound == .closure)
        #expect(verdict.advice?.option == "--workers 8")
    }

    // MARK: Memory, merging, writing

    private func spilling(memory: Int, spills: Int) throws -> Verdict {
        var job = SyntheticJob(seconds: 10)
        job.fill(waves: 1, seconds: 10, times: TaskTimes(closure: 5, spill: 5))
        job.report.stages[0].counters.add(spills, to: BuiltInCounter.spills)
        job.report.settings?.memoryByteCount = memory
        return try verdict(job)
    }

    @Test func spillsAskForTheMemoryThatTheyNeed() throws {
        let verdict = try spilling(memory: 256 << 20, spills: 6)
        #expect(verdict.advice?.option == "--memory 1G")
        #expect(verdict.advice?.text == "--memory 1G would save about 35%")
        #expect(try spilling(memory: 100 << 20, spills: 2).advice?.option == "--memory 200M")
    }

    /// The machine has 8 GiB, for two tasks.
    @Test func memoryThatIsNotThereIsNotAskedFor() throws {
        #expect(try spilling(memory: 1 << 30, spills: 100).advice?.option == "--memory 4G")
        #expect(try spilling(memory: 4 << 30, spills: 100).advice == nil)
    }

    private func reducing(to written: Int) throws -> Verdict {
        var job = SyntheticJob.shuffling(seconds: 10)
        job.fill(waves: 8, seconds: 1, times: TaskTimes(closure: 0.2, sort: 0.8))
        job.fill(stage: 1, waves: 1, from: 8, seconds: 2, times: TaskTimes(merge: 2))
        var sizes = PartitionSizes([(500, nil), (500, nil)])
        sizes?.couldCombine = true
        job.report.job.stages[1].partitions = sizes
        job.report.stages[1].counters.add(1000, to: BuiltInCounter.pairsReceived)
        job.report.stages[1].counters.add(written, to: BuiltInCounter.recordsWritten)
        return try verdict(job)
    }

    @Test func equalKeysAskForCombine() throws {
        let verdict = try reducing(to: 10)
        #expect(verdict.bound == .sort)
        #expect(verdict.advice?.text.contains("combine(_:) in place of step at Job") == true)
        #expect(try reducing(to: 600).advice == nil)
    }

    @Test func aKeyThatIsMostOfAPartitionIsNamed() throws {
        func advice(couldCombine: Bool) throws -> Verdict.Advice? {
            var job = SyntheticJob.shuffling(seconds: 10)
            job.fill(waves: 1, seconds: 1, times: TaskTimes(closure: 1))
            job.add(stage: 1, task: 0, from: 1, to: 2, records: 100, times: TaskTimes(closure: 1))
            job.add(stage: 1, task: 1, from: 1, to: 10, records: 900, times: TaskTimes(closure: 9))
            var sizes = PartitionSizes([
                (100, nil), (900, HeavyKey(key: "\"x\"", pairCount: 850)),
            ])
            sizes?.couldCombine = couldCombine
            job.report.job.stages[1].partitions = sizes
            return try verdict(job).advice
        }
        #expect(try advice(couldCombine: true)?.text.contains("the pairs of key \"x\"") == true)
        #expect(try advice(couldCombine: false)?.text.contains("dividing the key \"x\"") == true)
    }

    @Test func compressionThatCostsMoreThanItSavesIsNamed() throws {
        func option(compresses: Bool, cpu: Float) throws -> String? {
            var job = SyntheticJob(seconds: 10)
            job.fill(waves: 1, seconds: 10, times: TaskTimes(write: 8, commit: 1, cpu: cpu))
            job.report.settings?.compressesOutput = compresses
            return try verdict(job).advice?.option
        }
        #expect(try option(compresses: true, cpu: 9) == "--compress none")
        #expect(try option(compresses: true, cpu: 2) == nil)
        #expect(try option(compresses: false, cpu: 2) == "--compress gzip")
        #expect(try option(compresses: false, cpu: 9) == nil)
        #expect(try option(compresses: false, cpu: 0) == nil, "nobody measured it")
    }

    @Test func mergesInPassesAskForLargerSplits() throws {
        var job = SyntheticJob.shuffling(seconds: 10)
        job.fill(waves: 2, seconds: 1, times: TaskTimes(closure: 1))
        job.fill(stage: 1, waves: 1, from: 2, seconds: 8, times: TaskTimes(merge: 8))
        #expect(try verdict(job).advice == nil)
        job.report.stages[1].counters.add(3, to: BuiltInCounter.mergePasses)
        #expect(try verdict(job).advice?.option == "--split-size 256M")
    }

    @Test func tinyTasksAskForLargerOnes() throws {
        var job = SyntheticJob(seconds: 1)
        job.fill(waves: 100, seconds: 0.01, times: TaskTimes(read: 0.002))
        job.report.stages[0].inputByteCount = 200 << 20
        let verdict = try verdict(job)
        #expect(verdict.bound == .overhead)
        #expect(verdict.advice?.option == "--split-size 8M")
    }

    // MARK: Nothing to say

    @Test func aTinyJobIsBoundByOverheadAndGetsNoAdvice() throws {
        var job = SyntheticJob(slots: 1, processors: 64, seconds: 0.1)
        job.fill(slots: 1, waves: 10, seconds: 0.01, times: TaskTimes(closure: 0.01))
        let verdict = try verdict(job)
        #expect(verdict.bound == .overhead)
        #expect(verdict.text == "bound by overhead: there was little to do")
        #expect(verdict.advice == nil)
    }

    @Test func aSavingThatNobodyNoticesIsNoAdvice() throws {
        var job = SyntheticJob(slots: 1, processors: 2, seconds: 10)
        job.fill(slots: 1, waves: 2, seconds: 0.5, times: TaskTimes(closure: 0.5))
        // A twentieth of the job at most.
        #expect(try verdict(job).advice == nil)
    }

    @Test func aJobWithoutAnAttemptHasAVerdict() throws {
        for seconds in [0, 0.1, 100] {
            let verdict = try verdict(SyntheticJob(seconds: seconds))
            #expect(verdict.bound == .overhead)
            #expect(verdict.advice == nil)
        }
    }

    @Test(arguments: [JobStatus.Phase.running, .committing, .failed, .cancelled])
    func aJobThatHasNotSucceededHasNone(_ phase: JobStatus.Phase) {
        var job = SyntheticJob(seconds: 10)
        job.fill(waves: 10, seconds: 1, times: TaskTimes(closure: 1))
        job.report.job.phase = phase
        #expect(Verdict(of: job.report) == nil)
        #expect(job.report.judged() == job.report)
    }

    @Test func judgingTellsReportAndStatus() {
        var job = SyntheticJob(seconds: 10)
        job.fill(waves: 10, seconds: 1, times: TaskTimes(closure: 1))
        let report = job.report.judged()
        #expect(report.verdict?.bound == .closure)
        #expect(report.job.verdict == report.verdict)
    }

    // MARK: Any numbers

    @Test func anyReportIsJudgedAndDrawn() {
        forEachSeed(50) { generator in
            let report = Self.anyReport(&generator)
            _ = TraceEvents.json(of: report)
            guard let verdict = Verdict(of: report) else {
                Issue.record("a job that succeeded has a verdict")
                return
            }
            let sum = verdict.parts.reduce(0) { $0 + $1.share }
            #expect(abs(sum - 1) < 1e-6, "\(verdict.parts)")
            #expect((0...1).contains(verdict.share))
            #expect(verdict.parts.allSatisfy { (0...1).contains($0.share) && $0.seconds >= 0 })
            #expect(verdict.parts == verdict.parts.sorted { $0.seconds > $1.seconds })
            if let advice = verdict.advice {
                #expect((0...1).contains(advice.saving))
                #expect(advice.saving >= 0.05)
            }
        }
    }

    private static func anyReport(_ generator: inout SeededGenerator) -> JobReport {
        let odd: [Double] = [
            .nan, .infinity, -.infinity, -1, 0, 1e300, -1e300, .leastNonzeroMagnitude, 1, 2, 5,
        ]
        let counts = [Int.min, -1, 0, 1, 1000, 1 << 40, .max]
        func number() -> Double {
            Int.random(in: 0..<4, using: &generator) == 0
                ? odd.randomElement(using: &generator) ?? 0
                : Double.random(in: 0...10, using: &generator)
        }
        func count() -> Int { counts.randomElement(using: &generator) ?? 0 }
        var job =
            Bool.random(using: &generator)
            ? SyntheticJob(seconds: number()) : .shuffling(seconds: number())
        for index in 0..<Int.random(in: 0..<20, using: &generator) {
            job.add(
                stage: Int.random(in: -1...2, using: &generator),
                task: index % 7,
                number: index / 7,
                from: number(),
                to: number(),
                state: TaskStatus.Attempt.State.any.randomElement(using: &generator) ?? .succeeded,
                isBackup: Bool.random(using: &generator),
                records: count(),
                times: TaskTimes(
                    fetch: Float(number()),
                    read: Float(number()),
                    closure: Float(number()),
                    sort: Float(number()),
                    spill: Float(number()),
                    merge: Float(number()),
                    write: Float(number()),
                    commit: Float(number()),
                    cpu: Float(number())
                )
            )
        }
        for stage in job.report.stages.indices {
            job.report.stages[stage].start = number()
            job.report.stages[stage].end = number()
            job.report.stages[stage].inputByteCount = count()
            job.report.stages[stage].uncutByteCount = count()
            for name in [BuiltInCounter.spills, BuiltInCounter.mergePasses] {
                job.report.stages[stage].counters.add(count(), to: name)
            }
            for name in [BuiltInCounter.pairsReceived, BuiltInCounter.recordsWritten] {
                job.report.stages[stage].counters.add(count(), to: name)
            }
            var sizes = PartitionSizes([
                (count(), nil), (count(), HeavyKey(key: "x", pairCount: count())),
            ])
            sizes?.couldCombine = Bool.random(using: &generator)
            job.report.job.stages[stage].partitions = sizes
        }
        job.report.workers = (0..<Int.random(in: 0...3, using: &generator)).map { id in
            var worker = JobReport.Worker(id: id, name: "w", slotCount: min(count(), 1 << 40))
            if Bool.random(using: &generator) { worker.processorCount = count() }
            if Bool.random(using: &generator) { worker.memoryByteCount = count() }
            return worker
        }
        if Bool.random(using: &generator) {
            job.report.settings = JobReport.Settings(
                memoryByteCount: count(),
                reducerCount: count(),
                splitByteCount: count(),
                compressesOutput: Bool.random(using: &generator)
            )
        }
        return job.report
    }
}

extension TaskStatus.Attempt.State {
    fileprivate static let any: [Self] = [
        .running, .succeeded, .succeeded, .succeeded, .failed, .stopped, .lost, .audited,
    ]
}
