internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import NIOCore
internal import Synchronization

/// What has changed in the cluster: looked at once for all who follow it, and only while somebody
/// does.
struct ClusterNews {
    /// Counted from 1, for each time that something had changed.
    private(set) var version = 0
    /// What has changed since this version is known.
    private var oldestKnown = 0
    private var jobs: [JobID: Row] = [:]
    private var workers: [WorkerStatus] = []
    private var workersVersion = 0
    private var workersTold: ContinuousClock.Instant?
    private var nextLook: ContinuousClock.Instant?
    private var touched: Set<JobID> = []
    private var ended: [JobStatus] = []
    private var latest: (seen: Int, batch: ClusterBatch)?

    private struct Row {
        let status: JobStatus
        let version: Int
    }

    /// Notes that something has changed of a job.
    mutating func touch(_ job: JobID) { touched.insert(job) }

    /// Whether it is time to look at what has changed.
    func isDue(at now: ContinuousClock.Instant) -> Bool { nextLook.map { now >= $0 } ?? true }

    /// The jobs of which something has changed since the last look.
    mutating func takeTouched() -> [JobID] {
        defer { touched = [] }
        return touched.sorted()
    }

    /// Notes how a job has ended, which will not change any more.
    mutating func end(_ status: JobStatus) {
        touched.remove(status.id)
        ended.append(status)
    }

    /// Takes what was found; the next look is at a later moment.
    ///
    /// `count`: how many jobs that have ended are kept for those who are slow; whoever has missed
    /// one that is not is told everything anew.
    mutating func look(
        at now: ContinuousClock.Instant,
        _ changed: [JobStatus],
        _ workers: [WorkerStatus],
        keeping count: Int,
        next moment: ContinuousClock.Instant
    ) {
        nextLook = moment
        let next = version + 1
        for status in changed + ended where jobs[status.id]?.status.differs(status) ?? true {
            jobs[status.id] = Row(status: status, version: next)
            version = next
        }
        ended = []
        let isOld = workersTold.map { now - $0 >= CoordinatorLimits.workersEventInterval } ?? true
        if isOld || self.workers.map(\.withoutSilence) != workers.map(\.withoutSilence) {
            self.workers = workers
            workersTold = now
            workersVersion = next
            version = next
        }
        let over = jobs.values.filter(\.status.phase.isFinished).sorted { $0.version < $1.version }
        for row in over.dropLast(count) {
            jobs[row.status.id] = nil
            oldestKnown = row.version
        }
    }

    /// What whoever has seen this version has not seen; nil when it is too long ago to tell.
    mutating func batch(since seen: Int) -> ClusterBatch? {
        guard seen >= oldestKnown else { return nil }
        if let latest, latest.seen == seen, latest.batch.version == version { return latest.batch }
        let changed = jobs.values.filter { $0.version > seen }.map(\.status)
        let batch = ClusterBatch(
            version: version,
            jobs: changed.isEmpty ? nil : changed.sorted { $0.id < $1.id },
            workers: workersVersion > seen ? workers : nil
        )
        latest = (seen, batch)
        return batch
    }

    /// Forgets everything: nobody is there any more.
    mutating func clear() {
        var empty = ClusterNews()
        empty.version = version + 1
        empty.oldestKnown = version + 1
        self = empty
    }
}

/// What those who follow the cluster are told at once; made into bytes once for all of them.
final class ClusterBatch: Sendable {
    let version: Int
    private let jobs: [JobStatus]?
    private let workers: [WorkerStatus]?
    private let encoded = Mutex<[ByteBuffer]?>(nil)

    /// `jobs`, `workers`: nil where there is nothing new.
    init(version: Int, jobs: [JobStatus]?, workers: [WorkerStatus]?) {
        self.version = version
        self.jobs = jobs
        self.workers = workers
    }

    /// The events; their ids tell one look from another.
    func events(epoch: Int) throws -> [ByteBuffer] {
        try encoded.withLock { encoded in
            if let encoded { return encoded }
            let id = "\(epoch).\(version)"
            let events = [
                try jobs.map { try EventStream.event("jobs", id: id, $0) },
                try workers.map { try EventStream.event("workers", id: id, $0) },
            ].compactMap { $0 }
            encoded = events
            return events
        }
    }
}

extension JobStatus {
    /// Whether more has changed than the time.
    fileprivate func differs(_ other: JobStatus) -> Bool {
        var same = other
        same.seconds = seconds
        return self != same
    }
}

extension WorkerStatus {
    /// The same without what changes all the time.
    fileprivate var withoutSilence: WorkerStatus {
        var status = self
        status.silence = 0
        return status
    }
}
