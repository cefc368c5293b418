internal import MapReduceControl
internal import MapReduceModel
internal import MapReduceReport

/// The information in some events of a job for commands that follow its logs.
struct LogEvents: Sendable {
    /// The attempts that have started and not ended, with their workers.
    private(set) var running: [(AttemptID, WorkerID)] = []
    /// The attempts that have started and ended within these events.
    private(set) var over: [(AttemptID, WorkerID)] = []
    /// All attempts that have ended.
    private(set) var ended: Set<AttemptID> = []
    /// Whether the job has ended.
    private(set) var isJobOver = false

    /// `task`: the only task to include; nil for all.
    init(_ entries: [JournalEntry], task: TaskName?) {
        var started: [(AttemptID, WorkerID)] = []
        for entry in entries {
            switch entry {
            case .attemptStarted(let attempt, let worker, _):
                if task == nil || task == TaskName(attempt.task) {
                    started.append((attempt, worker))
                }
            case .attemptSucceeded(let attempt, _, _), .attemptFailed(let attempt, _, _),
                .attemptStopped(let attempt, _), .attemptAudited(let attempt, _, _):
                ended.insert(attempt)
            case .jobFinished, .jobRetired: isJobOver = true
            case .jobSubmitted, .outputLost, .inputChanged, .outputsDiffered, .recordSkipped,
                .commitBegan:
                break
            }
        }
        for (attempt, worker) in started {
            if ended.contains(attempt) {
                over.append((attempt, worker))
            } else {
                running.append((attempt, worker))
            }
        }
    }
}
