package import MapReduceModel

/// What happened.
///
/// Whoever drives the coordinator tells it in the order of occurrence.
package enum Event: Hashable, Sendable {
    case jobSubmitted(JobSubmission)
    case workerJoined(WorkerID, slots: Int)
    /// The worker is alive: its heartbeat.
    case workerPolled(WorkerID)
    /// The worker is known to be gone.
    case workerLeft(WorkerID)
    /// An attempt ended on this worker.
    case attemptReported(WorkerID, TaskReport)
    /// A running attempt could not get, or not verify, the run of that task.
    case fetchFailed(AttemptID, source: TaskID, message: String)
    /// The output of a job is in place, or could not be put there.
    case outputPublished(JobID, Failure?)
    case jobCancelled(JobID)
    /// Time has passed; asked for by `Coordinator.nextDeadline`.
    case tick
}

/// A job as it is handed to the control plane.
package struct JobSubmission: Hashable, Codable, Sendable {
    package var id: JobID
    package var plan: Plan
    /// The splits of each stage that reads files; empty for the others.
    package var splits: [[Split]]
    /// The job's share of the slots, relative to other jobs; at least 1.
    package var weight: Int

    package init(id: JobID, plan: Plan, splits: [[Split]], weight: Int = 1) {
        self.id = id
        self.plan = plan
        self.splits = splits
        self.weight = weight
    }
}

/// What is to be done now.
///
/// The journal must be durable before any message leaves.
package struct Effects: Hashable, Sendable {
    package var journal: [JournalEntry] = []
    package var messages: [Message] = []

    package init() {}
}

/// What the coordinator wants done.
package enum Message: Hashable, Sendable {
    case startAttempt(WorkerID, Assignment)
    case stopAttempt(WorkerID, AttemptID)
    /// Put these outputs in place, and answer with `outputPublished`. They are in the order of the
    /// tasks, one for each.
    case publishOutput(JobID, [TaskOutput])
    /// The job has ended; its scratch can go.
    case jobFinished(JobID, JobOutcome)
}

/// An attempt, and what it reads.
package struct Assignment: Hashable, Sendable {
    package var attempt: AttemptID
    package var input: AssignedInput
    /// Records of the split that are passed over.
    package var badRecords: [BadRecord]

    package init(attempt: AttemptID, input: AssignedInput, badRecords: [BadRecord]) {
        self.attempt = attempt
        self.input = input
        self.badRecords = badRecords
    }
}

/// What an attempt reads.
package enum AssignedInput: Hashable, Sendable {
    case split(Split)
    /// A partition of the runs of these attempts, in the order in which equal keys are kept.
    case segments(partition: Int, sources: [Source])

    /// A run, and the worker that has it.
    package struct Source: Hashable, Sendable {
        package var attempt: AttemptID
        package var worker: WorkerID
        package var path: String

        package init(attempt: AttemptID, worker: WorkerID, path: String) {
            self.attempt = attempt
            self.worker = worker
            self.path = path
        }
    }
}

/// How a job ended.
package enum JobOutcome: Hashable, Codable, Sendable {
    case succeeded
    case failed(Failure, attempt: AttemptID?)
    case cancelled
}
