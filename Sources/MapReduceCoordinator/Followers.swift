internal import MapReduceControl
internal import MapReduceModel

/// Those who follow jobs, or the whole cluster, through streams.
///
/// What a follower has not been told is kept as the names of what has changed, never as text: one
/// that is slow is told of more at once, and costs no more than one that is not.
struct Followers {
    /// By the numbers of their streams.
    private(set) var ofJobs: [Int: JobFollower] = [:]
    private(set) var ofCluster: [Int: ClusterFollower] = [:]
    /// Jobs that have ended, for the followers that have not been told all of them.
    private var endedJobs: [JobID: JobSnapshot] = [:]
    private var lastNumber = 0

    var count: Int { ofJobs.count + ofCluster.count }
    var isEmpty: Bool { count == 0 }

    /// The number of the follower's stream.
    mutating func add(_ follower: JobFollower) -> Int {
        lastNumber += 1
        ofJobs[lastNumber] = follower
        return lastNumber
    }

    mutating func add(_ follower: ClusterFollower) -> Int {
        lastNumber += 1
        ofCluster[lastNumber] = follower
        return lastNumber
    }

    /// Forgets a follower, and what was kept for it.
    mutating func remove(_ number: Int) {
        ofCluster.removeValue(forKey: number)?.pause.end()
        guard let follower = ofJobs.removeValue(forKey: number) else { return }
        follower.pause.end()
        if !isFollowed(follower.job) { endedJobs[follower.job] = nil }
    }

    private func isFollowed(_ job: JobID) -> Bool { ofJobs.values.contains { $0.job == job } }

    /// Lets a follower go on that waits.
    func wake(_ number: Int) {
        ofJobs[number]?.pause.end()
        ofCluster[number]?.pause.end()
    }

    func wakeAll() {
        for follower in ofJobs.values { follower.pause.end() }
        for follower in ofCluster.values { follower.pause.end() }
    }

    // MARK: Jobs

    /// Notes what entries of the journal, which is durable, have changed.
    func note(_ entries: [JournalEntry]) {
        guard !ofJobs.isEmpty else { return }
        for entry in entries {
            for follower in ofJobs.values where follower.job == entry.job {
                follower.changes.add(entry)
            }
        }
    }

    /// Notes that attempts of a job have come further.
    func noteProgress(of job: JobID) {
        for follower in ofJobs.values where follower.job == job {
            follower.changes.isEmpty = false
        }
    }

    func ended(_ job: JobID) -> JobSnapshot? { endedJobs[job] }

    /// Keeps a job that has ended for those who follow it, and tells them at once.
    mutating func keep(_ job: JobSnapshot) {
        let id = job.state.id
        guard isFollowed(id) else { return }
        endedJobs[id] = job
        for follower in ofJobs.values where follower.job == id {
            follower.changes.isEmpty = false
            follower.pause.end()
        }
    }
}

/// One who follows a job.
final class JobFollower {
    let job: JobID
    /// What the follower has not been told.
    var changes = JobChanges()
    /// Whether the follower was told how the job ended.
    var isDone = false
    var pause: Pause

    init(_ job: JobID, at now: ContinuousClock.Instant) {
        self.job = job
        pause = Pause(at: now)
    }
}

/// One who follows the whole cluster.
final class ClusterFollower {
    /// The version of the news that the follower was told; nil before the first.
    var seen: Int?
    var pause: Pause

    init(at now: ContinuousClock.Instant) { pause = Pause(at: now) }
}

/// The time between two events of a stream.
struct Pause {
    /// Before this moment nothing is told.
    private(set) var nextBatch: ContinuousClock.Instant
    /// When a sign of life is due.
    private(set) var nextSign: ContinuousClock.Instant
    private var waiting: CheckedContinuation<Void, Never>?

    init(at now: ContinuousClock.Instant) {
        nextBatch = now
        nextSign = now + CoordinatorLimits.streamSilence
    }

    /// Something is being told.
    ///
    /// `interval`: how long nothing else is told then.
    mutating func told(at now: ContinuousClock.Instant, _ interval: Duration) {
        nextBatch = now + interval
        nextSign = now + CoordinatorLimits.streamSilence
    }

    /// A sign of life is being sent.
    mutating func signed(at now: ContinuousClock.Instant) {
        nextSign = now + CoordinatorLimits.streamSilence
    }

    mutating func begin(_ continuation: CheckedContinuation<Void, Never>) {
        end()
        waiting = continuation
    }

    mutating func end() {
        waiting?.resume()
        waiting = nil
    }
}
