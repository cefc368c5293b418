internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// A builder of job reports: from a snapshot for running jobs, and from the journal for ended ones.
///
/// None of the work runs on the coordinator's actor, because a large job takes time.
struct Reports: Sendable {
    let store: any CoordinatorStorage

    /// Returns the report of a job.
    ///
    /// `machines`: the current status of the workers' machines; empty for a job that ended long
    /// ago, about which they say nothing.
    func report(
        of job: JobSnapshot,
        machines: [WorkerID: HostStatus] = [:]
    ) async throws -> JobReport {
        var report = JobReport(job.state, job.status)
        report.lastEvent = job.lastEvent
        report.workers = try await workers(of: report.attempts, machines)
        report.settings = try await store.job(job.state.id)?.settings
        report.verdict = job.status.verdict
        return report
    }

    /// Returns what limited the speed of a job that has just ended; nil if it has not succeeded.
    func verdict(
        of job: JobSnapshot,
        machines: [WorkerID: HostStatus]
    ) async throws -> Verdict? {
        guard job.status.phase == .succeeded else { return nil }
        return Verdict(of: try await report(of: job, machines: machines))
    }

    // MARK: Jobs that have ended

    /// Returns an ended job as its journal has it.
    func endedJob(_ id: JobID) async throws -> JobSnapshot {
        guard let status = try await store.job(id)?.status else { throw ClusterError.noJob(id) }
        let job = try await storedJob(id)
        return JobSnapshot(state: job.state, status: status, lastEvent: job.lastEvent)
    }

    /// Replays the entries about a job, one batch after another.
    func storedJob(_ id: JobID) async throws -> (state: JobState, lastEvent: Int) {
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

    /// Returns the entries that a stream has missed; nil if it is cheaper to send the whole job.
    func entries(of id: JobID, after number: Int) async throws -> [JournalEntry]? {
        let missed = try await store.storedEvents(
            of: id,
            after: number,
            limit: CoordinatorLimits.maxResumedEventCount + 1
        )
        guard missed.count <= CoordinatorLimits.maxResumedEventCount else { return nil }
        return try missed.map { try $0.entry }
    }

    // MARK: Workers

    /// Returns the workers of attempts, whether they are still there or not.
    private func workers(
        of attempts: [JobReport.Attempt],
        _ machines: [WorkerID: HostStatus]
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
                worker.processorCount = machines[WorkerID(id)]?.load?.processorCount
                worker.memoryByteCount = machines[WorkerID(id)]?.memory?.availableByteCount
                return worker
            }
            // All that is left of the worker is what it ran.
            return JobReport.Worker(
                id: id,
                name: "\(WorkerID(id))",
                slotCount: JobReport.Attempt.mostAtOnce(attempts.filter { $0.worker == id })
            )
        }
    }
}

extension JobReport.Attempt {
    /// Returns the maximum number of these attempts that ran at the same time.
    fileprivate static func mostAtOnce(_ attempts: [JobReport.Attempt]) -> Int {
        let starts = attempts.map { (moment: $0.start, change: 1) }
        let ends = attempts.compactMap { attempt in attempt.end.map { (moment: $0, change: -1) } }
        var count = 0
        var most = 0
        // An attempt that ends and one that starts at the same moment may have used the same slot.
        for step in (starts + ends).sorted(by: { ($0.moment, $0.change) < ($1.moment, $1.change) })
        {
            count += step.change
            most = max(most, count)
        }
        return most
    }
}
