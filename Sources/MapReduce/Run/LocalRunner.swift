internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// Runs one job on this machine: drives the control plane, and does what it says.
///
/// A loop on one thread waits for messages of the task processes, for signals and for the clock.
/// The whole machine is one worker to the control plane.
final class LocalRunner {
    private let program: JobProgram
    private let settings: RunSettings
    private let directories: RunDirectories
    private let signals: SignalWatcher?
    private var display: any RunDisplay
    private(set) var coordinator: Coordinator
    var slots: [Slot]
    var events: [Event] = []
    private var outcome: JobOutcome?
    private var nextUpdate = Instant.zero
    /// Shows the run on a page; nil where nobody asked for one.
    private let dashboard: Dashboard?
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    static let worker = WorkerID(0)
    /// With one worker there is nobody else to prepare or to repeat a task.
    private static var policy: Policy {
        var policy = Policy()
        policy.speculates = false
        policy.preparesTasks = false
        return policy
    }

    /// A task slot of this machine.
    struct Slot {
        var host: SlotHost?
        let recorder: FlightRecorder
        let recorderPath: String
        let logPath: String
        var spec: TaskSpec?
        var watch: AttemptWatch?
        /// A process that was killed and is still there: the slot runs nothing meanwhile.
        var stuck: StuckProcess?

        var isFree: Bool { spec == nil && stuck == nil }
    }

    init(
        program: JobProgram,
        settings: RunSettings,
        directories: RunDirectories,
        signals: SignalWatcher?,
        display: any RunDisplay,
        dashboard: Dashboard? = nil
    ) throws {
        self.program = program
        self.settings = settings
        self.directories = directories
        self.signals = signals
        self.display = display
        self.dashboard = dashboard
        coordinator = Coordinator(policy: Self.policy)
        slots = try (0..<settings.workerCount).map { index in
            let base = "\(directories.scratch)/slot\(index)"
            return Slot(
                recorder: try FlightRecorder(path: base + ".recorder"),
                recorderPath: base + ".recorder",
                logPath: base + ".log"
            )
        }
        start = clock.now
    }

    var now: Instant { Instant(nanoseconds: (clock.now - start).nanoseconds) }

    /// Runs the job to its end.
    /// - Returns: the finished state of the job.
    /// - Throws: `JobError` of code `interrupted` after a signal; every task process is gone then.
    func run(_ submission: JobSubmission) throws -> JobState {
        defer {
            display.end()
            endHosts()
        }
        try handle(
            .workerJoined(
                Self.worker,
                WorkerProfile(slots: settings.workerCount),
                attempts: []
            )
        )
        try handle(.jobSubmitted(submission))
        while outcome == nil {
            try waitForInput()
            try checkProgress()
            try checkStuckProcesses()
            try handle(.workerPolled(Self.worker, condition))
            updateDisplay()
        }
        guard let job = coordinator.jobs[submission.id] else {
            preconditionFailure("a job that was submitted is known")
        }
        return job
    }

    // MARK: Events

    private func handle(_ event: Event) throws {
        events.append(event)
        while !events.isEmpty {
            let effects = coordinator.apply(events.removeFirst(), at: now)
            for entry in effects.journal { display.didRecord(entry, job: program.plan) }
            for message in effects.messages { try perform(message) }
        }
    }

    private func perform(_ message: Message) throws {
        switch message {
        case .startAttempt(_, let assignment): startAttempt(assignment)
        case .stopAttempt(_, let attempt): stopAttempt(attempt)
        case .publishOutput(let job, let outputs): publish(job, outputs)
        case .jobFinished(_, let outcome): self.outcome = outcome
        case .prepareTasks, .workerUnreachable: break
        }
    }

    private func publish(_ id: JobID, _ outputs: [TaskOutput]) {
        do {
            if let job = coordinator.jobs[id], let output = directories.output {
                try OutputPublisher.publish(outputs, of: job, to: output)
            }
            events.append(.outputPublished(id, nil))
        } catch {
            events.append(
                .outputPublished(id, Failure(kind: .outOfResources, message: "\(error)"))
            )
        }
    }

    // MARK: Attempts

