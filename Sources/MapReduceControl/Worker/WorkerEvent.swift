package import MapReduceModel

/// Something that happened on a worker, or a message that it received.
package enum WorkerEvent: Sendable {
    case started
    case joined(JoinAnswer)
    /// The coordinator did not answer, or does not accept the worker now.
    case joinFailed
    /// A poll of this session was answered; it delivered the ends of these attempts.
    case answered(PollKind, SessionID, PollAnswer, delivered: [AttemptID])
    /// A poll of this session failed; `mustJoin`: the coordinator does not know the worker.
    case pollFailed(PollKind, SessionID, mustJoin: Bool)
    /// A poll of this session was refused because of what it reported: the ends of these attempts,
    /// or one of them, are too large, or the coordinator cannot read them.
    case pollRefused(PollKind, SessionID, ended: [AttemptID], message: String)
    /// The program of the job with this random id is ready.
    case jobReady(JobID, uuid: String = "")
    case jobFailed(JobID, message: String, kind: FailureKind = .fetchFailed)
    /// The input of an attempt is ready, with the attempts that wrote it.
    ///
    /// There is one list for each of the stage's sources; `seconds` is how long fetching took.
    case inputReady(AttemptID, [[FetchedSegment]], seconds: Float = 0)
    /// The input could not be fetched from this attempt; nil if no attempt is to blame.
    ///
    /// `isSilent`: whether the worker that has it did not answer.
    case inputFailed(
        AttemptID,
        source: AttemptID?,
        isSilent: Bool = false,
        message: String,
        kind: FailureKind = .fetchFailed
    )
    case attemptEnded(slot: Int, TaskReport, log: String?)
    /// The slot's process is gone, as requested or at last.
    case slotStopped(Int)
    /// The slot's process does not end: the slot runs nothing until `slotStopped`.
    case slotLost(Int)
    case diskChecked(isLow: Bool)
    /// The worker is to exit when it is no longer needed.
    case drain
}

/// A readable segment, and the attempt that wrote its run.
package struct FetchedSegment: Hashable, Sendable {
    package var segment: Segment
    package var source: AttemptID

    package init(segment: Segment, source: AttemptID) {
        self.segment = segment
        self.source = source
    }
}

/// A poll that waits for commands, or one that delivers ends at once while the other waits.
package enum PollKind: Hashable, Sendable {
    case waiting
    case reporting
}

/// What a worker is to do.
package enum WorkerAction: Hashable, Sendable {
    case join(after: Duration)
    case poll(PollKind, PollRequest, after: Duration)
    /// Get a job's program; answer with `jobReady` or `jobFailed`.
    case fetchJob(JobID)
    /// Get what an attempt reads; answer with `inputReady` or `inputFailed`.
    case fetchInput(Assignment)
    /// Cancel a fetch that is no longer needed.
    case cancelFetch(AttemptID)
    /// Fetch what these tasks will read, as it becomes available.
    case prepare(JobID, stage: Int, tasks: [Int])
    /// Run an attempt; answer with `attemptEnded`.
    case run(slot: Int, Assignment, [[Segment]])
    /// End the slot's process; answer with `slotStopped`.
    case stop(slot: Int)
    /// Remove what an attempt wrote and fetched.
    case removeAttempt(AttemptID)
    /// Remove everything that is left of a job.
    case removeJob(JobID)
    /// Forget everything, and join as another worker: the coordinator belongs to another cluster,
    /// or to another history of this one.
    case reset
    /// The worker is no longer needed.
    case leave
}
