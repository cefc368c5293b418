internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import NIOCore

/// The changes of a job that a stream has not sent yet.
struct JobChanges {
    /// Whether to send the whole job.
    var isEverything = false
    /// Whether nothing has changed, not even the progress of attempts.
    var isEmpty = true
    private var tasks: Set<TaskID> = []
    private var stages: Set<Int> = []

    /// Records what an entry about the job changes.
    mutating func add(_ entry: JournalEntry) {
        isEmpty = false
        guard !isEverything else { return }
        switch entry {
        case .attemptStarted(let attempt, _, _), .attemptSucceeded(let attempt, _, _),
            .attemptFailed(let attempt, _, _), .attemptStopped(let attempt, _),
            .attemptAudited(let attempt, _, _):
            tasks.insert(attempt.task)
        case .outputLost(let task): tasks.insert(task)
        case .inputChanged(_, let stage): stages.insert(stage)
        case .jobSubmitted, .outputsDiffered, .recordSkipped, .commitBegan, .jobFinished,
            .jobRetired:
            break
        }
    }

    /// Returns the attempts of all tasks that have changed.
    func tried(of job: JobState) -> JobReport.TriedTasks {
        if isEverything { return JobReport.TriedTasks(of: job) }
        var ids = tasks.filter { !stages.contains($0.stage) }
        for stage in stages where job.stages.indices.contains(stage) {
            for index in job.stages[stage].tasks.indices {
                ids.insert(TaskID(job: job.id, stage: stage, index: index))
            }
        }
        return JobReport.TriedTasks(ids.sorted(), of: job)
    }
}

/// What the stream of a job sends at once.
struct JobUpdate: Sendable {
    let attempts: [JobReport.Attempt]
    let failures: [JobReport.AttemptFailure]
    let status: JobStatus
    let stages: [JobReport.Stage]
    let lastEvent: Int
    let isEnd: Bool

    init(_ changes: JobChanges, of job: JobSnapshot, isEnd: Bool = false) {
        let tried = changes.tried(of: job.state)
        attempts = tried.attempts
        failures = tried.failures
        status = job.status
        stages = [JobReport.Stage](job.state)
        lastEvent = job.lastEvent
        self.isEnd = isEnd
    }

    /// The data of the event `status`.
    private struct Status: Encodable {
        let job: JobStatus
        let stages: [JobReport.Stage]
    }

    /// Returns the events.
    ///
    /// The last ones carry the number after which a stream resumes: a stream that is cut before
    /// them gets all of this again.
    func events() throws -> [ByteBuffer] {
        var events: [ByteBuffer] = []
        var rest = attempts[...]
        while !rest.isEmpty {
            events.append(
                try EventStream.event(
                    "attempts",
                    Array(rest.prefix(CoordinatorLimits.maxAttemptsInEvent))
                )
            )
            rest = rest.dropFirst(CoordinatorLimits.maxAttemptsInEvent)
        }
        if !failures.isEmpty { events.append(try EventStream.event("failures", failures)) }
        let id = "\(lastEvent)"
        events.append(
            try EventStream.event("status", id: id, Status(job: status, stages: stages))
        )
        if isEnd { events.append(try EventStream.event("end", id: id, status)) }
        return events
    }
}