    private func startAttempt(_ assignment: Assignment) {
        guard let index = slots.firstIndex(where: \.isFree) else {
            precondition(
                condition.lostSlots > 0,
                "the control plane knows how many slots there are"
            )
            // It hears only now of a slot that was lost when an attempt was stopped.
            events.append(.workerPolled(Self.worker, condition))
            let failure = Failure(
                kind: .workerLost,
                message: "the slot is held by a process that cannot be ended"
            )
            events.append(
                .attemptReported(
                    Self.worker,
                    TaskReport(attempt: assignment.attempt, outcome: .failed(failure))
                )
            )
            return
        }
        guard let job = coordinator.jobs[assignment.attempt.task.job] else { return }
        let spec = directories.spec(for: assignment, of: job)
        slots[index].spec = spec
        slots[index].recorder.beginAttempt()
        slots[index].watch = AttemptWatch(timeoutSeconds: settings.taskTimeout, at: now)
        do {
            let host =
                try slots[index].host
                ?? SlotHost.start(
                    program: program,
                    settings: settings,
                    logPath: slots[index].logPath,
                    recorderPath: slots[index].recorderPath
                )
            slots[index].host = host
            if let path = spec.logPath { host.log?.begin(path) }
            try host.channel.send(TaskCommand.run(spec))
        } catch {
            if slots[index].host != nil {
                lose(index)
            } else {
                fail(index, .outOfResources, "cannot start a task process: \(error)")
            }
        }
    }

    /// The attempt of a slot ends without a report of its own.
    private func fail(_ index: Int, _ kind: FailureKind, _ message: String) {
        guard let spec = slots[index].spec else { return }
        _ = endHost(index)
        slots[index].spec = nil
        let failure = Failure(kind: kind, message: message)
        events.append(
            .attemptReported(
                Self.worker,
                TaskReport(attempt: spec.attempt, outcome: .failed(failure))
            )
        )
    }

    private func stopAttempt(_ attempt: AttemptID) {
        guard let index = slots.firstIndex(where: { $0.spec?.attempt == attempt }) else { return }
        _ = endHost(index)
        slots[index].spec = nil
    }

    /// The host of a slot is gone, and with it the attempt that it ran.
    private func lose(_ index: Int, because reason: String? = nil) {
        let end = endHost(index)
        guard let spec = slots[index].spec, let watch = slots[index].watch else { return }
        slots[index].spec = nil
        let failure = CrashReport.failure(
            of: spec,
            plan: program.plan,
            kind: watch.failureKind,
            reason: watch.reason(of: end) ?? reason ?? "the task's thread ended",
            reading: slots[index].recorder.read(),
            processLogPath: slots[index].logPath,
            isTrap: end?.isTrap ?? false,
            launch: end?.hasExited ?? false ? SlotHost.launch(settings) : nil
        )
        events.append(
            .attemptReported(
                Self.worker,
                TaskReport(attempt: spec.attempt, outcome: .failed(failure))
            )
        )
    }

    /// Ends attempts whose closures make no progress.
    ///
    /// A thread of this process cannot be ended, so that its hang ends the job.
    private func checkProgress() throws {
        for index in slots.indices {
            guard let spec = slots[index].spec, let host = slots[index].host,
                var watch = slots[index].watch
            else { continue }
            let recorder = slots[index].recorder
            switch host {
            case .process(let process, _, _):
                let mustKill = watch.mustKill(recorder, process: process.processID, at: now)
                slots[index].watch = watch
                if mustKill { lose(index) }
            case .thread:
                let step = watch.check(recorder.progress, at: now)
                slots[index].watch = watch
                if step == .nothing { continue }
                var failure = CrashReport.failure(
                    of: spec,
                    plan: program.plan,
                    kind: .timedOut,
                    reason: watch.stalledText,
                    reading: recorder.read(),
                    processLogPath: slots[index].logPath
                )
                if case .partition = spec.input {
                    failure.key = program.text(
                        ofKey: recorder.read().key,
                        inStage: spec.attempt.task.stage
                    )
                }
                throw JobFailed(failure: failure, attempt: spec.attempt)
            }
        }
    }

    // MARK: Waiting

    private func waitForInput() throws {
        let hosted = slots.indices.filter { slots[$0].host != nil }
        let logs = slots.compactMap { $0.host?.log }.filter { $0.descriptor != nil }
        var descriptors = hosted.map { slots[$0].host?.channel.descriptor ?? -1 }
        if let signals { descriptors.append(signals.descriptor) }
        let first = descriptors.count
        descriptors += logs.compactMap(\.descriptor)
        let ready = MapReduceProcess.waitForInput(
            on: descriptors,
            timeout: events.isEmpty ? DriverLimits.localTickInterval : .zero
        )
        for position in ready {
            if position < hosted.count {
                try receive(hosted[position])
            } else if position >= first {
                logs[position - first].drain()
            } else if let signal = signals?.next() {
                throw Interruption(signal: signal)
            }
        }
    }

