internal import HTTPTypes
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// Everything that waits for something to happen: callers that wait for a job's next change,
/// streams that follow a job, and streams that follow the cluster.
///
/// What a stream has not sent yet is kept as the names of what has changed, never as text: a slow
/// stream sends more at once, and costs no more than a fast one.
struct Subscriptions {
    /// The minimum time between a stream's updates of one kind, and the maximum number of streams.
    private let interval: Duration
    private let maxStreamCount: Int
    private var waiters = JobWaiters()
    /// The streams of jobs, by number.
    private var jobStreams: [Int: JobSubscriber] = [:]
    private var clusterStreams: [Int: ClusterSubscriber] = [:]
    private var clusterUpdates = ClusterUpdates()
    /// Ended jobs, for the streams that have not sent all of them yet.
    private var endedJobs: [JobID: JobSnapshot] = [:]
    private var lastNumber = 0

    init(interval: Duration, maxStreamCount: Int) {
        self.interval = interval
        self.maxStreamCount = maxStreamCount
    }

    var streamCount: Int { jobStreams.count + clusterStreams.count }

    // MARK: Waiting for a job's change

    mutating func wait(
        for job: JobID,
        until deadline: ContinuousClock.Instant,
        _ continuation: CheckedContinuation<Void, Never>
    ) {
        waiters.add(continuation, for: job, until: deadline)
    }

    /// Resumes the callers that wait for a job; called when entries about it are durable, and when
    /// it is forgotten.
    mutating func wakeWaiters(for job: JobID) { waiters.wake(job) }

    // MARK: Streams

    /// Adds a stream that follows a job.
    /// - Returns: The number of the new stream.
    /// - Throws: `ClusterError` if there are too many streams.
    mutating func subscribe(to job: JobID, at now: ContinuousClock.Instant) throws -> Int {
        let number = try nextNumber()
        jobStreams[number] = JobSubscriber(job, at: now)
        return number
    }

    mutating func subscribeToCluster(at now: ContinuousClock.Instant) throws -> Int {
        let number = try nextNumber()
        clusterStreams[number] = ClusterSubscriber(at: now)
        return number
    }

    private mutating func nextNumber() throws -> Int {
        guard streamCount < maxStreamCount else {
            throw ClusterError(
                .serviceUnavailable,
                "too-many-streams",
                "\(streamCount) streams are open, which are as many as there may be; close "
                    + "pages that show this cluster, and try again"
            )
        }
        lastNumber += 1
        return lastNumber
    }

    /// Forgets a stream, and what was kept for it.
    mutating func unsubscribe(_ number: Int) {
        clusterStreams.removeValue(forKey: number)?.pacing.resume()
        if clusterStreams.isEmpty { clusterUpdates.clear() }
        guard let stream = jobStreams.removeValue(forKey: number) else { return }
        stream.pacing.resume()
        if !isFollowed(stream.job) { endedJobs[stream.job] = nil }
    }

    private func isFollowed(_ job: JobID) -> Bool { jobStreams.values.contains { $0.job == job } }

    /// Suspends the task of a stream until something may have changed.
    func wait(inStream number: Int, _ continuation: CheckedContinuation<Void, Never>) {
        if let stream = jobStreams[number] {
            stream.pacing.wait(continuation)
        } else if let stream = clusterStreams[number] {
            stream.pacing.wait(continuation)
        } else {
            continuation.resume()
        }
    }

    func resumeStream(_ number: Int) {
        jobStreams[number]?.pacing.resume()
        clusterStreams[number]?.pacing.resume()
    }

    // MARK: Streams of jobs

    /// Makes a stream begin with the whole job, or with what these entries have changed.
    func resume(_ number: Int, with entries: [JournalEntry]?) {
        guard let stream = jobStreams[number] else { return }
        if let entries {
            for entry in entries { stream.changes.add(entry) }
        } else {
            stream.changes.isEverything = true
        }
    }

    /// Returns what the stream of a job does next; nil if the stream is over.
    func nextJobAction(_ number: Int, at now: ContinuousClock.Instant) -> StreamAction? {
        guard let stream = jobStreams[number], !stream.isDone else { return nil }
        let isOver = endedJobs[stream.job] != nil
        if !stream.changes.isEmpty, isOver || now >= stream.pacing.nextUpdate {
            stream.pacing.noteUpdate(at: now, interval)
            return .sendUpdate
        }
        guard now >= stream.pacing.nextKeepAlive else { return .wait }
        stream.pacing.noteKeepAlive(at: now)
        return .sendKeepAlive
    }

