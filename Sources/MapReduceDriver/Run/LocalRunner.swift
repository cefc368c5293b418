package import MapReduceControl
internal import MapReduceEngine
package import MapReduceModel
package import MapReduceProcess
package import MapReduceReport

/// Runs one job on this machine: drives the control plane and executes its commands.
///
/// A loop on one thread waits for messages from the task processes, for signals and for the clock.
/// To the control plane, the whole machine is one worker.
package final class LocalRunner {
    private let job: HostedJob
    private let directories: RunDirectories
    private let signals: SignalWatcher?
    private var display: any RunDisplay
    private(set) var coordinator: Coordinator
    let slots: [TaskSlot]
    /// Records the slots whose lost processes have finally exited.
    let releases: SlotReleases
    var events: [Event] = []
    private var outcome: JobOutcome?
    private var nextUpdate = Instant.zero
    /// The dashboard page that shows the run; nil unless requested.
    private let dashboard: Dashboard?
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    static let worker = WorkerID(0)
    /// With a single worker, no other worker can prepare or repeat a task.
    private static var policy: Policy {
        var policy = Policy()
        policy.speculates = false
        policy.preparesTasks = false
        return policy
    }

    /// Creates a runner.
    ///
    /// `job`: the job to run, with the ID that it is submitted under.
    /// `slotCount`: the number of tasks that run at once.
    /// `signals`: signals that end the run; nil if the caller handles them.
    package init(
        job: HostedJob,
        slotCount: Int,
        directories: RunDirectories,
        signals: SignalWatcher?,
        display: any RunDisplay,
        dashboard: Dashboard? = nil
    ) throws {
        self.job = job
        self.directories = directories
        self.signals = signals
        self.display = display
        self.dashboard = dashboard
        coordinator = Coordinator(policy: Self.policy)
        let releases = SlotReleases(count: slotCount)
        self.releases = releases
        slots = try (0..<slotCount).map { index in
            let slot = try TaskSlot(path: "\(directories.scratch)/slot\(index)")
            slot.didRelease = { releases.add(index) }
            return slot
        }
        start = clock.now
    }

    var now: Instant { Instant(nanoseconds: (clock.now - start).nanoseconds) }

    /// Runs the job to its end.
    ///
    /// - Returns: The finished state of the job.
    /// - Throws: `InterruptionError` after a signal, `HungThreadError` when a thread of this
    ///   process hangs, and `EngineError` when no slot is left; by then, every task process has
    ///   been ended.
    package func run(_ submission: JobSubmission) throws -> JobState {
        defer {
            display.end()
            endProcesses()
        }
        try handle(
            .workerJoined(
                Self.worker,
                WorkerProfile(slots: slots.count),
                attempts: []
            )
        )
        try handle(.jobSubmitted(submission))
        while outcome == nil {
            try waitForInput()
            for index in slots.indices { try take(slots[index].check(at: now), from: index) }
            try releaseSlots()
            try handle(.workerPolled(Self.worker, health))
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
            for entry in effects.journal { display.didRecord(entry, job: job.plan) }
            for item in effects.commands { try obey(item.command) }
            for action in effects.actions { perform(action) }
        }
    }

    /// This process is the only worker of a local run: everything to be prepared is already here.
    private func obey(_ command: WorkerCommand) throws {
        switch command {
        case .start(let assignment): try startAttempt(assignment)
        case .stop(let attempt): try stopAttempt(attempt)
        case .prepare, .end: break
        }
    }

    private func perform(_ action: CoordinatorAction) {
        switch action {
        case .publishOutput(let job, let outputs): publish(job, outputs)
        case .jobFinished(_, let outcome): self.outcome = outcome
        case .workerUnreachable: break
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

    private func startAttempt(_ assignment: Assignment) throws {
        // The control plane learns only now of a slot that was lost when an attempt was stopped;
        // the slot reports it.
        guard let job = coordinator.jobs[assignment.attempt.task.job],
            let index = slots.firstIndex(where: \.isFree) ?? slots.firstIndex(where: \.isLost)
        else { preconditionFailure("the control plane knows how many slots there are") }
        let spec = directories.spec(for: assignment, of: job)
        try take(slots[index].run(spec, of: self.job, at: now), from: index)
    }

    private func stopAttempt(_ attempt: AttemptID) throws {
        guard let index = slots.firstIndex(where: { $0.spec?.attempt == attempt }) else { return }
        try take(slots[index].stop(), from: index)
    }

    /// `spec`: the specification that the slot ran before.
    private func take(
        _ happened: [TaskSlot.Event],
        from index: Int,
        running spec: TaskSpec? = nil
    ) throws {
        for event in happened {
            switch event {
            case .started, .freed: break
            // Do this before the control plane learns that the attempt is over and fills the slot.
            case .lost(let processID):
                releases.lose(index, processID)
                events.append(.workerPolled(Self.worker, health))
            case .ended(let report, let isCrash):
                if isCrash, case .thread = job.start, case .failed(let failure) = report.outcome,
                    failure.kind == .timedOut
                {
                    throw HungThreadError(failure: failure, attempt: report.attempt)
                }
                events.append(self.event(for: report, of: spec))
            }
        }
    }

    // MARK: Waiting

    private func waitForInput() throws {
        let hosted = slots.indices.filter { slots[$0].process != nil }
        let logs = slots.compactMap { $0.process?.log }.filter { $0.descriptor != nil }
        var descriptors = hosted.map { slots[$0].process?.channel.descriptor ?? -1 }
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
                throw InterruptionError(signal: signal)
            }
        }
    }

    private func receive(_ index: Int) throws {
        guard let channel = slots[index].process?.channel else { return }
        let received: FrameChannel.Received<TaskNotice>
        do {
            received = try channel.receive(TaskNotice.self)
        } catch {
            return try take(slots[index].close("\(error)"), from: index)
        }
        switch received {
        case .closed: try take(slots[index].close(), from: index)
        case .messages(let notices):
            for notice in notices {
                let spec = slots[index].spec
                try take(slots[index].take(notice), from: index, running: spec)
            }
        }
    }

    /// Returns the event for a report.
    ///
    /// A report that a run is unreadable blames the task that wrote the run; that task then runs
    /// again.
    ///
    /// A full disk is the task's own fault here, because there is only this disk.
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

    /// Returns the attempt that wrote an unreadable run; nil if the task has written another one
    /// since.
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

    /// Shows the progress of the run.
    ///
    /// Called between events, because reports are counted only then.
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
            of: self.job.plan,
            elapsed: now - .zero
        )
        let input = inputOfRunningAttempts
        progress.recordsRead &+= input.records
        progress.bytesRead &+= input.bytes
        return progress
    }

    /// The input that running attempts have read from files so far.
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

/// An error that ends the run at once: the thread of its task hangs and cannot be ended.
package struct HungThreadError: Error {
    package let failure: Failure
    package let attempt: AttemptID
}

/// An error that ends the run because of a signal.
package struct InterruptionError: Error {
    package let signal: Int32

    package init(signal: Int32) { self.signal = signal }
}