    private func receive(_ index: Int) throws {
        guard let channel = slots[index].host?.channel else { return }
        do {
            switch try channel.receive(TaskNotice.self) {
            case .closed: lose(index)
            case .messages(let notices): for notice in notices { take(notice, from: index) }
            }
        } catch {
            lose(index, because: "\(error)")
        }
    }

    private func take(_ notice: TaskNotice, from index: Int) {
        switch notice {
        case .ready(let fingerprint):
            guard fingerprint != program.plan.fingerprint else { return }
            fail(
                index,
                .badInput,
                "a task process built another plan than the driver (fingerprints \(fingerprint) "
                    + "and \(program.plan.fingerprint)); pipeline() must depend on nothing but the "
                    + "job's own options"
            )
        case .key: break
        case .ended(let report):
            guard slots[index].spec?.attempt == report.attempt else { return }
            slots[index].host?.log?.end()
            events.append(event(for: report, of: slots[index].spec))
            slots[index].spec = nil
        }
    }

    /// A report that a run cannot be read blames the task that wrote it, which then runs again.
    ///
    /// A full disk is the task's own fault here, as there is no other one.
    private func event(for report: TaskReport, of spec: TaskSpec?) -> Event {
        let attempt = report.attempt
        guard case .failed(var failure) = report.outcome else {
            return .attemptReported(Self.worker, report)
        }
        if let run = failure.run, let source = writer(of: run, readBy: spec) {
            return .fetchFailed(Self.worker, attempt, source: source, message: failure.message)
        }
        if failure.kind == .diskFull { failure.kind = .outOfResources }
        return .attemptReported(
            Self.worker,
            TaskReport(attempt: attempt, outcome: .failed(failure))
        )
    }

    /// The attempt that wrote a run which cannot be read; nil where the task has written another
    /// one since.
    private func writer(of run: String, readBy spec: TaskSpec?) -> AttemptID? {
        guard let spec, let job = coordinator.jobs[spec.attempt.task.job] else { return nil }
        let sources = job.sources(of: spec.attempt.task.stage)
        for (source, segments) in zip(sources, spec.segments) {
            guard let index = segments.firstIndex(where: { $0.run == run }) else { continue }
            let task = job.stages[source.stage].tasks[index]
            guard let winner = task.winner, task.winningOutput?.run?.path == run else { continue }
            let id = TaskID(job: job.id, stage: source.stage, index: index)
            return AttemptID(task: id, number: winner)
        }
        return nil
    }

    // MARK: Progress

    /// Shows how far the run is: between events, as what has been reported is counted only then.
    private func updateDisplay() {
        guard now >= nextUpdate else { return }
        nextUpdate = now + DriverLimits.localTickInterval
        if !(display is SilentDisplay) { display.update(progress) }
        if let dashboard, let snapshot { dashboard.update(snapshot) }
    }

    private var progress: RunProgress {
        guard let job = coordinator.jobs.all.last else { return RunProgress(elapsed: now - .zero) }
        var progress = RunProgress(
            JobStatus(job, output: ""),
            of: program.plan,
            elapsed: now - .zero
        )
        let input = inputOfRunningAttempts
        progress.recordsRead &+= input.records
        progress.bytesRead &+= input.bytes
        return progress
    }

    /// What attempts that have not ended have read of files so far.
    var inputOfRunningAttempts: (records: Int, bytes: Int) {
        var sum = (records: 0, bytes: 0)
        for slot in slots {
            guard case .split(let split) = slot.spec?.input else { continue }
            let reading = slot.recorder.read()
            sum.records &+= reading.recordNumber
            sum.bytes &+= split.byteCount(before: reading.offset, in: reading.path)
        }
        return sum
    }
}

/// A failure that ends the run at once: the thread of its task cannot be ended.
struct JobFailed: Error {
    let failure: Failure
    let attempt: AttemptID

    /// What users are told; `replay` runs the task again.
    func error(replay: String? = nil) -> JobError {
        JobError(
            .failed,
            FailureText.text(of: failure, attempt: attempt, replay: replay),
            location: failure.location?.description
        )
    }
}

/// A signal that ends the run.
struct Interruption: Error {
    let signal: Int32
}
