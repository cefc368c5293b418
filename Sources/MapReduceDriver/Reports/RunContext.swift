internal import MapReduceControl
package import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

#if canImport(Glibc)
internal import Glibc
#endif

/// The facts about a run on this machine that a report needs and the control plane does not know.
package struct RunContext: Sendable {
    private let output: String
    private let slotCount: Int
    private let processorCount: Int
    private let settings: JobReport.Settings
    private let replayCommand: String?
    private let submittedAt: Double
    private let machine: String
    private let owner: String
    private let freeByteCount: Int?

    /// Records the time and the machine.
    ///
    /// `output`: the directory that the output goes to, or `standard output`.
    /// `replayCommand`: the command that runs a task again, with `STAGE.TASK` in place of
    ///   its name; nil if no command can.
    package init(
        output: String,
        slotCount: Int,
        processorCount: Int,
        settings: JobReport.Settings,
        replayCommand: String?
    ) {
        self.output = output
        self.slotCount = slotCount
        self.processorCount = processorCount
        self.settings = settings
        self.replayCommand = replayCommand
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        submittedAt = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        machine = Host.machineName
        owner = "\(Host.userName)@\(machine)"
        freeByteCount = HostMemory.usable
    }

    /// Returns the report of a run at one moment.
    ///
    /// Cost: linear in the number of attempts.
    package func report(of run: RunSnapshot) -> JobReport {
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
        var worker = JobReport.Worker(id: 0, name: machine, slotCount: slotCount)
        worker.processorCount = processorCount
        worker.memoryByteCount = freeByteCount
        report.workers = [worker]
        report.replayCommand = replayCommand
        report.settings = settings
        return report.judged()
    }

    /// Adds the failure that ended the run while its thread kept running.
    private func add(_ failed: HungThreadError, to report: inout JobReport) {
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
}
