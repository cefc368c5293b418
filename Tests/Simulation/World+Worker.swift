internal import MapReduceControl
internal import MapReduceModel

/// The workers' part of a run.
extension World {
    // MARK: Life and death

    func startWorker(_ host: Int) {
        let old = workers[host]
        var worker = SimulatedWorker(
            host: host,
            machine: WorkerStateMachine(slotCount: setting.slotCounts[host]),
            life: old.life + 1
        )
        // What an earlier process left on the disk is swept.
        worker.isAlive = true
        worker.isDiskFull = old.isDiskFull
        worker.slowness = old.slowness
        workers[host] = worker
        note("host \(host) starts")
        apply(.started, to: host)
        if old.isDiskFull { apply(.diskChecked(isLow: true), to: host) }
    }

    func crashWorker(_ host: Int) {
        workers[host].isAlive = false
        resume(host)
    }

    // MARK: The state machine

    func apply(_ event: WorkerEvent, to host: Int) {
        let life = workers[host].life
        if case .slotStopped(let slot) = event { workers[host].stuck.remove(slot) }
        for action in workers[host].machine.apply(event) {
            perform(action, on: host)
            if !workers[host].isAlive || workers[host].life != life { return }
        }
    }

    func later(_ host: Int, _ step: WorkerStep, after delay: Duration) {
        queue.add(.worker(host, life: workers[host].life, step), at: now + delay)
    }

    private func perform(_ action: WorkerAction, on host: Int) {
        switch action {
        case .join(let delay): later(host, .join, after: delay)
        case .poll(let kind, let request, let delay):
            later(host, .poll(kind, request), after: delay)
        case .fetchJob(let job): ask(host, .coordinator, .launch(job), .launch(job))
        case .fetchInput(let assignment): beginFetch(assignment, on: host)
        case .cancelFetch(let attempt):
            if let fetch = workers[host].fetches.removeValue(forKey: attempt) {
                workers[host].fetchNumbers[fetch.number] = nil
            }
        case .prepare: break
        case .run(let slot, let assignment, let segments):
            beginAttempt(assignment, segments, slot: slot, on: host)
        case .stop(let slot):
            workers[host].running[slot] = nil
            if !workers[host].stuck.contains(slot), !sticks(slot, on: host) {
                later(host, .event(.slotStopped(slot)), after: .milliseconds(5))
            }
        case .removeAttempt(let attempt): workers[host].runs[attempt] = nil
        case .removeJob(let job):
            workers[host].jobs[job] = nil
            workers[host].runs = workers[host].runs.filter { $0.key.task.job != job }
            workers[host].fetched = workers[host].fetched.filter {
                $0.key.source.task.job != job
            }
        case .reset:
            if !wasRestored { fail("host \(host) believes in another cluster") }
            startWorker(host)
        case .leave: leave(host)
        }
    }

    /// Draws whether the process of a slot does not end now that it is killed, but later.
    func sticks(_ slot: Int, on host: Int) -> Bool {
        guard dice.chance(ratios.stuck, Dice.Purpose("stuck", host)) else { return false }
        note("host \(host): the process of slot \(slot) does not end")
        workers[host].stuck.insert(slot)
        later(host, .event(.slotLost(slot)), after: .zero)
        let seconds = dice.draw(6...60, Dice.Purpose("stuck for", host))
        later(host, .event(.slotStopped(slot)), after: .seconds(seconds))
        return true
    }

    private func leave(_ host: Int) {
        note("host \(host) leaves")
        if let id = workers[host].id { ask(host, .coordinator, .leave(id), .leave) }
        workers[host].isAlive = false
        queue.add(.worker(host, life: workers[host].life, .restart), at: now + .seconds(3))
    }

    func perform(_ step: WorkerStep, on host: Int) {
        switch step {
        case .event(let event): apply(event, to: host)
        case .join: join(host)
        case .poll(let kind, let request):
            guard let id = workers[host].id else { return }
            ask(host, .coordinator, .poll(id, request), .poll(kind, request))
        case .attemptEnds(let slot, let run): endAttempt(slot, run, on: host)
        case .fetch(let number):
            if let attempt = workers[host].fetchNumbers[number] { fetchNext(attempt, on: host) }
        case .drainExpires: leave(host)
        case .restart: break
        }
    }

