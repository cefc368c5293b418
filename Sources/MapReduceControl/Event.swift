package import MapReduceModel

/// What happened.
///
/// Whoever drives the coordinator tells it in the order of occurrence.
package enum Event: Hashable, Sendable {
    case jobSubmitted(JobSubmission)
    /// A worker has come, or has come back; `attempts` are those that it runs, and those that have
    /// ended and whose reports it still holds.
    case workerJoined(WorkerID, WorkerProfile, attempts: [AttemptID])
    /// The worker is alive: its heartbeat.
    case workerPolled(WorkerID, WorkerHealth)
    /// The worker is known to be gone.
    case workerLeft(WorkerID)
    /// An attempt ended on this worker.
    case attemptReported(WorkerID, TaskReport)
    /// An attempt that runs on this worker could not get, or not verify, the run of another one.
    /// `isSilent`: the worker that has it did not answer.
    case fetchFailed(
        WorkerID,
        AttemptID,
        source: AttemptID,
        isSilent: Bool = false,
        message: String
    )
    /// The output of a job is in place, or could not be put there.
    case outputPublished(JobID, Failure?)
    case jobCancelled(JobID)
    /// A finished job is kept elsewhere, or not any more: forget it.
    case jobRetired(JobID)
    /// The coordinator goes on where a journal ended: what was under way is begun anew.
    case recovered
    /// The coordinator itself did not run for this long, and so heard from no worker: none of them
    /// was silent in that time.
    case stalled(Duration)
    /// Time has passed; asked for by `Coordinator.nextDeadline`.
    case tick
}

/// What a worker offers.
package struct WorkerProfile: Hashable, Sendable {
    /// Tasks that it runs at once.
    package var slots: Int
    /// Beginnings of paths of input files that lie on the worker's own disks.
    package var localPaths: [String]

    package init(slots: Int, localPaths: [String] = []) {
        self.slots = slots
        self.localPaths = localPaths
    }
}

/// What a worker says of itself when it polls.
package struct WorkerHealth: Hashable, Sendable {
    /// It ends soon, and wants no more work.
    package var isDraining: Bool
    /// Its disk has little room: it takes no task that writes runs.
    package var isDiskLow: Bool
    /// Slots that run nothing, as their processes cannot be ended.
    package var lostSlots: Int

    package init(isDraining: Bool = false, isDiskLow: Bool = false, lostSlots: Int = 0) {
        self.isDraining = isDraining
        self.isDiskLow = isDiskLow
        self.lostSlots = lostSlots
    }
}

/// How a job ended.
package enum JobOutcome: Hashable, Codable, Sendable {
    case succeeded
    case failed(Failure, attempt: AttemptID?)
    case cancelled
}
