internal import Logging
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// The life of a coordinator: how it finishes what its predecessor began, and what happens with
/// time alone.
extension CoordinatorCore {
    /// Finishes what was begun before, and then ticks until the task is canceled.
    /// - Throws: The error that made the journal impossible to write.
    func run() async throws {
        defer { stop() }
        try await recover()
        while !Task.isCancelled {
            try await Task.sleep(for: CoordinatorLimits.tickInterval)
            try await tick()
        }
    }

    /// Finishes what the previous coordinator began; called once, before any tick.
    func recover() async throws {
        try await apply([.recovered])
        for (id, job) in jobs where job.output == nil && coordinator.jobs[id]?.outcome == nil {
            try await apply([.jobCancelled(id)])
        }
        for job in coordinator.jobs.all {
            if let outcome = job.outcome { cleanUp(job.id, outcome) }
        }
    }

    /// Does what time alone makes due.
    /// - Throws: The error that made the journal impossible to write.
    func tick() async throws {
        try checkJournal()
        let moment = clock.now()
        updateStreams(at: moment)
        subscriptions.resumeDue(at: moment)
        sessions.answerExpiredPolls(at: moment)
        closeLostSessions()
        memory.returnIfDue(store, at: moment)
        observers.noteSuspects(coordinator.workers)
        if let stall = takeStall() { try await apply([stall]) }
        if let deadline = coordinator.nextDeadline, now >= deadline { try await apply([.tick]) }
    }

    /// Closes the sessions of workers that were given up.
    ///
    /// If such a worker comes back, the answer says that it must join again.
    private func closeLostSessions() {
        for worker in sessions.gone(from: coordinator.workers) {
            observers.noteDead(worker)
            sessions.close(worker)
        }
    }

    /// Checks whether the coordinator has stalled; called on every tick, and before events are
    /// applied.
    func takeStall() -> Event? {
        guard let delay = stalls.beat(at: clock.now()) else { return nil }
        logger.warning(
            "the coordinator did not run for a while; its workers keep their place",
            metadata: ["seconds": "\(delay.inSeconds)"]
        )
        return .stalled(delay)
    }

    func scheduleMemoryReturn() { memory.schedule(at: clock.now()) }
}
