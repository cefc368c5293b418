import MapReduceControl
import MapReduceModel

/// Reports of jobs that never ran, for what is made of reports.
struct SyntheticJob {
    var report: JobReport

    /// A job on one machine that has succeeded.
    ///
    /// `stages`: for each what it reads and writes.
    init(
        slots: Int = 2,
        processors: Int? = 2,
        reads: [StageInput] = [.files(name: "", format: .lines)],
        writes: [StageOutput] = [.files],
        seconds: Double
    ) {
        let plan = Plan(
            name: "job",
            stages: reads.indices.map { index in
                StagePlan(
                    id: index,
                    input: reads[index],
                    steps: [Step(verb: "step", file: "Job.swift", line: index)],
                    outputs: [writes[index]]
                )
            }
        )
        var status = JobStatus(
            id: JobID(1),
            name: "job",
            phase: .succeeded,
            output: "out",
            weight: 1,
            stages: plan.stages.map { stage in
                JobStatus.Stage(
                    label: stage.label,
                    taskCount: 0,
                    doneCount: 0,
                    runningCount: 0,
                    failureCount: 0,
                    backupCount: 0,
                    seconds: nil
                )
            },
            counters: Counters(),
            inputByteCount: 0
        )
        status.seconds = seconds
        report = JobReport(
            job: status,
            plan: plan,
            stages: plan.stages.map { _ in
                JobReport.Stage(start: nil, end: nil, counters: Counters(), times: StageTimes())
            },
            attempts: [],
            shuffles: [],
            failures: []
        )
        var worker = JobReport.Worker(id: 0, name: "here", slotCount: slots)
        worker.processorCount = processors
        worker.memoryByteCount = processors == nil ? nil : 8 << 30
        report.workers = [worker]
        guard processors != nil else { return }
        report.settings = JobReport.Settings(
            memoryByteCount: 256 << 20,
            reducerCount: slots,
            splitByteCount: 64 << 20,
            compressesOutput: false
        )
    }

    /// A job of a map and a reduction.
    static func shuffling(
        slots: Int = 2,
        processors: Int? = 2,
        partitions: Int = 2,
        seconds: Double
    ) -> SyntheticJob {
        SyntheticJob(
            slots: slots,
            processors: processors,
            reads: [.files(name: "", format: .lines), .shuffle(stage: 0)],
            writes: [.shuffle(partitionCount: partitions), .files],
            seconds: seconds
        )
    }

    /// Adds an attempt; its times are what remains of it unless they are given.
    mutating func add(
        stage: Int = 0,
        task: Int,
        number: Int = 0,
        from start: Double,
        to end: Double,
        state: TaskStatus.Attempt.State = .succeeded,
        isBackup: Bool = false,
        records: Int = 1000,
        times: TaskTimes = TaskTimes()
    ) {
        var attempt = JobReport.Attempt(
            stage: stage,
            task: task,
            number: number,
            worker: 0,
            state: state,
            isBackup: isBackup,
            start: start,
            end: end
        )
        if state == .succeeded {
            attempt.times = times
            attempt.recordsIn = records
            attempt.bytesIn = records &* 10
        }
        report.attempts.append(attempt)
    }

    /// Adds waves of equal tasks that keep all slots at work, each of so many seconds.
    mutating func fill(
        stage: Int = 0,
        slots: Int = 2,
        waves: Int,
        from start: Double = 0,
        seconds: Double,
        times: TaskTimes
    ) {
        for wave in 0..<waves {
            let begin = start + Double(wave) * seconds
            for slot in 0..<slots {
                add(
                    stage: stage,
                    task: wave * slots + slot,
                    from: begin,
                    to: begin + seconds,
                    times: times
                )
            }
        }
    }
}
