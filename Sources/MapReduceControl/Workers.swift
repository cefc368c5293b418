package import MapReduceModel

/// The workers that are connected now.
///
/// They are not in the journal: after a restart they join again.
package struct Workers: Hashable, Sendable {
    /// A worker, and when it was heard last.
    package struct Entry: Hashable, Sendable {
        package let id: WorkerID
        package let slots: Int
        package internal(set) var lastHeard: Instant
        package internal(set) var runningCount = 0
        /// How often attempts of a job failed here, by their own fault.
        var failures: [JobFailures] = []

        struct JobFailures: Hashable, Sendable {
            let job: JobID
            var count: Int
        }

        func failureCount(of job: JobID) -> Int {
            failures.first { $0.job == job }?.count ?? 0
        }
    }

    /// In the order of their ids.
    package private(set) var all: [Entry] = []
    /// The worker that round robin chose last.
    private var lastChosen = -1

    package init() {}

    package subscript(id: WorkerID) -> Entry? { all.first { $0.id == id } }

    mutating func join(_ id: WorkerID, slots: Int, at now: Instant) {
        remove(id)
        let index = all.firstIndex { $0.id > id } ?? all.count
        all.insert(Entry(id: id, slots: slots, lastHeard: now), at: index)
    }

    mutating func remove(_ id: WorkerID) { all.removeAll { $0.id == id } }

    /// Notes that a worker was heard.
    /// - Returns: false when it is not known, and has to join.
    mutating func heard(_ id: WorkerID, at now: Instant) -> Bool {
        change(id) { $0.lastHeard = max($0.lastHeard, now) }
    }

    mutating func started(on id: WorkerID) {
        lastChosen = id.number
        change(id) { $0.runningCount += 1 }
    }

    mutating func ended(on id: WorkerID) { change(id) { $0.runningCount -= 1 } }

    mutating func failed(_ job: JobID, on id: WorkerID) {
        change(id) { worker in
            if let index = worker.failures.firstIndex(where: { $0.job == job }) {
                worker.failures[index].count += 1
            } else {
                worker.failures.append(Entry.JobFailures(job: job, count: 1))
            }
        }
    }

    mutating func forget(_ job: JobID) {
        for index in all.indices { all[index].failures.removeAll { $0.job == job } }
    }

    @discardableResult
    private mutating func change(_ id: WorkerID, _ body: (inout Entry) -> Void) -> Bool {
        guard let index = all.firstIndex(where: { $0.id == id }) else { return false }
        body(&all[index])
        return true
    }

    /// Whether a worker gets no more of a job.
    ///
    /// No more than a third of the workers are excluded: beyond that it is the job that is at
    /// fault.
    func isExcluded(_ worker: Entry, from job: JobID, policy: Policy) -> Bool {
        func hasFailed(_ worker: Entry) -> Bool {
            worker.failureCount(of: job) >= policy.maxFailuresOnWorker
        }
        guard hasFailed(worker) else { return false }
        return all.count(where: hasFailed) * 3 <= all.count
    }

    /// The worker that an attempt starts on; nil when none has a free slot for the job.
    func choose(for attempt: AttemptID, policy: Policy, at now: Instant) -> WorkerID? {
        let candidates = all.filter { worker in
            worker.runningCount < worker.slots
                && now - worker.lastHeard < policy.suspectAfter
                && !isExcluded(worker, from: attempt.task.job, policy: policy)
        }
        switch policy.placement {
        case .leastLoaded:
            return candidates.min { $0.runningCount < $1.runningCount }?.id
        case .roundRobin:
            return (candidates.first { $0.id.number > lastChosen } ?? candidates.first)?.id
        case .random:
            guard !candidates.isEmpty else { return nil }
            return candidates[Int(Self.mix(attempt) % UInt64(candidates.count))].id
        case .weighted:
            return candidates.min {
                $0.runningCount * $1.slots < $1.runningCount * $0.slots
            }?.id
        }
    }

    /// Spreads the ids of attempts evenly.
    ///
    /// Source: the finaliser of SplitMix64 (Steele et al. 2014).
    private static func mix(_ attempt: AttemptID) -> UInt64 {
        var state: UInt64 = 0
        for part in [
            attempt.task.job.number, attempt.task.stage, attempt.task.index, attempt.number,
        ] {
            state = (state ^ UInt64(bitPattern: Int64(part))) &+ 0x9e37_79b9_7f4a_7c15
            state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
            state = (state ^ (state >> 27)) &* 0x94d0_49bb_1331_11eb
            state ^= state >> 31
        }
        return state
    }
}
