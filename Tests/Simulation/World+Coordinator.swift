internal import MapReduceControl
internal import MapReduceModel

/// The coordinator's part of a run.
extension World {
    static let cluster = "simulated"

    // MARK: Life and death

    func startCoordinator() {
        coordinatorLife += 1
        durable.write += 1
        let start = History.Start(
            epoch: (durable.starts.last?.epoch ?? 0) + 1,
            id: drawName(),
            firstWrite: durable.write
        )
        durable.starts.append(start)
        note("the coordinator starts: epoch \(start.epoch)")
        let replayable = durable.replayable
        checkJournal(replayable)
        let control = Coordinator(policy: setting.policy, journal: replayable, at: now)
        checks.begin(replaying: replayable, of: control)
        coordinator = SimulatedCoordinator(control: control, start: start)
        publishing = [:]
        enqueue([.recovered], .nothing)
        for job in control.jobs.all where job.isRunning && !owns(job.submission) {
            note("the output of \(job.id) is not its own any more")
            enqueue([.jobCancelled(job.id)], .nothing)
        }
        for job in control.jobs.all where job.outcome != nil { cleanUp(job.id) }
    }

    /// What a coordinator has written is what the next one accepts.
    private func checkJournal(_ entries: [JournalEntry]) {
        var replay = JournalReplay()
        do {
            for entry in entries { try replay.add(entry) }
            try replay.checkEnd()
        } catch {
            fail("the journal is refused: \(error)")
        }
    }

    /// What was being written is on the disk or not; a caller hears nothing either way.
    func crashCoordinator() {
        guard let crashed = coordinator else { return }
        let isWritten = dice.chance(500, Dice.Purpose("torn"))
        note("the coordinator crashes; what it was writing is \(isWritten ? "kept" : "lost")")
        if let batch = crashed.writing, isWritten { keep(batch.entries) }
        coordinator = nil
    }

    /// Goes back to a copy of the data; jobs that are not in it are submitted again.
    func restore(_ fault: Fault) {
        guard let copy = copies[fault] else { return }
        crashCoordinator()
        durable = copy
        wasRestored = true
        let purpose = Dice.Purpose("submit again")
        for job in setting.jobs
        where !durable.plannedJobs.values.contains(job.number)
            && World.instant(job.submittedAt) <= now
        {
            let delay = dice.draw(0...8000, purpose)
            queue.add(.submit(job: job.number), at: now + .milliseconds(delay))
        }
    }

    /// A name that nothing else has, as if it was drawn at random.
    func drawName() -> String {
        nameCount += 1
        return "name\(nameCount)"
    }

    /// Where the history of the coordinator that runs is.
    var position: JournalPosition {
        let start = coordinator?.start
        return JournalPosition(
            epoch: start?.epoch ?? 0,
            start: start?.id ?? "",
            write: durable.write
        )
    }

    private func keep(_ entries: [JournalEntry]) {
        durable.write += 1
        durable.entries += entries
        for entry in entries {
            switch entry {
            case .jobSubmitted(let submission, _):
                durable.lastJob = max(durable.lastJob, submission.id.number)
                durable.plannedJobs[submission.id] = planned(submission)
            case .jobFinished(let job, let outcome, _):
                if let other = durable.outcomes[job], other != outcome {
                    fail("\(job) ends twice: \(other) and \(outcome)")
                }
                durable.outcomes[job] = outcome
            default: break
            }
        }
    }

    /// Which of the planned jobs a submission is: its name tells.
    func planned(_ submission: JobSubmission) -> Int {
        setting.jobs.first { "job \($0.number)" == submission.plan.name }?.number ?? 0
    }

    /// The planned job of a job.
    func plannedJob(_ id: JobID) -> Setting.Job? {
        guard let name = coordinator?.control.jobs[id]?.submission.plan.name else {
            return durable.plannedJobs[id].map { setting.jobs[$0 - 1] }
        }
        return setting.jobs.first { "job \($0.number)" == name }
    }

    // MARK: Events and the journal

    func enqueue(_ events: [Event], _ then: SimulatedCoordinator.Continuation) {
        coordinator?.queue.append(SimulatedCoordinator.Pending(events: events, then: then))
        if coordinator?.writing == nil { flush() }
    }

    /// Applies all that waits, and begins to write what follows.
    private func flush() {
        guard let waiting = coordinator?.queue, !waiting.isEmpty else { return }
        coordinator?.queue = []
        var batch = SimulatedCoordinator.Batch()
        for item in waiting {
            for event in item.events {
                note("coordinator: \(describe(event))")
                guard let effects = coordinator?.control.apply(event, at: now) else { return }
                batch.entries += effects.journal
                batch.commands += effects.commands
                batch.actions += effects.actions
                coordinator?.eventCount += 1
                for entry in effects.journal { note("    journal  \(describe(entry))") }
                if let control = coordinator?.control {
                    if let wrong = checks.step(control, effects) { return fail(wrong) }
                }
            }
            batch.continuations.append(item.then)
        }
        coordinator?.writing = batch
        let delay = dice.draw(1...10, Dice.Purpose("journal"))
        queue.add(.coordinator(life: coordinatorLife, .durable), at: now + .milliseconds(delay))
        scheduleTick()
        crashAtEvent()
    }

