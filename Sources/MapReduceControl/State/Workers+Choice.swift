internal import MapReduceModel

/// What an attempt requires of the worker that it starts on.
struct Demand {
    let attempt: AttemptID
    /// Whether it needs room on the worker's disk.
    let writesRuns: Bool
    /// The workers that get no more of its job's tasks, in order.
    let excluded: [WorkerID]
    /// Other workers that it must not start on.
    var avoided: [WorkerID]
}

/// The choice of the worker that an attempt starts on.
extension Workers {
    private func isFit(_ index: Int, for demand: Demand) -> Bool {
        !(demand.writesRuns && all[index].health.isDiskLow)
            && !demand.excluded.containsSorted(all[index].id)
            && !demand.avoided.contains(all[index].id)
    }

    /// Whether a worker is free and meets an attempt's requirements.
    func isFree(_ id: WorkerID, for demand: Demand) -> Bool {
        index(of: id).map { all[$0].isFree && isFit($0, for: demand) } ?? false
    }

    /// Returns the worker that an attempt starts on; nil if no suitable worker is free.
    ///
    /// Cost: logarithmic in the number of workers for each one that is checked: the first suitable
    /// one, and the unsuitable ones that come before it.
    func choose(for demand: Demand) -> WorkerID? {
        let index: Int?
        switch policy.placement {
        case .leastLoaded, .locality, .weighted: index = free.first { isFit($0, for: demand) }
        case .roundRobin:
            index = firstFit(from: position(of: WorkerID(lastChosen + 1)), for: demand)
        case .random:
            guard free.count > 0 else { return nil }
            let drawn = free.nth(Int(demand.attempt.stableHash % UInt64(free.count)))
            index = drawn.flatMap { firstFit(from: $0, for: demand) }
        }
        return index.map { all[$0].id }
    }

    /// Returns the first suitable free worker, searching from a position on and then from the
    /// front.
    private func firstFit(from position: Int, for demand: Demand) -> Int? {
        free.next(after: position - 1) { isFit($0, for: demand) }
            ?? free.next(after: -1) { isFit($0, for: demand) }
    }

    /// Checking this many workers for a file takes as long as looking the file up.
    private static let fewWorkers = 32

    private func has(_ path: String, workerAt index: Int) -> Bool {
        all[index].profile.localPaths.contains { path.utf8.starts(with: $0.utf8) }
    }

    /// Returns the free worker that has a file on its own disks and runs the fewest tasks; nil if
    /// there is none.
    ///
    /// Cost: linear in the number of free workers when they are few; otherwise the cost of
    /// `LocalPaths.workers` plus linear in the number of workers that it returns.
    func near(_ path: String, for demand: Demand) -> WorkerID? {
        if free.count <= Self.fewWorkers {
            return free.first { isFit($0, for: demand) && has(path, workerAt: $0) }
                .map { all[$0].id }
        }
        var best: (count: Int, id: WorkerID)?
        for id in localPaths.workers(with: path) where isFree(id, for: demand) {
            let count = self[id]?.runningCount ?? 0
            if best.map({ (count, id) < $0 }) ?? true { best = (count, id) }
        }
        return best?.id
    }
}
