package import MapReduceModel

/// The workers that are connected now, and those that a restarted coordinator waits for.
///
/// They are not in the journal: after a restart they join again.
package struct Workers: Hashable, Sendable {
    /// A worker, and when it last reported.
    package struct Entry: Hashable, Sendable {
        package let id: WorkerID
        package internal(set) var profile: WorkerProfile
        package internal(set) var health = WorkerHealth()
        package internal(set) var lastHeard: Instant
        /// The attempts that it is running, in the order in which they started.
        package internal(set) var running: [AttemptID] = []
        /// Whether it has been silent for so long that it gets no work.
        package internal(set) var isSuspect = false

        /// The workers that cannot fetch from it, or that it cannot fetch from; because of them it
        /// gets no work.
        package internal(set) var unreachableFor: [WorkerID] = []
        /// When it gets work again; nil for a worker that gets work.
        var unreachableUntil: Instant?
        /// The number of times that it was excluded for this reason.
        var exclusionCount = 0

        package var isUnreachable: Bool { unreachableUntil != nil }
        package var runningCount: Int { running.count }
        /// The number of slots that can run something.
        package var slots: Int { max(profile.slots - max(health.lostSlots, 0), 0) }

        /// Whether it can start something.
        package var isFree: Bool {
            runningCount < slots && !isSuspect && !isUnreachable && !health.isDraining
        }
    }

    /// In the order of their ids.
    package private(set) var all: [Entry] = []
    /// The free workers by their index in `all`, ranked according to the policy.
    private(set) var free = RankTree()
    /// Whether a worker has changed since everything possible was started.
    var isUnsettled = false
    /// The workers that get no more tasks of certain jobs.
    private(set) var failures: WorkerFailures
    /// Recent failures of workers to fetch from others, in order of time.
    var cuts: [Cut] = []
    /// When the next worker that others could not reach gets work again.
    var nextReadmission: Instant?
    /// Kept only with `Placement.locality`.
    private(set) var localPaths = LocalPaths()
    /// The worker that the last attempt was started on.
    private(set) var lastChosen = -1
    /// No worker becomes suspect or dead before this moment.
    private var nextSuspect: Instant?
    private var nextDead: Instant?
    let policy: Policy

    init(policy: Policy) {
        self.policy = policy
        failures = WorkerFailures(limit: policy.maxFailuresOnWorker)
    }

    /// The worker with this id.
    ///
    /// Cost: a binary search.
    package subscript(id: WorkerID) -> Entry? { index(of: id).map { all[$0] } }

    /// The workers that get no more tasks of a job, because it failed on them too often, in order.
    package func excluded(from job: JobID) -> [WorkerID] {
        failures.excluded(from: job, workerCount: all.count)
    }

    /// Whether no worker can start anything.
    var isNoneFree: Bool { free.count == 0 }

    func index(of id: WorkerID) -> Int? {
        let position = position(of: id)
        return position < all.count && all[position].id == id ? position : nil
    }

    /// Returns the index of a worker in `all`, or the index where it would be inserted.
    func position(of id: WorkerID) -> Int {
        all.partitioningIndex { !($0.id < id) }
    }

    // MARK: Changes

    /// Adds a worker, or gives a known worker a new profile.
    ///
    /// Cost: linear in the number of workers unless its id is the highest.
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

    /// Records that a worker has reported.
    /// - Returns: false if the worker is unknown and has to join.
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

    /// Records an attempt that was running before the coordinator restarted.
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

    /// Excludes a worker from a job.
    /// - Returns: false if too many workers are already excluded from it.
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

    /// Discounts a time in which no worker could be heard.
    ///
    /// Cost: linear in the number of workers.
    mutating func excuse(_ duration: Duration, at now: Instant) {
        for index in all.indices {
            all[index].lastHeard = min(all[index].lastHeard + duration, now)
        }
        nextSuspect = nextSuspect.map { $0 + duration }
        nextDead = nextDead.map { $0 + duration }
    }

    /// Marks the workers that have been silent for long, and returns those that are dead.
    ///
    /// Cost: constant, except for a check of all workers every few seconds.
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

    /// When the quietest worker becomes suspect or dead; nil if there is none.
    ///
    /// The time may be too early if workers have reported since.
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

    /// Returns the rank of a free worker; nil if it is not free.
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
