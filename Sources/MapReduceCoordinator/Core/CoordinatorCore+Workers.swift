internal import HTTPTypes
internal import Logging
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// Requests and reports of workers.
extension CoordinatorCore {
    /// Adds a worker that joins or rejoins.
    func join(_ request: JoinRequest) async throws -> JoinAnswer {
        guard request.version == ClusterProtocol.version else {
            throw ClusterError.unknownVersion("\(request.version)")
        }
        guard 1...JobLimits.maxSlotCount ~= request.slots else {
            throw ClusterError.badRequest(
                "a worker has 1 to \(JobLimits.maxSlotCount) slots, and not \(request.slots)"
            )
        }
        guard isOfThisHistory(request) else {
            return JoinAnswer(
                worker: WorkerID(0),
                cluster: store.cluster,
                session: store.session(0),
                endedJobs: [],
                mustReset: true,
                position: store.position
            )
        }
        let id = try await store.worker(
            incarnation: request.incarnation,
            url: request.url,
            host: request.host,
            slots: request.slots
        )
        let address = WorkerAddress(
            worker: id,
            url: request.url,
            host: request.host,
            incarnation: request.incarnation
        )
        try await replace(at: address)
        let session = nextSession()
        sessions.open(
            WorkerSession(id: session, worker: id, address: address, release: request.release)
        )
        try await apply([
            .workerJoined(
                id,
                WorkerProfile(slots: request.slots, localPaths: request.localPaths),
                attempts: request.attempts
            )
        ])
        sessions.markKnown(id)
        observers.metrics.joinedWorkers += 1
        logger.info(
            "worker joined",
            metadata: id.fields + [
                "url": "\(request.url)", "slots": .stringConvertible(request.slots),
            ]
        )
        return JoinAnswer(
            worker: id,
            cluster: store.cluster,
            session: session,
            endedJobs: request.jobs.map(\.id).filter {
                coordinator.jobs[$0]?.outcome != nil
                    || coordinator.jobs[$0] == nil
            },
            position: store.position
        )
    }

    /// Returns whether a worker knows nothing yet, or knows only what happened on this
    /// coordinator's data.
    private func isOfThisHistory(_ request: JoinRequest) -> Bool {
        let isOurs = store.history.contains(
            request,
            cluster: store.cluster,
            lastWrite: store.position.write,
            jobs: coordinator.jobs
        )
        if !isOurs {
            logger.warning(
                """
                a worker knows another cluster, or a history that this data directory does not \
                have, and begins again
                """,
                metadata: ["url": "\(request.url)"]
            )
        }
        return isOurs
    }

    /// Gives up the workers that had an address that another worker has now.
    ///
    /// What they had is gone. Until their silence is noticed, readers would request their data from
    /// the new worker, and learn that it is gone one run at a time.
    private func replace(at address: WorkerAddress) async throws {
        let gone = sessions.addresses
            .filter { $0.url == address.url && $0.worker != address.worker }
        for worker in gone.map(\.worker).sorted() {
            logger.warning(
                "another worker has taken the place of one",
                metadata: worker.fields + ["url": "\(address.url)"]
            )
            try await drop(worker, because: "replaced")
        }
    }

    /// Takes what a worker reports, and answers with the worker's commands.
    ///
    /// The answer comes at once if there are commands; otherwise, when there are, or when the
    /// worker's requested wait is over.
    func poll(_ id: WorkerID, _ request: PollRequest) async throws -> PollAnswer {
        let begin = clock.now()
        try check(request.session, of: id)
        noteProgress(request.progress, of: id)
        sessions.note(request, of: id)
        let health = WorkerHealth(
            isDraining: request.isDraining,
            isDiskLow: request.isDiskLow,
            lostSlots: request.lostSlots ?? 0
        )
        try await apply(
            [.workerPolled(id, health)] + request.ended.map { Event($0, of: id) },
            CoordinatorStore.Batch(
                logs: request.ended.compactMap { end in
                    end.log.map { AttemptLog(attempt: end.report.attempt, text: $0) }
                }
            )
        )
        observers.metrics.polls.add(clock.now() - begin)
        let wait = Duration.milliseconds(
            min(max(request.wait, 0), HTTPLimits.maxAnswerWaitMilliseconds)
        )
        if sessions.hasNoCommands(for: id), wait > .zero, !hasStopped {
            await withCheckedContinuation { sessions.hold($0, of: id, until: begin + wait) }
        }
        try check(request.session, of: id)
        let commands = sessions.commands(for: id)
        return PollAnswer(
            commands: commands,
            position: store.position,
            mayLeave: request.isDraining && !coordinator.isNeeded(id),
            traces: traces(of: commands)
        )
    }

    private func traces(of commands: [NumberedCommand]) -> [String: Traces.Carrier]? {
        guard Traces.tracer != nil else { return nil }
        let spans = observers.traces
        var found: [String: Traces.Carrier] = [:]
        for command in commands.map(\.command) {
            switch command {
            case .start(let assignment):
                found["\(assignment.attempt)"] = spans.carrier(of: assignment.attempt)
            case .prepare(let job, _, _): found["\(job)"] = spans.carrier(of: job)
            case .stop, .end: break
            }
        }
        return found
    }

    private func check(_ session: SessionID, of worker: WorkerID) throws {
        guard sessions[worker]?.id == session, coordinator.workers[worker] != nil else {
            throw ClusterError(
                .conflict,
                "join-again",
                "\(worker) has no session \(session.epoch).\(session.number); join again"
            )
        }
    }

    /// Removes a worker that announces its own end.
    func leave(_ id: WorkerID) async throws {
        logger.info("worker left", metadata: id.fields)
        try await drop(id, because: "left")
    }

    /// Forgets a worker that is known to be gone.
    private func drop(_ id: WorkerID, because reason: String) async throws {
        observers.metrics.goneWorkers.add(reason)
        sessions.close(id)
        try await apply([.workerLeft(id)])
    }

    /// Returns what a worker must know to run tasks of a job.
    func launch(of id: JobID) throws -> JobLaunch {
        guard let job = jobs[id] else { throw ClusterError.noJob(id) }
        return job.stored.launch
    }

    /// Returns the log of a stage's outputs after an entry; waits for one if there is none.
    func outputs(
        of id: JobID,
        stage: Int,
        after: Int,
        wait: Duration
    ) async throws -> StageOutputs {
        let deadline = deadline(after: wait)
        while true {
            guard let job = coordinator.jobs[id], job.stages.indices.contains(stage) else {
                throw ClusterError.noJob(id)
            }
            let log = job.stages[stage].outputLog
            guard after >= 0, after <= log.count else {
                throw ClusterError(
                    .conflict,
                    "join-again",
                    "stage \(stage) has \(log.count) outputs, and not \(after)"
                )
            }
            if log.count > after || clock.now() >= deadline || hasStopped
                || job.stages[stage].isDone || job.stages[stage].isLeftOut
            {
                guard
                    let outputs = StageOutputs(
                        of: job,
                        stage: stage,
                        after: after,
                        addresses: { sessions[$0]?.address }
                    )
                else { throw ClusterError.noJob(id) }
                return outputs
            }
            await waitForChange(of: id, until: deadline)
        }
    }
}
