internal import MapReduceModel

/// Attempts, jobs and slots.
extension WorkerStateMachine {
    // MARK: Commands

    mutating func start(_ assignment: Assignment) {
        let id = assignment.attempt
        // A command may be repeated after the worker has joined again.
        guard
            !attempts.contains(where: { $0.id == id })
                && !ended.contains(where: { $0.end.report.attempt == id })
        else { return }
        attempts.append(AttemptWork(assignment: assignment))
        let isReady = need(id.task.job)
        guard identify(id.task.job, as: assignment.jobUUID) else { return }
        if isReady { fetchInput(at: attempts.count - 1) }
    }

    /// Records which job has a number.
    ///
    /// If the worker has something of another job with that number, the coordinator has gone back
    /// to an older copy of its data, and nothing here is of use.
    /// - Returns: false when the worker is to start from scratch.
    private mutating func identify(_ id: JobID, as uuid: String) -> Bool {
        guard let index = jobs.firstIndex(where: { $0.id == id }) else { return true }
        guard jobs[index].uuid ?? uuid == uuid else {
            actions.append(.reset)
            return false
        }
        jobs[index].uuid = uuid
        return true
    }

    mutating func stop(_ id: AttemptID) {
        ended.removeAll { $0.end.report.attempt == id }
        guard let index = attempts.firstIndex(where: { $0.id == id }) else { return }
        switch attempts.remove(at: index).phase {
        case .waitsForJob: break
        case .fetches: actions.append(.cancelFetch(id))
        case .waitsForSlot: actions.append(.removeAttempt(id))
        case .runs(let slot):
            slots[slot].state = .stopping(id)
            actions.append(.stop(slot: slot))
        }
    }

    mutating func prepare(_ id: JobID, _ stage: Int, _ tasks: [Int]) {
        if need(id) {
            actions.append(.prepare(id, stage: stage, tasks: tasks))
        } else if let index = jobs.firstIndex(where: { $0.id == id }) {
            jobs[index].preparations.append(JobWork.Preparation(stage: stage, tasks: tasks))
        }
    }

    /// Ends everything that belongs to a job; its remains are removed when nothing is running any
    /// more.
    mutating func end(_ id: JobID) {
        for attempt in attempts.map(\.id) where attempt.task.job == id { stop(attempt) }
        ended.removeAll { $0.end.report.attempt.task.job == id }
        jobs.removeAll { $0.id == id }
        for slot in slots.indices where slots[slot].job == id && slots[slot].state == .idle {
            slots[slot].state = .stopping(nil)
            actions.append(.stop(slot: slot))
        }
        removeIfDone(id)
    }

    private mutating func removeIfDone(_ id: JobID) {
        guard !jobs.contains(where: { $0.id == id }), !slots.contains(where: { $0.job == id })
        else { return }
        actions.append(.removeJob(id))
    }

    // MARK: Programs

    /// Fetches the program of a job, unless it is ready.
    /// - Returns: Whether it is ready.
    private mutating func need(_ id: JobID) -> Bool {
        if let job = jobs.first(where: { $0.id == id }) { return job.isReady }
        let index = jobs.firstIndex { $0.id > id } ?? jobs.count
        jobs.insert(JobWork(id: id), at: index)
        actions.append(.fetchJob(id))
        return false
    }

    mutating func jobReady(_ id: JobID, _ uuid: String) {
        // The job may have ended while its program was being fetched.
        guard let index = jobs.firstIndex(where: { $0.id == id }) else {
            return removeIfDone(id)
        }
        guard identify(id, as: uuid) else { return }
        jobs[index].isReady = true
        for preparation in jobs[index].preparations {
            actions.append(.prepare(id, stage: preparation.stage, tasks: preparation.tasks))
        }
        jobs[index].preparations = []
        for index in attempts.indices where attempts[index].id.task.job == id {
            if attempts[index].phase == .waitsForJob { fetchInput(at: index) }
        }
    }

    /// Fails the attempts that wait for the program, which counts against the cluster; the next
    /// attempt asks again.
    mutating func jobFailed(_ id: JobID, _ failure: Failure) {
        guard jobs.contains(where: { $0.id == id }) else { return removeIfDone(id) }
        jobs.removeAll { $0.id == id && !$0.isReady }
        for attempt in attempts where attempt.id.task.job == id {
            if attempt.phase == .waitsForJob { fail(attempt.id, nil, failure) }
        }
    }

    // MARK: Input

    private mutating func fetchInput(at index: Int) {
        if attempts[index].assignment.sources.isEmpty {
            attempts[index].phase = .waitsForSlot
        } else {
            attempts[index].phase = .fetches
            actions.append(.fetchInput(attempts[index].assignment))
        }
    }

