package import MapReduceModel
package import MapReduceProcess

/// A task slot of this machine: has a process run attempts, as its `TaskHost` decides.
///
/// It belongs to one thread or queue of its driver (the local runner or a worker), which reads the
/// process's channel and passes on what arrives there. Ending a process may take
/// `ProcessLimits.reapPatience`.
package final class TaskSlot {
    /// An event for the driver.
    package enum Event {
        /// A new process has started; its channel and log are to be read.
        case started(HostedProcess)
        /// An attempt ended; `isCrash`: its process ended with it.
        case ended(TaskReport, isCrash: Bool)
        /// The process does not exit: the slot runs nothing until `freed`.
        case lost(processID: Int32)
        /// The slot is free again, after `stop` or after `lost`.
        case freed
    }

    /// The slot's current process.
    package private(set) var process: HostedProcess?
    /// The progress of the attempt; outlives the process.
    package let recorder: FlightRecorder
    /// The file for the output of the slot's processes outside of attempts.
    package let logPath: String
    private let recorderPath: String
    private var host = TaskHost()
    /// The job of the attempt that was started last.
    private var job: HostedJob?
    /// The out-of-memory kills counted when that attempt started.
    private var memory = OutOfMemoryKills.now()
    /// The process that most recently failed to exit.
    private var lostProcessID: Int32 = 0
    /// Called on a thread of its own when a process that did not exit is finally gone; the driver
    /// then calls `release`.
    package var didRelease: @Sendable () -> Void = {}

    /// `path`: the path of the slot's files, without their suffixes.
    package init(path: String) throws {
        recorderPath = path + ".recorder"
        logPath = path + ".log"
        recorder = try FlightRecorder(path: recorderPath)
    }

    /// The slot's current attempt.
    package var spec: TaskSpec? { host.spec }
    /// Whether the slot can run an attempt.
    package var isFree: Bool { host.isFree }
    /// Whether a process that does not exit holds the slot.
    package var isLost: Bool { host.isLost }

    // MARK: Events

    /// Runs an attempt; call it only when no other attempt runs.
    ///
    /// A lost slot reports a failure.
    package func run(_ spec: TaskSpec, of job: HostedJob, at now: Instant) -> [Event] {
        self.job = job
        recorder.beginAttempt()
        memory = .now()
        return apply(.run(spec, of: job.program, at: now))
    }

    /// Handles a notice from the process.
    package func take(_ notice: TaskNotice) -> [Event] { apply(.notice(notice)) }

    /// Handles the closing of the channel by the process; `error`: why it cannot be read, if so.
    package func close(_ error: String? = nil) -> [Event] { apply(.closed(error: error)) }

    /// Ends an attempt whose closure makes no progress; call it every `DriverLimits.watchInterval`.
    package func check(at now: Instant) -> [Event] {
        if host.spec == nil { return [] }
        return apply(.tick(recorder.progress, at: now))
    }

    /// Ends the process and abandons its attempt.
    ///
    /// `start`: when the wait for its end began, if other slots' processes are ended as
    ///   well.
    package func stop(since start: ContinuousClock.Instant = .now) -> [Event] {
        apply(.stop, since: start)
    }

    /// Sends the process the signal that ends it, without waiting.
    package func signalEnd() { process?.process?.signalEnd() }

    /// Handles the exit of a lost process.
    package func release() -> [Event] { apply(.released) }

    // MARK: Actions

    private func apply(
        _ input: TaskHost.Input,
        since start: ContinuousClock.Instant = .now
    ) -> [Event] {
        var events: [Event] = []
        var input: TaskHost.Input? = input
        while let next = input {
            input = nil
            for action in host.apply(next) {
                // Actions with a result come last.
                input = perform(action, since: start, &events)
            }
        }
        return events
    }

    /// - Returns: The resulting input.
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
                // A stopped process cannot report where it hangs.
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
            // How the process ended says more than a failure to send to it.
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

    /// Returns the launch of a process that can tell more about a crash; nil for a thread,
    /// or if the disk cannot be read to determine it.
    private static func launch(_ job: HostedJob) -> TaskProcess.Launch? {
        guard case .process(let launch) = job.start else { return nil }
        do { return try launch() } catch { return nil }
    }
}
