internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// What a coordinator has counted since it was started, in addition to what its state shows.
struct CoordinatorMetrics {
    var submittedJobs = 0
    var finishedJobs = Counts(JobStatus.Phase.allCases.filter(\.isFinished).map(\.rawValue))
    var jobDurations = Histogram.jobs
    var startedAttempts = 0
    var attempts = Counts(["succeeded", "failed", "stopped", "lost", "audited"])
    var failures = Counts(FailureKind.allCases.map(\.rawValue))
    var attemptDurations = Histogram.attempts
    /// Tasks that wrote different output when they ran again.
    var differences = 0
    var skippedRecords = 0
    /// The counters of the attempts that succeeded.
    var counters = Counters()
    var joinedWorkers = 0
    var goneWorkers = Counts(["left", "dead", "replaced"])
    var journaledEntries = 0
    var journalWrites = Histogram.calls
    var polls = Histogram.calls
    let http = HTTPMetrics()

    /// Sums by a label whose values are known in advance: all are present from the start, so that a
    /// rate includes the first event of each.
    struct Counts {
        private(set) var all: [(String, Int)]

        init(_ names: [String]) { all = names.map { ($0, 0) } }

        mutating func add(_ name: String) {
            if let index = all.firstIndex(where: { $0.0 == name }) { all[index].1 += 1 }
        }
    }

    /// Counts entries that have become durable.
    ///
    /// `jobs`: the jobs after the entries.
    mutating func count(_ entries: [JournalEntry], _ jobs: Jobs) {
        for entry in entries {
            switch entry {
            case .jobSubmitted: submittedJobs += 1
            case .attemptStarted: startedAttempts += 1
            case .attemptSucceeded(let attempt, let output, let end):
                attempts.add("succeeded")
                counters.add(output.counters)
                ended(attempt, jobs, at: end)
            case .attemptFailed(let attempt, let failure, let end):
                attempts.add("failed")
                failures.add(failure.kind.rawValue)
                ended(attempt, jobs, at: end)
            case .attemptStopped: attempts.add("stopped")
            case .outputLost: attempts.add("lost")
            case .attemptAudited(let attempt, _, let end):
                attempts.add("audited")
                ended(attempt, jobs, at: end)
            case .outputsDiffered: differences += 1
            case .recordSkipped: skippedRecords += 1
            case .jobFinished(_, let outcome, _): finishedJobs.add(outcome.phase.rawValue)
            case .inputChanged, .commitBegan, .jobRetired: break
            }
        }
    }

    private mutating func ended(_ attempt: AttemptID, _ jobs: Jobs, at end: Instant) {
        guard let start = jobs[attempt: attempt]?.startedAt else { return }
        attemptDurations.add(end - start)
    }

    mutating func wrote(_ entryCount: Int, in duration: Duration) {
        journaledEntries += entryCount
        journalWrites.add(duration)
    }
}