    /// Takes what has changed of a job since the stream's last update.
    ///
    /// `snapshot`: finds a job that has not been forgotten.
    /// - Returns: Nil between the job's end and the report of its end.
    func takeJobUpdate(_ number: Int, _ snapshot: (JobID) -> JobSnapshot?) -> JobUpdate? {
        guard let stream = jobStreams[number] else { return nil }
        if let job = endedJobs[stream.job] {
            stream.isDone = true
            return JobUpdate(stream.changes, of: job, isEnd: true)
        }
        guard let job = snapshot(stream.job) else { return nil }
        defer { stream.changes = JobChanges() }
        return JobUpdate(stream.changes, of: job)
    }

    // MARK: Streams of the cluster

    /// Returns what the stream of the cluster does next; nil if the stream is over.
    func nextClusterAction(_ number: Int, at now: ContinuousClock.Instant) -> StreamAction? {
        guard let stream = clusterStreams[number] else { return nil }
        if stream.seen == nil || stream.seen != clusterUpdates.version {
            stream.pacing.noteUpdate(at: now, interval)
            return .sendUpdate
        }
        guard now >= stream.pacing.nextKeepAlive else { return .wait }
        stream.pacing.noteKeepAlive(at: now)
        return .sendKeepAlive
    }

    /// The version of the cluster that a stream sends if it begins now.
    var clusterVersion: Int { clusterUpdates.version }

    /// Takes what has changed in the cluster since the stream's last update.
    /// - Returns: Nil if everything must be sent.
    mutating func takeClusterUpdate(_ number: Int) -> ClusterUpdate? {
        guard let stream = clusterStreams[number], let seen = stream.seen,
            let update = clusterUpdates.update(since: seen)
        else { return nil }
        stream.seen = update.version
        return update
    }

    func noteSeen(_ version: Int, inStream number: Int) { clusterStreams[number]?.seen = version }

    // MARK: Changes

    /// Records the changes of entries that are durable.
    mutating func note(_ entries: [JournalEntry]) {
        for entry in entries {
            if case .jobRetired = entry { continue }
            if !clusterStreams.isEmpty { clusterUpdates.touch(entry.job) }
        }
        guard !jobStreams.isEmpty else { return }
        for entry in entries {
            for stream in jobStreams.values where stream.job == entry.job {
                stream.changes.add(entry)
            }
        }
    }

    /// Records that attempts of a job have read more.
    mutating func noteProgress(of job: JobID) {
        for stream in jobStreams.values where stream.job == job { stream.changes.isEmpty = false }
        if !clusterStreams.isEmpty { clusterUpdates.touch(job) }
    }

    /// Records how a job has ended; called right before the job is forgotten.
    mutating func noteEnd(_ status: JobStatus, _ job: JobSnapshot?) {
        if !clusterStreams.isEmpty { clusterUpdates.end(status) }
        if let job { keep(job) }
    }

    /// Keeps an ended job for the streams that follow it, which send it at once.
    mutating func keep(_ job: JobSnapshot) {
        let id = job.state.id
        guard isFollowed(id) else { return }
        endedJobs[id] = job
        for stream in jobStreams.values where stream.job == id {
            stream.changes.isEmpty = false
            stream.pacing.resume()
        }
    }

    /// Returns the jobs that have changed since the last look at the cluster; nil if no look is
    /// due.
    mutating func takeTouchedJobs(at now: ContinuousClock.Instant) -> [JobID]? {
        guard !clusterStreams.isEmpty, clusterUpdates.isDue(at: now) else { return nil }
        return clusterUpdates.takeTouched()
    }

    /// Takes the result of a look at the cluster.
    ///
    /// `count`: how many ended jobs to keep for slow streams.
    mutating func update(
        _ jobs: [JobStatus],
        _ workers: [WorkerStatus],
        keeping count: Int,
        at now: ContinuousClock.Instant
    ) {
        clusterUpdates.look(at: now, jobs, workers, keeping: count, next: now + interval)
    }

    // MARK: Time

    /// Resumes callers whose time is up, and streams that may send; called on every tick.
    mutating func resumeDue(at now: ContinuousClock.Instant) {
        waiters.wakeExpired(at: now)
        for stream in clusterStreams.values
        where stream.seen != clusterUpdates.version || now >= stream.pacing.nextKeepAlive {
            stream.pacing.resume()
        }
        for stream in jobStreams.values {
            let isDue = !stream.changes.isEmpty && now >= stream.pacing.nextUpdate
            if isDue || now >= stream.pacing.nextKeepAlive { stream.pacing.resume() }
        }
    }

    /// Resumes all callers and streams; called when the coordinator stops.
    mutating func resumeAll() {
        waiters.wakeAll()
        for stream in jobStreams.values { stream.pacing.resume() }
        for stream in clusterStreams.values { stream.pacing.resume() }
    }
}
