package import MapReduceModel

/// What happened on a worker, or was said to it.
package enum WorkerEvent: Sendable {
    case started
    case joined(JoinAnswer)
    /// The coordinator did not answer, or does not want the worker now.
    case joinFailed
    /// A poll of this session was answered; the ends of these attempts came with it.
    case answered(PollKind, SessionID, PollAnswer, delivered: [AttemptID])
    /// A poll of this session failed; `mustJoin`: the coordinator does not know the worker.
    case pollFailed(PollKind, SessionID, mustJoin: Bool)
    /// A poll of this session was refused for what it reported: the ends of these attempts, or one
    /// of them, are too large, or the coordinator cannot read them.
    case pollRefused(PollKind, SessionID, ended: [AttemptID], message: String)
    /// The program of a job is here, which is the one with this random id.
    case jobReady(JobID, uuid: String = "")
    case jobFailed(JobID, message: String, kind: FailureKind = .fetchFailed)
    /// What an attempt reads is here, with the attempts that wrote it.
    ///
    /// One list for each of the stage's sources, and the seconds that it took to have them.
    case inputReady(AttemptID, [[FetchedSegment]], seconds: Float = 0)
    /// It could not be had from this attempt; nil where no attempt is to blame. `isSilent`: the
    /// worker that has it did not answer.
    case inputFailed(
        AttemptID,
        source: AttemptID?,
        isSilent: Bool = false,
        message: String,
        kind: FailureKind = .fetchFailed
    )
    case attemptEnded(slot: Int, TaskReport, log: String?)
    /// The slot's process is gone, as asked for, or at last.
    case slotStopped(Int)
    /// The slot's process does not end: the slot runs nothing until `slotStopped`.
    case slotLost(Int)
    case diskChecked(isLow: Bool)
    /// The worker is to end when it is not needed any more.
    case drain
}

/// A segment that can be read, and the attempt that wrote its run.
package struct FetchedSegment: Hashable, Sendable {
    package var segment: Segment
    package var source: AttemptID

    package init(segment: Segment, source: AttemptID) {
        self.segment = segment
        self.source = source
    }
}

/// A poll that waits for commands, or one that delivers ends at once while another one waits.
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
    /// Nobody waits for it any more.
    case cancelFetch(AttemptID)
    /// Get what these tasks will read, as it appears.
    case prepare(JobID, stage: Int, tasks: [Int])
    /// Run an attempt; answer with `attemptEnded`.
    case run(slot: Int, Assignment, [[Segment]])
    /// End the slot's process; answer with `slotStopped`.
    case stop(slot: Int)
    /// Remove what an attempt wrote and fetched.
    case removeAttempt(AttemptID)
    /// Remove all that is left of a job.
    case removeJob(JobID)
    /// Forget everything, and join as another worker: the coordinator is that of another cluster,
    /// or of another history of this one.
    case reset
    /// The worker is not needed any more.
    case leave
}