    mutating func inputReady(_ id: AttemptID, _ input: [[FetchedSegment]], _ seconds: Float) {
        guard let index = attempts.firstIndex(where: { $0.id == id }),
            attempts[index].phase == .fetches
        else { return }
        attempts[index].segments = input
        attempts[index].fetchTime = seconds
        attempts[index].phase = .waitsForSlot
    }

    mutating func inputFailed(
        _ id: AttemptID,
        _ source: AttemptID?,
        _ isSilent: Bool,
        _ failure: Failure
    ) {
        guard let attempt = attempts.first(where: { $0.id == id }), attempt.phase == .fetches
        else { return }
        fail(id, source, isSilent: isSilent, failure)
    }

    private mutating func fail(
        _ id: AttemptID,
        _ source: AttemptID?,
        isSilent: Bool = false,
        _ failure: Failure
    ) {
        attempts.removeAll { $0.id == id }
        deliver(
            AttemptEnd(
                report: TaskReport(attempt: id, outcome: .failed(failure)),
                source: source,
                isSourceSilent: isSilent ? true : nil
            )
        )
        actions.append(.removeAttempt(id))
    }

    private mutating func deliver(_ end: AttemptEnd) { ended.append(PendingEnd(end: end)) }

    // MARK: Slots

    /// Starts the attempts that have all they need while there are idle slots, preferably in a slot
    /// with a process of the same job, then in one without a process, then in one of another job.
    mutating func runWaiting() {
        for index in attempts.indices where attempts[index].phase == .waitsForSlot {
            let job = attempts[index].id.task.job
            let idle = slots.indices.filter { slots[$0].state == .idle && !slots[$0].isLost }
            guard
                let slot = idle.first(where: { slots[$0].job == job })
                    ?? idle.first(where: { slots[$0].job == nil }) ?? idle.first
            else { return }
            let before = slots[slot].job
            slots[slot] = SlotWork(job: job, state: .running(attempts[index].id))
            attempts[index].phase = .runs(slot: slot)
            let segments = attempts[index].segments.map { $0.map(\.segment) }
            actions.append(.run(slot: slot, attempts[index].assignment, segments))
            if let before, before != job { removeIfDone(before) }
        }
    }

    mutating func attemptEnded(_ slot: Int, _ report: TaskReport, _ log: String?) {
        guard slots.indices.contains(slot), slots[slot].state == .running(report.attempt),
            let index = attempts.firstIndex(where: { $0.id == report.attempt })
        else { return }
        let attempt = attempts.remove(at: index)
        slots[slot].state = .idle
        deliver(
            AttemptEnd(
                report: report.fetching(attempt.fetchTime),
                source: attempt.source(of: report),
                log: log
            )
        )
        if case .failed = report.outcome { actions.append(.removeAttempt(report.attempt)) }
    }

    mutating func slotStopped(_ slot: Int) {
        guard slots.indices.contains(slot) else { return }
        let job = slots[slot].job
        switch slots[slot].state {
        case .stopping(let attempt):
            slots[slot] = SlotWork()
            if let attempt { actions.append(.removeAttempt(attempt)) }
            if let job { removeIfDone(job) }
        case .idle:
            guard slots[slot].isLost else { return }
            slots[slot] = SlotWork()
            if let job { removeIfDone(job) }
        case .running: slots[slot].isLost = false
        }
    }

    /// Gives back attempts that wait for lost slots: other workers may have room.
    mutating func giveBack() {
        guard lostSlotCount > 0 else { return }
        let usable = slots.indices.filter { !slots[$0].isLost }
        while true {
            let waiting = attempts.indices.filter { !attempts[$0].phase.isRunning }
            let busy = usable.count { if case .running = slots[$0].state { true } else { false } }
            guard let last = waiting.last, waiting.count > usable.count - busy else { return }
            let attempt = attempts[last]
            if attempt.phase == .fetches { actions.append(.cancelFetch(attempt.id)) }
            let message = "a process that cannot be ended holds the slot that was for \(attempt.id)"
            fail(attempt.id, nil, Failure(kind: .workerLost, message: message))
        }
    }
}

extension TaskReport {
    /// Returns the report with the fetch time in seconds, which the task's process does not know.
    fileprivate func fetching(_ time: Float) -> TaskReport {
        guard case .succeeded(var output) = outcome else { return self }
        output.times.fetch = time
        return TaskReport(attempt: attempt, outcome: .succeeded(output))
    }
}

extension WorkerStateMachine.AttemptWork {
    /// The attempt whose run could not be read, if that is why this attempt failed.
    fileprivate func source(of report: TaskReport) -> AttemptID? {
        guard case .failed(let failure) = report.outcome, let run = failure.run,
            case .runs = phase
        else { return nil }
        return segments.joined().first { $0.segment.run == run }?.source
    }
}
