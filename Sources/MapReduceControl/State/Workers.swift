package import MapReduceModel

/// The workers that are connected now, and those that a restarted coordinator waits for.
///
/// They are not in the journal: after a restart they join again.
package struct Workers: Hashable, Sendable {
    /// A worker, and when it was heard last.
    package struct Entry: Hashable, Sendable {
        package let id: WorkerID
        package internal(set) var profile: WorkerProfile
        package internal(set) var health = WorkerHealth()
        package internal(set) var lastHeard: Instant
        /// What it runs, in the order of starting.
        package internal(set) var running: [AttemptID] = []
        /// Whether it was not heard for so long that it gets no work.
        package internal(set) var isSuspect = false

        /// The workers that cannot fetch from it, or it from them, for which it gets no work.
        package internal(set) var unreachableFor: [WorkerID] = []
        /// Until when; nil for a worker that gets work.
        var unreachableUntil: Instant?
        /// How often it came to that.
        var exclusionCount = 0

        package var isUnreachable: Bool { unreachableUntil != nil }
        package var runningCount: Int { running.count }
        /// Slots that can run something.
        package var slots: Int { max(profile.slots - max(health.lostSlots, 0), 0) }

        /// Whether it can start something.
        package var isFree: Bool {
            runningCount < slots && !isSuspect && !isUnreachable && !health.isDraining
        }
    }

    /// In the order of their ids.
    package private(set) var all: [Entry] = []
    /// The free workers by their place in `all`, ranked as the policy says.
    private(set) var free = RankTree()
    /// Whether a worker has changed since everything was started that could be.
    var isUnsettled = false
    /// Which workers get no more of which jobs.
    private(set) var failures: WorkerFailures
    /// Which workers could not fetch from which others lately, in their order of time.
    var cuts: [Cut] = []
    /// When the next worker that others did not reach gets work again.
    var nextReadmission: Instant?
    /// Kept with `Placement.locality` only.
    private(set) var localPaths = LocalPaths()
    /// The worker on which the last attempt was started.
    private(set) var lastChosen = -1
    /// Before this moment no worker becomes suspect, and none is dead.
    private var nextSuspect: Instant?
    private var nextDead: Instant?
    let policy: Policy

    init(policy: Policy) {
        self.policy = policy
        failures = WorkerFailures(limit: policy.maxFailuresOnWorker)
    }

    /// The worker with that id.
    ///
    /// Cost: a binary search.
    package subscript(id: WorkerID) -> Entry? { index(of: id).map { all[$0] } }

    /// The workers that get no more of a job, as it failed on them too often, in their order.
    package func excluded(from job: JobID) -> [WorkerID] {
        failures.excluded(from: job, workerCount: all.count)
    }

    /// Whether nobody can start anything.
    var isNoneFree: Bool { free.count == 0 }

    func index(of id: WorkerID) -> Int? {
        let position = position(of: id)
        return position < all.count && all[position].id == id ? position : nil
    }

    /// Where a worker is in `all`, or would be.
    func position(of id: WorkerID) -> Int {
        all.partitioningIndex { !($0.id < id) }
    }

    // MARK: Changes

    /// Adds a worker, or gives one that is known a new profile.
    ///
    /// Cost: linear in the number of workers when its id is not the highest.
    mutating func join(_ id: WorkerID, _ profile: WorkerProfile, at now: Instant) {
        nextSuspect = min(nextSuspect ?? now + policy.suspectAfter, now + policy.suspectAfter)
        nextDead = min(nextDead ?? now + policy.deadAfter, now + policy.deadAfter)
        if policy.placement == .locality, self[id]?.profile.localPaths != profile.localPaths {
            if self[id] != nil { localPaths.remove([id]) }
            localPaths.add(id, profile.localPaths)
        }
        let known = change(id) { worker in
            worker.profile = profile
            worker.health = WorkerHealth()
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
        localPaths.remove(removed)
        failures.remove(removed)
        cuts.removeAll {
            removed.containsSorted($0.reader) || removed.containsSorted($0.source)
        }
        rankAll()
    }

    /// Notes that a worker was heard.
    /// - Returns: false when it is not known, and has to join.
    mutating func heard(
        _ id: WorkerID,
        _ health: WorkerHealth? = nil,
        at now: Instant
    ) -> Bool {
        guard let index = index(of: id) else { return false }
        all[index].lastHeard = max(all[index].lastHeard, now)
        let health = health ?? all[index].health
        if all[index].isSuspect || health != all[index].health {
            all[index].isSuspect = false
            all[index].health = health
            rank(index)
            nextSuspect = min(nextSuspect ?? now + policy.suspectAfter, now + policy.suspectAfter)
        }
        return true
    }

    mutating func started(_ attempt: AttemptID, on id: WorkerID) {
        lastChosen = id.number
        change(id) { $0.running.append(attempt) }
    }

    /// An attempt that ran before the coordinator was restarted.
    mutating func goesOn(_ attempt: AttemptID, on id: WorkerID) {
        change(id) { $0.running.append(attempt) }
    }

    mutating func ended(_ attempt: AttemptID, on id: WorkerID) {
        change(id) { worker in
            if let index = worker.running.firstIndex(of: attempt) {
                worker.running.remove(at: index)
            }
        }
    }

    mutating func failed(_ job: JobID, on id: WorkerID) {
        failures.add(job, on: id)
        isUnsettled = true
    }

    /// Has a worker get no more of a job.
    /// - Returns: false when too many are excluded from it already.
    mutating func exclude(_ id: WorkerID, from job: JobID) -> Bool {
        failures.exclude(id, from: job)
        isUnsettled = true
        return excluded(from: job).containsSorted(id)
    }

    mutating func forget(_ job: JobID) { failures.forget(job) }

    @discardableResult
    mutating func change(_ id: WorkerID, _ body: (inout Entry) -> Void) -> Bool {
        guard let index = index(of: id) else { return false }
        body(&all[index])
        rank(index)
        return true
    }

    // MARK: Silence

    /// Does not count a time in which no worker could be heard.
    ///
    /// Cost: linear in the number of workers.
    mutating func excuse(_ duration: Duration, at now: Instant) {
        for index in all.indices {
            all[index].lastHeard = min(all[index].lastHeard + duration, now)
        }
        nextSuspect = nextSuspect.map { $0 + duration }
        nextDead = nextDead.map { $0 + duration }
    }

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

    // MARK: Ranks

    private mutating func rank(_ index: Int) {
        free.set(index, rank: rank(of: index))
        isUnsettled = true
    }

    private mutating func rankAll() {
        free = RankTree(ranks: all.indices.map { rank(of: $0) })
        isUnsettled = true
    }

    /// Nil when it is not free.
    private func rank(of index: Int) -> UInt64? {
        guard all[index].isFree else { return nil }
        let count = UInt64(all[index].runningCount)
        switch policy.placement {
        case .weighted: return count << 32 / UInt64(all[index].slots)
        case .random, .roundRobin, .leastLoaded, .locality: return count
        }
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
