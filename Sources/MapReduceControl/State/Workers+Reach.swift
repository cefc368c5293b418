internal import MapReduceModel

/// A worker's failure to fetch from another one, although both reach the coordinator.
struct Cut: Hashable, Sendable {
    let reader: WorkerID
    let source: WorkerID
    let since: Instant
}

/// What follows from a worker's failure to fetch from another one.
enum CutVerdict: Hashable, Sendable {
    /// The network between the two may be at fault: another worker may be able to read the run.
    case triesElsewhere
    /// The reader has failed like this before, and does so again.
    case readerFailsAgain
    /// This worker is cut off: it gets no work for a while.
    case isUnreachable(WorkerID)
}

/// Detection of workers that cannot reach each other.
///
/// A worker that two others cannot fetch from is cut off, and so is one that cannot fetch from half
/// of the others: a single failure does not show which end is to blame. If one of the two workers
/// does not answer, that one is to blame.
extension Workers {
    /// Records that a reader, in an attempt that started at `start`, could not fetch from a source.
    ///
    /// Cost: linear in the number of workers.
    mutating func noteCut(
        reader: WorkerID,
        source: WorkerID,
        startedAt start: Instant,
        at now: Instant
    ) -> CutVerdict {
        guard reader != source, let from = self[reader], let to = self[source],
            !from.isUnreachable, !to.isUnreachable
        else { return .triesElsewhere }
        cuts.removeAll { now - $0.since >= policy.unreachableFor }
        let known = cuts.first { $0.reader == reader && $0.source == source }
        if known == nil { cuts.append(Cut(reader: reader, source: source, since: now)) }
        let peerCount = all.count { $0.profile.slots > 0 && !$0.isUnreachable } - 1
        let readers = cuts.filter { $0.source == source }.map(\.reader)
        if readers.count >= min(2, peerCount), isReplaceable(source) {
            exclude(source, for: readers, at: now)
            return .isUnreachable(source)
        }
        let sources = cuts.filter { $0.reader == reader }.map(\.source)
        if sources.count >= max(2, (peerCount + 1) / 2), isReplaceable(reader) {
            exclude(reader, for: sources, at: now)
            return .isUnreachable(reader)
        }
        return known.map { start >= $0.since } ?? false ? .readerFailsAgain : .triesElsewhere
    }

    /// Whether another worker can take work.
    private func isReplaceable(_ id: WorkerID?) -> Bool {
        all.contains {
            $0.id != id && $0.slots > 0 && !$0.isUnreachable && !$0.isSuspect
                && !$0.health.isDraining
        }
    }

    /// Excludes a worker, for longer each time: its network may be permanently bad.
    private mutating func exclude(_ id: WorkerID, for others: [WorkerID], at now: Instant) {
        let first = policy.unreachableFor
        change(id) { worker in
            let factor = 1 << min(worker.exclusionCount, Policy.maxExclusionDoublings)
            worker.unreachableFor = others.sorted()
            worker.unreachableUntil = now + first * factor
            worker.exclusionCount += 1
        }
        cuts.removeAll { $0.reader == id || $0.source == id }
        nextReadmission = all.compactMap(\.unreachableUntil).min()
    }

    /// Gives work again to workers whose exclusion has expired, or to all if there is no other
    /// worker.
    ///
    /// Cost: linear in the number of workers while any are excluded.
    mutating func readmit(at now: Instant) {
        guard let next = nextReadmission else { return }
        let isAlone = !isReplaceable(nil)
        guard now >= next || isAlone else { return }
        for worker in all where worker.unreachableUntil.map({ now >= $0 || isAlone }) ?? false {
            change(worker.id) { worker in
                worker.unreachableUntil = nil
                worker.unreachableFor = []
            }
        }
        nextReadmission = all.compactMap(\.unreachableUntil).min()
    }
}
