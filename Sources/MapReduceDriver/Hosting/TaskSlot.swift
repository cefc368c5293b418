package import MapReduceModel
package import MapReduceProcess

/// One task slot of this machine: has a process run attempts, as its `TaskHost` decides.
///
/// It belongs to one thread or queue of its driver, the local runner or a worker, which reads the
/// process's channel and says what came there. To end a process may take
/// `ProcessLimits.reapPatience`.
package final class TaskSlot {
    /// What a driver is to know.
    package enum Event {
        /// There is a new process, whose channel and log are to be read.
        case started(HostedProcess)
        /// An attempt ended; `isCrash`: its process ended with it.
        case ended(TaskReport, isCrash: Bool)
        /// The process does not end: the slot runs nothing until `freed`.
        case lost(processID: Int32)
        /// The slot is free again, after `stop` or after `lost`.
        case freed
    }

    /// The process that the slot has.
    package private(set) var process: HostedProcess?
    /// What the attempt is at; outlives the process.
    package let recorder: FlightRecorder
    /// Takes what processes of the slot print outside of attempts.
    package let logPath: String
    private let recorderPath: String
    private var host = TaskHost()
    /// The job of the attempt that was started last.
    private var job: HostedJob?
    /// How often memory had run out when that was.
    private var memory = OutOfMemoryKills.now()
    /// The process that the system did not let go of last.
    private var lostProcessID: Int32 = 0
    /// Called on a thread of its own when the system has let go of a process that did not end; the
    /// driver then calls `release`.
    package var didRelease: @Sendable () -> Void = {}

    /// `path`: where the slot's files are, without the ends of their names.
    package init(path: String) throws {
        recorderPath = path + ".recorder"
        logPath = path + ".log"
        recorder = try FlightRecorder(path: recorderPath)
    }

    /// The attempt that the slot has.
    package var spec: TaskSpec? { host.spec }
    /// Whether it can run an attempt.
    package var isFree: Bool { host.isFree }
    /// Whether a process holds it that does not end.
    package var isLost: Bool { host.isLost }

    // MARK: What happens

    /// Runs an attempt; only when no other one runs.
    ///
    /// A slot that is lost reports a failure.
    package func run(_ spec: TaskSpec, of job: HostedJob, at now: Instant) -> [Event] {
        self.job = job
        recorder.beginAttempt()
        memory = .now()
        return apply(.run(spec, of: job.program, at: now))
    }

    /// The process said something.
    package func take(_ notice: TaskNotice) -> [Event] { apply(.notice(notice)) }

    /// The process closed its channel; `error`: why it cannot be read, where that is so.
    package func close(_ error: String? = nil) -> [Event] { apply(.closed(error: error)) }

    /// Ends an attempt whose closure makes no progress; to be called every
    /// `DriverLimits.watchInterval`.
    package func check(at now: Instant) -> [Event] {
        if host.spec == nil { return [] }
        return apply(.tick(recorder.progress, at: now))
    }

    /// Ends the process, and gives up its attempt.
    ///
    /// `start`: when the wait for its end began, if those of other slots are ended as well.
    package func stop(since start: ContinuousClock.Instant = .now) -> [Event] {
        apply(.stop, since: start)
    }

    /// Sends the process its end, without waiting for it.
    package func signalEnd() { process?.process?.signalEnd() }

    /// The system has let go of the process.
    package func release() -> [Event] { apply(.released) }

    // MARK: What is done about it

    private func apply(
        _ input: TaskHost.Input,
        since start: ContinuousClock.Instant = .now
    ) -> [Event] {
        var events: [Event] = []
        var input: TaskHost.Input? = input
        while let next = input {
            input = nil
            for action in host.apply(next) {
                // Actions that are answered come last.
                input = perform(action, since: start, &events)
            }
        }
        return events
    }

    /// - Returns: what came of it.
    private func perform(
        _ action: TaskHost.Action,
        since start: ContinuousClock.Instant,
        _ events: inout [Event]
    ) -> TaskHost.Input? {
        switch action {
        case .spawn: return spawn(&events)
        case .send(let command): return send(command)
        case .askWhereItHangs:
            guard let process = process?.process,
                // One that is stopped cannot say where it hangs.
                !HangingThread.isStopped(process: process.processID),
                HangingThread.requestBacktrace(
                    process: process.processID,
                    thread: recorder.threadID
                )
            else { return .cannotAsk }
        case .kill: return .ended(kill(since: start))
        case .report(let report):
            process?.log?.end()
            events.append(.ended(report, isCrash: false))
        case .reportCrash(let crash): events.append(.ended(report(of: crash), isCrash: true))
        case .didLose: events.append(.lost(processID: lostProcessID))
        case .didFree: events.append(.freed)
        }
        return nil
    }

    private func spawn(_ events: inout [Event]) -> TaskHost.Input {
        guard let job else { preconditionFailure("a process is started for an attempt of a job") }
        do {
            let started = try HostedProcess(
                job.start,
                logPath: logPath,
                recorderPath: recorderPath
            )
            process = started
            events.append(.started(started))
            return .started
        } catch {
            return .notStarted("\(error)")
        }
    }

    private func send(_ command: TaskCommand) -> TaskHost.Input? {
        if case .run(let spec) = command, let path = spec.logPath { process?.log?.begin(path) }
        do {
            try process?.channel.send(command)
            return nil
        } catch {
            // How the process ended says more than that nothing can be sent to it.
            return .closed(error: nil)
        }
    }

    private func kill(since start: ContinuousClock.Instant) -> TaskHost.End {
        guard let ended = process else { return .left }
        process = nil
        defer { ended.log?.end() }
        guard let process = ended.process else { return .left }
        if let exit = process.kill(since: start) {
            let cause = exit.isKill ? OutOfMemoryKills.now().explanation(since: memory) : ""
            return .exited(exit, reason: exit.description + cause)
        }
        process.abandon(didRelease)
        lostProcessID = process.processID
        return .stuck
    }

    private func report(of crash: TaskHost.Crash) -> TaskReport {
        guard let job else { preconditionFailure("an attempt is one of a job") }
        let reading = recorder.read()
        var failure = CrashReport.failure(
            of: crash.spec,
            plan: job.plan,
            kind: crash.kind,
            reason: crash.reason,
            reading: reading,
            processLogPath: logPath,
            isTrap: crash.isTrap,
            launch: crash.hasExited ? Self.launch(job) : nil
        )
        if case .partition = crash.spec.input, case .thread(_, let keyText) = job.start {
            failure.key = keyText(reading.key, crash.spec.attempt.task.stage)
        }
        return TaskReport(attempt: crash.spec.attempt, outcome: .failed(failure))
    }

    /// What starts a process that says more of a crash; nil where the disk does not say what there
    /// is to start.
    private static func launch(_ job: HostedJob) -> TaskProcess.Launch? {
        guard case .process(let launch) = job.start else { return nil }
        do { return try launch() } catch { return nil }
    }
}
