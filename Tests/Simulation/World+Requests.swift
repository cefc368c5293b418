internal import MapReduceControl
internal import MapReduceModel

/// What processes answer.
extension World {
    func serve(_ call: CallID, _ node: Node, _ request: Request) {
        guard node.isCoordinator else { return serveAsWorker(call, node, request) }
        guard coordinator != nil else { return refuse(call) }
        switch request {
        case .join(let request): takeIn(call, request)
        case .poll(let worker, let request): poll(call, worker, request)
        case .leave(let worker):
            wake(worker)
            coordinator?.sessions[worker] = nil
            enqueue([.workerLeft(worker)], .left(call))
        case .launch(let job):
            let submission = coordinator?.control.jobs[job]?.submission
            let answer = submission.map { Response.launched($0.uuid, planned($0)) }
            let isThere = !durable.ended.contains(job)
            respond(call, from: node, isThere ? answer ?? .notFound : .notFound)
        case .outputs(let job, let stage, let after):
            respond(call, from: node, outputs(job, stage, after))
        case .segment: fail("the coordinator is asked for a segment")
        }
    }

    private func serveAsWorker(_ call: CallID, _ node: Node, _ request: Request) {
        guard workers[node.index].isAlive else { return refuse(call) }
        guard case .segment(let attempt, _, let incarnation) = request else {
            return fail("a worker is asked what only the coordinator knows")
        }
        let worker = workers[node.index]
        let isHere = worker.incarnation == incarnation
        let run = isHere ? worker.runs[attempt] : nil
        respond(call, from: node, run.map { .segment($0) } ?? .notFound)
    }

    // MARK: Sessions

    private func takeIn(_ call: CallID, _ request: JoinRequest) {
        guard let coordinator else { return }
        let isOurs = History(durable.starts).contains(
            request,
            cluster: Self.cluster,
            lastWrite: durable.write,
            jobs: coordinator.control.jobs
        )
        guard isOurs else { return respond(call, from: .coordinator, .joined(refusal)) }
        let known = durable.workers[request.incarnation]?.worker
        let id = known ?? WorkerID(durable.workers.count + 1)
        let address = WorkerAddress(
            worker: id,
            url: request.url,
            host: request.host,
            incarnation: request.incarnation
        )
        durable.workers[request.incarnation] = address
        durable.write += 1
        wake(id)
        self.coordinator?.lastSession += 1
        let session = session(coordinator.lastSession + 1)
        self.coordinator?.sessions[id] = SimulatedCoordinator.Session(id: session, address: address)
        let profile = WorkerProfile(slots: request.slots, localPaths: request.localPaths)
        enqueue(
            [.workerJoined(id, profile, attempts: request.attempts)],
            .joined(call, id, session, jobs: request.jobs)
        )
    }

    private func session(_ number: Int) -> SessionID {
        let position = position
        return SessionID(epoch: position.epoch, start: position.start, number: number)
    }

    /// What a worker of another history hears.
    private var refusal: JoinAnswer {
        JoinAnswer(
            worker: WorkerID(0),
            cluster: Self.cluster,
            session: session(0),
            endedJobs: [],
            mustReset: true,
            position: position
        )
    }

    private func isOpen(_ session: SessionID, of worker: WorkerID) -> Bool {
        coordinator?.sessions[worker]?.id == session
            && coordinator?.control.workers[worker] != nil
    }

    private func poll(_ call: CallID, _ worker: WorkerID, _ request: PollRequest) {
        guard isOpen(request.session, of: worker) else {
            return respond(call, from: .coordinator, .mustJoin)
        }
        if request.ended.contains(where: { isTooLarge($0.report) }) {
            return respond(call, from: .coordinator, .tooLarge)
        }
        coordinator?.sessions[worker]?.outbox.received(request.received)
        coordinator?.sessions[worker]?.isDraining = request.isDraining
        let health = WorkerHealth(
            isDraining: request.isDraining,
            isDiskLow: request.isDiskLow,
            lostSlots: request.lostSlots ?? 0
        )
        enqueue(
            [.workerPolled(worker, health)] + request.ended.map { Event($0, of: worker) },
            .polled(call, worker, request)
        )
    }

    /// Whether a report is one that does not fit a message.
    private func isTooLarge(_ report: TaskReport) -> Bool {
        guard case .succeeded = report.outcome, report.attempt.task.stage == 0,
            let job = plannedJob(report.attempt.task.job)
        else { return false }
        return plan.faults.contains(
            .endIsTooLarge(job: job.number, task: report.attempt.task.index)
        )
    }

    func proceed(_ continuation: SimulatedCoordinator.Continuation) {
        switch continuation {
        case .nothing: break
        case .joined(let call, let worker, let session, let jobs):
            coordinator?.sessions[worker]?.isKnown = true
            let ended = jobs.map(\.id).filter { job in
                coordinator?.control.jobs[job].map { $0.outcome != nil } ?? true
            }
            let answer = JoinAnswer(
                worker: worker,
                cluster: Self.cluster,
                session: session,
                endedJobs: ended,
                position: position
            )
            respond(call, from: .coordinator, .joined(answer))
        case .polled(let call, let worker, let request):
            let isEmpty = coordinator?.sessions[worker]?.outbox.isEmpty ?? false
            guard isOpen(request.session, of: worker), isEmpty, request.wait > 0 else {
                return answer(call, worker, request.session)
            }
            wake(worker)
            coordinator?.sessions[worker]?.pendingPoll = call
            queue.add(
                .coordinator(life: coordinatorLife, .pollExpires(worker, call)),
                at: now + .milliseconds(request.wait)
            )
        case .left(let call): respond(call, from: .coordinator, .done)
        }
    }

    /// Answers the poll that waits, if one does.
    func wake(_ worker: WorkerID) {
        guard let session = coordinator?.sessions[worker], let call = session.pendingPoll else {
            return
        }
        coordinator?.sessions[worker]?.pendingPoll = nil
        answer(call, worker, session.id)
    }

    private func answer(_ call: CallID, _ worker: WorkerID, _ id: SessionID) {
        guard isOpen(id, of: worker), let session = coordinator?.sessions[worker],
            let commands = coordinator?.sessions[worker]?.outbox.answer()
        else { return respond(call, from: .coordinator, .mustJoin) }
        let isNeeded = coordinator?.control.isNeeded(worker) ?? true
        let answer = PollAnswer(
            commands: commands,
            position: position,
            mayLeave: session.isDraining && !isNeeded
        )
        respond(call, from: .coordinator, .polled(answer))
    }

    // MARK: Outputs of stages

    private func outputs(_ id: JobID, _ stage: Int, _ after: Int) -> Response {
        guard let job = coordinator?.control.jobs[id],
            let outputs = StageOutputs(of: job, stage: stage, after: after, addresses: { _ in nil })
        else { return .notFound }
        return .outputs(outputs)
    }
}