    /// How long a worker that drains is needed at most.
    private static let drainTimeout = Duration.seconds(30)

    func drain(_ host: Int) {
        apply(.drain, to: host)
        later(host, .drainExpires, after: Self.drainTimeout)
    }

    private func join(_ host: Int) {
        let worker = workers[host]
        let state = worker.machine.joinState
        let request = JoinRequest(
            incarnation: worker.incarnation,
            url: "\(host)",
            host: "\(host)",
            slots: setting.slotCounts[host],
            localPaths: ["in-1-\(host)", "in-2-\(host)"],
            cluster: state.cluster,
            position: state.position,
            attempts: state.attempts,
            jobs: state.jobs
        )
        ask(host, .coordinator, .join(request), .join)
    }

    // MARK: Calls

    private func ask(_ host: Int, _ node: Node, _ request: Request, _ call: SimulatedWorker.Call) {
        workers[host].calls[self.call(from: host, to: node, request)] = call
    }

    /// An answer, or nil that there is none.
    func workerHears(_ response: Response?, _ id: CallID) {
        let host = id.caller.index
        guard workers[host].isAlive, workers[host].life == id.life,
            let call = workers[host].calls.removeValue(forKey: id)
        else { return }
        switch call {
        case .join:
            guard case .joined(let answer) = response else { return apply(.joinFailed, to: host) }
            workers[host].id = answer.worker
            apply(.joined(answer), to: host)
        case .poll(let kind, let request): heardPoll(kind, request, response, on: host)
        case .leave: break
        case .launch(let job):
            guard case .launched(let uuid, let number) = response else {
                return apply(.jobFailed(job, message: "no answer"), to: host)
            }
            // What is here already is not fetched again.
            if workers[host].jobs[job] == nil { workers[host].jobs[job] = number }
            apply(.jobReady(job, uuid: uuid), to: host)
        case .outputs(let attempt): heardOutputs(attempt, response, on: host)
        case .segment(let attempt, let run): heardSegment(attempt, run, response, on: host)
        }
    }

    private func heardPoll(
        _ kind: PollKind,
        _ request: PollRequest,
        _ response: Response?,
        on host: Int
    ) {
        switch response {
        case .polled(let answer):
            let delivered = request.ended.map(\.report.attempt)
            apply(.answered(kind, request.session, answer, delivered: delivered), to: host)
        case .mustJoin: apply(.pollFailed(kind, request.session, mustJoin: true), to: host)
        case .tooLarge:
            let ended = request.ended.map(\.report.attempt)
            apply(
                .pollRefused(kind, request.session, ended: ended, message: "it is too large"),
                to: host
            )
        default: apply(.pollFailed(kind, request.session, mustJoin: false), to: host)
        }
    }

    // MARK: Segments

    private func beginFetch(_ assignment: Assignment, on host: Int) {
        let attempt = assignment.attempt
        guard let job = program(of: attempt.task, on: host) else {
            let message = "\(attempt) is not of that job"
            return apply(.inputFailed(attempt, source: nil, message: message), to: host)
        }
        workers[host].lastRun += 1
        let fetch = SimulatedWorker.Fetch(
            number: workers[host].lastRun,
            assignment: assignment,
            partitions: job.plan.partitionsRead(
                byTask: attempt.task.index,
                ofStage: attempt.task.stage
            )
        )
        workers[host].fetches[attempt] = fetch
        workers[host].fetchNumbers[fetch.number] = attempt
        askForLog(attempt, on: host)
    }

    /// The job whose program is here, and has such a task.
    func program(of task: TaskID, on host: Int) -> Setting.Job? {
        guard let number = workers[host].jobs[task.job] else {
            fail("\(task) is of a job that nobody has submitted")
            return nil
        }
        let job = setting.jobs[number - 1]
        guard job.plan.stages.indices.contains(task.stage),
            task.index < job.taskCount(of: job.plan.stages[task.stage])
        else { return nil }
        return job
    }

