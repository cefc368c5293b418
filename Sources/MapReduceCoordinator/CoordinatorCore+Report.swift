internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess

/// Everything that is known of a job.
extension CoordinatorCore {
    /// The report of a job that runs, or of one that has ended, as its journal tells it.
    func report(of id: JobID) async throws -> JobReport {
        let running = try await whenDurable { core -> JobSnapshot? in
            guard let job = core.coordinator.jobs[id], let status = core.status(of: id),
                let live = core.jobs[id]
            else { return nil }
            return JobSnapshot(state: job, status: status, lastEvent: live.lastEvent)
        }
        if let running { return try await report(running, withMachines: true) }
        // How machines are now says nothing of a job that ended long ago.
        return try await report(try await endedJob(id), withMachines: false)
    }

    private func report(_ job: JobSnapshot, withMachines: Bool) async throws -> JobReport {
        var report = await Self.report(of: job)
        report.workers = try await reportedWorkers(of: report.attempts, withMachines)
        report.settings = try await store.job(job.state.id)?.settings
        report.verdict = job.status.verdict
        return report
    }

    /// Not on the actor: a large job takes its time.
    private nonisolated static func report(of job: JobSnapshot) async -> JobReport {
        var report = JobReport(job.state, job.status)
        report.lastEvent = job.lastEvent
        return report
    }

    /// What bounded a job that has just ended; nil for one that has not succeeded.
    func verdict(of id: JobID, _ status: JobStatus) async throws -> Verdict? {
        guard status.phase == .succeeded, let state = coordinator.jobs[id] else { return nil }
        let report = try await report(
            JobSnapshot(state: state, status: status, lastEvent: 0),
            withMachines: true
        )
        return await Self.verdict(of: report)
    }

    private nonisolated static func verdict(of report: JobReport) async -> Verdict? {
        Verdict(of: report)
    }

    /// A job that has ended, as its journal tells it.
    func endedJob(_ id: JobID) async throws -> JobSnapshot {
        guard let status = try await store.job(id)?.status else { throw ClusterError.noJob(id) }
        let job = try await Self.storedJob(id, store)
        memoryReturn = ContinuousClock.now + CoordinatorLimits.memoryReturnDelay
        return JobSnapshot(state: job.state, status: status, lastEvent: job.lastEvent)
    }

    /// Gives memory back to the system that a large job has left behind: a coordinator lives longer
    /// than its jobs.
    func returnMemory() {
        memoryReturn = nil
        Task { [store] in
            try await blocking {
                store.releaseMemory()
                returnFreeMemory()
            }
        }
    }

    /// Replays the entries about a job, a part after the other, and not on the actor.
    nonisolated static func storedJob(
        _ id: JobID,
        _ store: CoordinatorStore
    ) async throws -> (state: JobState, lastEvent: Int) {
        var replay = JournalReplay()
        var last = 0
        while true {
            let events = try await store.storedEvents(
                of: id,
                after: last,
                limit: CoordinatorLimits.replayedEventCount
            )
            for event in events {
                let entry = try event.entry
                if case .jobRetired = entry { continue }
                try replay.add(entry)
                last = event.number
            }
            if events.count < CoordinatorLimits.replayedEventCount { break }
        }
        guard let job = replay.jobs[id] else { throw ClusterError.noJob(id) }
        return (job, last)
    }

    /// The workers of attempts, whether they are still there or not.
    private func reportedWorkers(
        of attempts: [JobReport.Attempt],
        _ withMachines: Bool
    ) async throws -> [JobReport.Worker] {
        let ids = Set(attempts.map(\.worker)).sorted()
        let known = try await store.knownWorkers(ids.map { WorkerID($0) })
        return ids.map { id in
            if let known = known[WorkerID(id)] {
                var worker = JobReport.Worker(
                    id: id,
                    name: known.url,
                    slotCount: known.slotCount
                )
                let machine = withMachines ? sessions[WorkerID(id)]?.machine : nil
                worker.processorCount = machine?.load?.processorCount
                worker.memoryByteCount = machine?.memory?.availableByteCount
                return worker
            }
            // Nothing is known of it any more but what it ran.
            return JobReport.Worker(
                id: id,
                name: "\(WorkerID(id))",
                slotCount: JobReport.Attempt.mostAtOnce(attempts.filter { $0.worker == id })
            )
        }
    }
}

extension JobReport.Attempt {
    /// How many of these attempts ran at the same time, at most.
    fileprivate static func mostAtOnce(_ attempts: [JobReport.Attempt]) -> Int {
        let starts = attempts.map { (moment: $0.start, change: 1) }
        let ends = attempts.compactMap { attempt in attempt.end.map { (moment: $0, change: -1) } }
        var count = 0
        var most = 0
        // What ends and what starts at one moment may have used the same slot.
        for step in (starts + ends).sorted(by: { ($0.moment, $0.change) < ($1.moment, $1.change) })
        {
            count += step.change
            most = max(most, count)
        }
        return most
    }
}
