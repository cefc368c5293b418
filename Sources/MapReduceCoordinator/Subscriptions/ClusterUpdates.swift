internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import NIOCore
internal import Synchronization

/// What has changed in the cluster: looked at once for all streams that follow it, and only while
/// there is one.
struct ClusterUpdates {
    /// Counted from 1, for each time that something had changed.
    private(set) var version = 0
    /// What has changed since this version is known.
    private var oldestKnown = 0
    private var jobs: [JobID: Row] = [:]
    private var workers: [WorkerStatus] = []
    private var workersVersion = 0
    private var workersChangedAt: ContinuousClock.Instant?
    private var nextLook: ContinuousClock.Instant?
    private var touched: Set<JobID> = []
    private var ended: [JobStatus] = []
    private var latest: (seen: Int, update: ClusterUpdate)?

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
    /// `count`: how many jobs that have ended are kept for slow streams; one that has missed a job
    /// which is not sends everything again.
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
        let isOld =
            workersChangedAt.map { now - $0 >= CoordinatorLimits.workersEventInterval } ?? true
        if isOld || self.workers.map(\.withoutSilence) != workers.map(\.withoutSilence) {
            self.workers = workers
            workersChangedAt = now
            workersVersion = next
            version = next
        }
        let over = jobs.values.filter(\.status.phase.isFinished).sorted { $0.version < $1.version }
        for row in over.dropLast(count) {
            jobs[row.status.id] = nil
            oldestKnown = row.version
        }
    }

    /// What has changed since a version; nil when that is too long ago.
    mutating func update(since seen: Int) -> ClusterUpdate? {
        guard seen >= oldestKnown else { return nil }
        if let latest, latest.seen == seen, latest.update.version == version {
            return latest.update
        }
        let changed = jobs.values.filter { $0.version > seen }.map(\.status)
        let update = ClusterUpdate(
            version: version,
            jobs: changed.isEmpty ? nil : changed.sorted { $0.id < $1.id },
            workers: workersVersion > seen ? workers : nil
        )
        latest = (seen, update)
        return update
    }

    /// Forgets everything: no stream is left.
    mutating func clear() {
        var empty = ClusterUpdates()
        empty.version = version + 1
        empty.oldestKnown = version + 1
        self = empty
    }
}

/// What streams of the cluster send at once; made into bytes once for all of them.
final class ClusterUpdate: Sendable {
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
