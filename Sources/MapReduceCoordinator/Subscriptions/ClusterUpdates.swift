internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import NIOCore
internal import Synchronization

/// The changes in the cluster, collected once for all streams that follow it, and only while there
/// is at least one.
struct ClusterUpdates {
    /// Increases, from 1, each time something has changed.
    private(set) var version = 0
    /// The oldest version since which all changes are known.
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

    /// Records that something about a job has changed.
    mutating func touch(_ job: JobID) { touched.insert(job) }

    /// Returns whether it is time to look at what has changed.
    func isDue(at now: ContinuousClock.Instant) -> Bool { nextLook.map { now >= $0 } ?? true }

    /// Returns the jobs that have changed since the last look.
    mutating func takeTouched() -> [JobID] {
        defer { touched = [] }
        return touched.sorted()
    }

    /// Records how a job has ended, which will not change any more.
    mutating func end(_ status: JobStatus) {
        touched.remove(status.id)
        ended.append(status)
    }

    /// Takes the result of a look; the next look is at a later moment.
    ///
    /// `count`: how many ended jobs to keep for slow streams. A stream that has missed a job that
    /// is not kept sends everything again.
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

    /// Returns what has changed since a version; nil if that version is too old.
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

    /// Forgets everything, because no stream is left.
    mutating func clear() {
        var empty = ClusterUpdates()
        empty.version = version + 1
        empty.oldestKnown = version + 1
        self = empty
    }
}

/// What streams of the cluster send at once; encoded once for all of them.
final class ClusterUpdate: Sendable {
    let version: Int
    private let jobs: [JobStatus]?
    private let workers: [WorkerStatus]?
    private let encoded = Mutex<[ByteBuffer]?>(nil)

    /// Creates an update.
    ///
    /// `jobs`: the changed jobs; nil if there are none. `workers`: all workers; nil if nothing
    /// about them is new.
    init(version: Int, jobs: [JobStatus]?, workers: [WorkerStatus]?) {
        self.version = version
        self.jobs = jobs
        self.workers = workers
    }

    /// Returns the events; their ids distinguish one look from another.
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
    /// Returns whether more than the elapsed time differs.
    fileprivate func differs(_ other: JobStatus) -> Bool {
        var same = other
        same.seconds = seconds
        return self != same
    }
}

extension WorkerStatus {
    /// The same status without what changes all the time.
    fileprivate var withoutSilence: WorkerStatus {
        var status = self
        status.silence = 0
        return status
    }
}