    private func crashAtEvent() {
        guard let coordinator, !areFaultsOver else { return }
        for case .coordinatorCrashesAtEvent(let number, let lasts) in plan.faults
        where coordinator.eventCount >= number && !checks.crashedAt.contains(number) {
            checks.crashedAt.insert(number)
            crashCoordinator()
            queue.add(
                .coordinator(life: coordinatorLife, .restart),
                at: now + .milliseconds(lasts + 1)
            )
            return
        }
    }

    private func scheduleTick() {
        guard coordinator?.isTicking == false,
            let deadline = coordinator?.control.nextDeadline
        else { return }
        coordinator?.isTicking = true
        queue.add(
            .coordinator(life: coordinatorLife, .tick),
            at: max(deadline, now + .milliseconds(50))
        )
    }

    func perform(_ step: CoordinatorStep) {
        switch step {
        case .durable: becomeDurable()
        case .tick:
            coordinator?.isTicking = false
            if let deadline = coordinator?.control.nextDeadline, deadline <= now {
                enqueue([.tick], .nothing)
            }
            scheduleTick()
        case .pollExpires(let worker, let call):
            if coordinator?.sessions[worker]?.pendingPoll == call { wake(worker) }
        case .published(let job): finishPublishing(job)
        case .cleanedUp(let job):
            durable.ended.insert(job)
            if durable.outcomes[job] != .succeeded { discard(job) }
            enqueue([.jobRetired(job)], .nothing)
        case .restart: break
        }
    }

    private func becomeDurable() {
        guard let batch = coordinator?.writing else { return }
        coordinator?.writing = nil
        keep(batch.entries)
        for item in batch.commands { send(item) }
        for action in batch.actions { perform(action) }
        // One that comes back is told to join again.
        for worker in (coordinator?.sessions.keys.sorted() ?? [])
        where coordinator?.sessions[worker]?.isKnown == true
            && coordinator?.control.workers[worker] == nil
        {
            wake(worker)
            coordinator?.sessions[worker] = nil
        }
        for continuation in batch.continuations { proceed(continuation) }
        if coordinator?.writing == nil { flush() }
    }

    private func send(_ item: AddressedCommand) {
        note("    command  \(describe(item))")
        coordinator?.sessions[item.worker]?.outbox.add(item.command)
        wake(item.worker)
    }

    private func perform(_ action: CoordinatorAction) {
        note("    action   \(describe(action))")
        switch action {
        case .workerUnreachable: break
        case .publishOutput(let job, let outputs): publish(job, outputs)
        case .jobFinished(let job, _):
            for worker in coordinator?.sessions.keys.sorted() ?? [] {
                coordinator?.sessions[worker]?.outbox.add(.end(job))
                wake(worker)
            }
            cleanUp(job)
        }
    }

    private func cleanUp(_ job: JobID) {
        let delay = dice.draw(10...300, Dice.Purpose("clean up", job.number))
        queue.add(
            .coordinator(life: coordinatorLife, .cleanedUp(job)),
            at: now + .milliseconds(delay)
        )
    }

    // MARK: Clients

    /// Submits a job, and looks after a second whether it was accepted.
    func submit(_ number: Int) {
        guard !durable.plannedJobs.values.contains(number) else { return }
        queue.add(.submit(job: number), at: now + .seconds(1))
        let isOnItsWay = coordinator?.control.jobs.all.contains {
            $0.submission.plan.name == "job \(number)"
        }
        if let problem = setting.jobs[number - 1].plan.problem {
            return fail("job \(number) cannot be run: \(problem)")
        }
        guard isOnItsWay == false, let jobs = coordinator?.control.jobs.all else { return }
        let last = max(durable.lastJob, jobs.last?.id.number ?? 0)
        let waiting = coordinator?.queue.count { item in
            item.events.contains { if case .jobSubmitted = $0 { true } else { false } }
        }
        let id = JobID(last + 1 + (waiting ?? 0))
        let submission = setting.jobs[number - 1].submission(id, uuid: drawName())
        claimOutput(of: submission)
        enqueue([.jobSubmitted(submission)], .nothing)
    }

    func cancel(_ number: Int) {
        let id = durable.plannedJobs.first { $0.value == number }?.key
        if let id, durable.outcomes[id] != nil { return }
        if let id, coordinator != nil { enqueue([.jobCancelled(id)], .nothing) }
        if !areFaultsOver { queue.add(.cancel(job: number), at: now + .seconds(2)) }
    }
}
