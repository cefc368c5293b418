package import MapReduceModel

/// The workers that are connected now, and those that a restarted coordinator waits for.
///
/// They are not in the journal: after a restart they join again.
package struct Workers: Hashable, Sendable {
    /// A worker, and when it was heard last.
    package struct Entry: Hashable, Sendable {
        package let id: WorkerID
        package internal(set) var profile: WorkerProfile
        package internal(set) var condition = WorkerCondition()
        package internal(set) var lastHeard: Instant
        package internal(set) var runningCount = 0
        /// Whether it was not heard for so long that it gets no work.
        package internal(set) var isSuspect = false
        /// How often attempts of a job failed here, by their own fault.
        var failures: [JobFailures] = []

        struct JobFailures: Hashable, Sendable {
            let job: JobID
            var count: Int
        }

        package var slots: Int { profile.slots }

        /// Whether it can start something.
        package var isFree: Bool {
            runningCount < slots && !isSuspect && !condition.isDraining
        }

        func failureCount(of job: JobID) -> Int {
            failures.first { $0.job == job }?.count ?? 0
        }
    }

    /// In the order of their ids.
    package private(set) var all: [Entry] = []
    /// The free workers by their place in `all`, ranked as the policy says.
    private var free = RankTree()
    /// The worker that round robin chose last.
    private var lastChosen = -1
    /// Before this moment no worker becomes suspect, and none is dead.
    private var nextSuspect: Instant?
    private var nextDead: Instant?
    private let policy: Policy

    init(policy: Policy) { self.policy = policy }

    /// The worker with that id.
    ///
    /// Cost: a binary search.
    package subscript(id: WorkerID) -> Entry? { index(of: id).map { all[$0] } }

    /// Whether nobody can start anything.
    var isNoneFree: Bool { free.count == 0 }

    private func index(of id: WorkerID) -> Int? {
        let position = position(of: id)
        return position < all.count && all[position].id == id ? position : nil
    }

    /// Where a worker is in `all`, or would be.
    private func position(of id: WorkerID) -> Int {
        all.partitioningIndex { !($0.id < id) }
    }

    // MARK: Changes

    /// Adds a worker, or gives one that is known a new profile.
    ///
    /// Cost: linear in the number of workers when its id is not the highest.
    mutating func join(_ id: WorkerID, _ profile: WorkerProfile, at now: Instant) {
        nextSuspect = min(nextSuspect ?? now + policy.suspectAfter, now + policy.suspectAfter)
        nextDead = min(nextDead ?? now + policy.deadAfter, now + policy.deadAfter)
        let known = change(id) { worker in
            worker.profile = profile
            worker.condition = WorkerCondition()
            worker.lastHeard = max(worker.lastHeard, now)
            worker.isSuspect = false
        }
        if known { return }
        let position = position(of: id)
        all.insert(Entry(id: id, profile: profile, lastHeard: now), at: position)
        if position == all.count - 1 { rank(position) } else { rankAll() }
    }

    /// Cost: linear in the number of workers.
    mutating func remove(_ ids: [WorkerID]) {
        guard !ids.isEmpty else { return }
        let removed = ids.sorted()
        all.removeAll { removed.containsSorted($0.id) }
        rankAll()
    }

    /// Notes that a worker was heard.
    /// - Returns: false when it is not known, and has to join.
    mutating func heard(
        _ id: WorkerID,
        _ condition: WorkerCondition? = nil,
        at now: Instant
    ) -> Bool {
        guard let index = index(of: id) else { return false }
        all[index].lastHeard = max(all[index].lastHeard, now)
        let condition = condition ?? all[index].condition
        if all[index].isSuspect || condition != all[index].condition {
            all[index].isSuspect = false
            all[index].condition = condition
            rank(index)
            nextSuspect = min(nextSuspect ?? now + policy.suspectAfter, now + policy.suspectAfter)
        }
        return true
    }

    mutating func started(on id: WorkerID) {
        lastChosen = id.number
        change(id) { $0.runningCount += 1 }
    }

    /// An attempt that ran before the coordinator was restarted.
    mutating func goesOn(on id: WorkerID) { change(id) { $0.runningCount += 1 } }

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
        for index in all.indices where !all[index].failures.isEmpty {
            all[index].failures.removeAll { $0.job == job }
        }
    }

    @discardableResult
    private mutating func change(_ id: WorkerID, _ body: (inout Entry) -> Void) -> Bool {
        guard let index = index(of: id) else { return false }
        body(&all[index])
        rank(index)
        return true
    }

    // MARK: Silence

    /// Marks the workers that were silent for long, and tells those that are dead.
    ///
    /// Cost: nothing, but for a look at all of them every few seconds.
    mutating func silent(at now: Instant) -> [WorkerID] {
        if let next = nextSuspect, now >= next { markSuspects(at: now) }
        guard let next = nextDead, now >= next else { return [] }
        let dead = all.filter { now - $0.lastHeard >= policy.deadAfter }.map(\.id)
        nextDead =
            all.filter { now - $0.lastHeard < policy.deadAfter }.map(\.lastHeard).min()
            .map { $0 + policy.deadAfter }
        return dead
    }

    private mutating func markSuspects(at now: Instant) {
        var earliest: Instant?
        for index in all.indices where !all[index].isSuspect {
            if now - all[index].lastHeard >= policy.suspectAfter {
                all[index].isSuspect = true
                rank(index)
            } else {
                earliest = min(earliest ?? all[index].lastHeard, all[index].lastHeard)
            }
        }
        nextSuspect = earliest.map { $0 + policy.suspectAfter }
    }

    /// When the quietest worker becomes suspect or dead; nil when there is none.
    ///
    /// It may be too early, when workers were heard since.
    var nextSilence: Instant? {
        guard let nextDead else { return nil }
        return min(nextSuspect ?? nextDead, nextDead)
    }

    // MARK: Choice

    private mutating func rank(_ index: Int) {
        let worker = all[index]
        guard worker.isFree else {
            free.set(index, rank: nil)
            return
        }
        switch policy.placement {
        case .weighted:
            free.set(index, rank: UInt64(worker.runningCount) << 32 / UInt64(worker.slots))
        case .random, .roundRobin, .leastLoaded, .locality:
            free.set(index, rank: UInt64(worker.runningCount))
        }
    }

    private mutating func rankAll() {
        free = RankTree()
        for index in all.indices { rank(index) }
    }

    /// Whether a worker gets no more of a job.
    ///
    /// No more than a third of the workers are excluded: beyond that it is the job that is at
    /// fault.
    func isExcluded(_ worker: Entry, from job: JobID) -> Bool {
        func hasFailed(_ worker: Entry) -> Bool {
            worker.failureCount(of: job) >= policy.maxFailuresOnWorker
        }
        guard hasFailed(worker) else { return false }
        return all.count(where: hasFailed) * 3 <= all.count
    }

    /// The worker that an attempt starts on; nil when none is free for it.
    ///
    /// `isFit`: whether a worker may run this attempt, beside being free.
    ///
    /// Cost: logarithmic in the number of workers; linear when the first choice is not fit.
    func choose(for attempt: AttemptID, isFit: (Entry) -> Bool) -> WorkerID? {
        guard let first = firstChoice(for: attempt) else { return nil }
        if isFit(all[first]) { return all[first].id }
        let candidates = all.filter { $0.isFree && isFit($0) }
        switch policy.placement {
        case .leastLoaded, .locality:
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

    private func firstChoice(for attempt: AttemptID) -> Int? {
        switch policy.placement {
        case .leastLoaded, .locality, .weighted: return free.first
        case .roundRobin:
            let after = position(of: WorkerID(lastChosen + 1)) - 1
            return free.next(after: after) ?? free.nth(0)
        case .random:
            guard free.count > 0 else { return nil }
            return free.nth(Int(Self.mix(attempt) % UInt64(free.count)))
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

extension [WorkerID] {
    /// Whether an id is in this sorted array.
    ///
    /// Cost: a binary search.
    func containsSorted(_ id: WorkerID) -> Bool {
        let index = partitioningIndex { !($0 < id) }
        return index < count && self[index] == id
    }
}