    /// Asks for the log of the next source; when all are here, for the segments.
    private func askForLog(_ attempt: AttemptID, on host: Int) {
        guard let fetch = workers[host].fetches[attempt] else { return }
        guard fetch.wanted.count < fetch.assignment.sources.count else {
            workers[host].fetches[attempt]?.missing = Array(fetch.wanted.joined())
            return fetchNext(attempt, on: host)
        }
        let stage = fetch.assignment.sources[fetch.wanted.count].stage
        let request = Request.outputs(attempt.task.job, stage: stage, after: 0)
        ask(host, .coordinator, request, .outputs(attempt))
    }

    private func endFetch(_ attempt: AttemptID, on host: Int) {
        if let fetch = workers[host].fetches.removeValue(forKey: attempt) {
            workers[host].fetchNumbers[fetch.number] = nil
        }
    }

    private func heardOutputs(_ attempt: AttemptID, _ response: Response?, on host: Int) {
        guard let fetch = workers[host].fetches[attempt] else { return }
        let source = fetch.assignment.sources[fetch.wanted.count]
        guard case .outputs(let outputs) = response, outputs.entries.count >= source.outputLogLength
        else {
            endFetch(attempt, on: host)
            return apply(.inputFailed(attempt, source: nil, message: "no log"), to: host)
        }
        var table = OutputTable()
        table.add(outputs)
        let wanted = table.sources(source.outputLogLength).map { entry in
            let task = TaskID(job: attempt.task.job, stage: source.stage, index: entry.task)
            return SimulatedWorker.Wanted(
                run: SimulatedWorker.FetchedRun(
                    source: AttemptID(task: task, number: entry.attempt),
                    partition: fetch.partitions[fetch.wanted.count]
                ),
                entry: entry
            )
        }
        workers[host].fetches[attempt]?.wanted.append(wanted)
        askForLog(attempt, on: host)
    }

    /// Gets the next segment: from this disk, or from the worker that has it.
    private func fetchNext(_ attempt: AttemptID, on host: Int) {
        guard let fetch = workers[host].fetches[attempt] else { return }
        guard let next = fetch.missing.first else { return finishFetch(attempt, on: host) }
        let run = next.run
        if workers[host].runs[run.source] != nil || workers[host].fetched[run] != nil {
            workers[host].fetches[attempt]?.missing.removeFirst()
            return fetchNext(attempt, on: host)
        }
        guard let address = address(of: next.entry.worker), let holder = Int(address.url),
            !next.entry.path.isEmpty
        else {
            endFetch(attempt, on: host)
            return apply(.inputFailed(attempt, source: run.source, message: "it is lost"), to: host)
        }
        let request = Request.segment(
            run.source,
            partition: run.partition,
            of: address.incarnation
        )
        ask(host, .host(holder), request, .segment(attempt, run))
    }

    private func address(of worker: WorkerID) -> WorkerAddress? {
        durable.workers.values.first { $0.worker == worker }
    }

    private func heardSegment(
        _ attempt: AttemptID,
        _ run: SimulatedWorker.FetchedRun,
        _ response: Response?,
        on host: Int
    ) {
        guard let fetch = workers[host].fetches[attempt] else { return }
        if case .segment(let stored) = response, !stored.isRotten {
            workers[host].fetched[run] = stored
            workers[host].fetches[attempt]?.failures = 0
            return fetchNext(attempt, on: host)
        }
        var isGone = false
        if case .notFound = response { isGone = true }
        if isGone || fetch.failures == 3 {
            endFetch(attempt, on: host)
            let message = "a segment cannot be had"
            return apply(
                .inputFailed(
                    attempt,
                    source: run.source,
                    isSilent: response == nil,
                    message: message
                ),
                to: host
            )
        }
        workers[host].fetches[attempt]?.failures += 1
        later(host, .fetch(fetch.number), after: .seconds(1 << fetch.failures))
    }

    private func finishFetch(_ attempt: AttemptID, on host: Int) {
        guard let fetch = workers[host].fetches[attempt] else { return }
        endFetch(attempt, on: host)
        let segments = fetch.wanted.map { wanted in
            wanted.map { wanted in
                let run = wanted.run
                let isOwn = workers[host].runs[run.source] != nil
                return FetchedSegment(
                    segment: Segment(
                        run: isOwn
                            ? workers[host].path(of: run.source) : workers[host].path(of: run),
                        partition: isOwn ? run.partition : 0
                    ),
                    source: run.source
                )
            }
        }
        apply(.inputReady(attempt, segments), to: host)
    }
}
