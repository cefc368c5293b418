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
            let isThere = coordinator?.control.jobs[job] != nil && !durable.ended.contains(job)
            respond(call, from: node, isThere ? .launched : .notFound)
        case .outputs(let job, let stage, let after):
            respond(call, from: node, outputs(job, stage, after))
        case .segment: fail("the coordinator is asked for a segment")
        }
    }

    private func serveAsWorker(_ call: CallID, _ node: Node, _ request: Request) {
        guard workers[node.index].isAlive else { return refuse(call) }
        guard case .segment(let attempt, _) = request else {
            return fail("a worker is asked what only the coordinator knows")
        }
        respond(
            call,
            from: node,
            workers[node.index].runs[attempt].map { .segment($0) } ?? .notFound
        )
    }

    // MARK: Sessions

    private func takeIn(_ call: CallID, _ request: JoinRequest) {
        let known = durable.workers[request.incarnation]?.worker
        let id = known ?? WorkerID(durable.workers.count + 1)
        let address = WorkerAddress(worker: id, url: request.url, host: request.host)
        durable.workers[request.incarnation] = address
        wake(id)
        coordinator?.lastSession += 1
        let session = SessionID(
            epoch: coordinator?.epoch ?? 0,
            number: coordinator?.lastSession ?? 0
        )
        coordinator?.sessions[id] = SimulatedCoordinator.Session(id: session, address: address)
        let profile = WorkerProfile(slots: request.slots, localPaths: request.localPaths)
        enqueue(
            [.workerJoined(id, profile, attempts: request.attempts)],
            .joined(call, id, session, jobs: request.jobs)
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
        coordinator?.sessions[worker]?.outbox.received(request.received)
        coordinator?.sessions[worker]?.isDraining = request.isDraining
        let condition = WorkerCondition(
            isDraining: request.isDraining,
            isDiskLow: request.isDiskLow
        )
        enqueue(
            [.workerPolled(worker, condition)] + request.ended.map { Event($0, of: worker) },
            .polled(call, worker, request)
        )
    }

    func proceed(_ continuation: SimulatedCoordinator.Continuation) {
        switch continuation {
        case .nothing: break
        case .joined(let call, let worker, let session, let jobs):
            coordinator?.sessions[worker]?.isKnown = true
            let ended = jobs.filter { job in
                coordinator?.control.jobs[job].map { $0.outcome != nil } ?? true
            }
            let answer = JoinAnswer(
                worker: worker,
                cluster: Self.cluster,
                session: session,
                endedJobs: ended
            )
            respond(call, from: .coordinator, .joined(answer))
        case .polled(let call, let worker, let request):
            let isEmpty = coordinator?.sessions[worker]?.outbox.isEmpty ?? false
            guard isOpen(request.session, of: worker), isEmpty, request.wait > 0 else {
                return answer(call, worker, request.session)
            }
            wake(worker)
            coordinator?.sessions[worker]?.parked = call
            queue.add(
                .coordinator(life: coordinatorLife, .pollExpires(worker, call)),
                at: now + .milliseconds(request.wait)
            )
        case .left(let call): respond(call, from: .coordinator, .done)
        }
    }

    /// Answers the poll that waits, if one does.
    func wake(_ worker: WorkerID) {
        guard let session = coordinator?.sessions[worker], let call = session.parked else { return }
        coordinator?.sessions[worker]?.parked = nil
        answer(call, worker, session.id)
    }

    private func answer(_ call: CallID, _ worker: WorkerID, _ id: SessionID) {
        guard isOpen(id, of: worker), let session = coordinator?.sessions[worker],
            let commands = coordinator?.sessions[worker]?.outbox.answer()
        else { return respond(call, from: .coordinator, .mustJoin) }
        let isNeeded = coordinator?.control.isNeeded(worker) ?? true
        let answer = PollAnswer(
            commands: commands,
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
