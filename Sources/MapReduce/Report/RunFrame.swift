internal import MapReduceControl
internal import MapReduceModel
internal import MapReduceReport

#if canImport(Glibc)
internal import Glibc
#endif

/// What a report says of a run on this machine that the control plane does not know.
struct RunFrame: Sendable {
    /// The directory that the output goes to, or `standard output`.
    let output: String
    let settings: RunSettings
    /// Runs a task again, with `STAGE.TASK` in the place of its name; nil where it cannot be.
    let replayCommand: String?
    private let submittedAt: Double
    private let machine: String
    private let owner: String
    private let freeByteCount: Int?

    /// Notes the time and the machine.
    init(output: String, settings: RunSettings, replayCommand: String?) throws {
        self.output = output
        self.settings = settings
        self.replayCommand = replayCommand
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        submittedAt = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        machine = Self.machineName
        owner = "\(Self.userName)@\(machine)"
        freeByteCount = try MemoryCheck.available()
    }

    /// The report of a run at one moment.
    ///
    /// Cost: linear in the number of attempts.
    func report(of run: RunSnapshot) -> JobReport {
        let job = run.job
        var status = JobStatus(job, output: output)
        status.owner = owner
        status.submittedAt = submittedAt
        status.seconds = job.seconds(job.endedAt ?? run.now)
        if job.outcome == nil {
            status.recordsRead &+= run.runningInput.records
            status.bytesRead &+= run.runningInput.bytes
        }
        var report = JobReport(job, status)
        if let failed = run.failed { add(failed, to: &report) }
        var worker = JobReport.Worker(id: 0, name: machine, slotCount: settings.workerCount)
        worker.processorCount = RunSettings.processorCount
        worker.memoryByteCount = freeByteCount
        report.workers = [worker]
        report.replayCommand = replayCommand
        report.settings = JobReport.Settings(
            memoryByteCount: settings.limits.memoryByteCount,
            reducerCount: settings.reducerCount,
            splitByteCount: settings.splitByteCount,
            compressesOutput: settings.outputStyle.compression != .none
        )
        return report.judged()
    }

    /// The failure that ended the run while its thread went on.
    private func add(_ failed: JobFailed, to report: inout JobReport) {
        report.job.phase = .failed
        report.job.failure = failed.failure
        report.job.failedAttempt = failed.attempt
        let (task, number) = (failed.attempt.task, failed.attempt.number)
        report.failures.append(
            JobReport.AttemptFailure(
                stage: task.stage,
                task: task.index,
                number: number,
                failure: failed.failure
            )
        )
        for index in report.attempts.indices
        where report.attempts[index].stage == task.stage
            && report.attempts[index].task == task.index
            && report.attempts[index].number == number
        {
            report.attempts[index].state = .failed
        }
    }

    private static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        // The last byte stays 0, as a name that is cut need not end in one.
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// The name of the user, or the number of one who has none.
    private static var userName: String {
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else {
            return "\(geteuid())"
        }
        return String(cString: name)
    }
}
