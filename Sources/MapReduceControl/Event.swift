package import MapReduceModel

/// Something that happened.
///
/// The coordinator's driver passes events in the order in which they occur.
package enum Event: Hashable, Sendable {
    case jobSubmitted(JobSubmission)
    /// A worker has joined or come back; `attempts` are those that it is running, and those that
    /// have ended and whose reports it still holds.
    case workerJoined(WorkerID, WorkerProfile, attempts: [AttemptID])
    /// The worker is alive: its heartbeat.
    case workerPolled(WorkerID, WorkerHealth)
    /// The worker is known to be gone.
    case workerLeft(WorkerID)
    /// An attempt ended on this worker.
    case attemptReported(WorkerID, TaskReport)
    /// An attempt running on this worker could not fetch or verify another attempt's run.
    ///
    /// `isSilent`: whether the worker that has the run did not answer.
    case fetchFailed(
        WorkerID,
        AttemptID,
        source: AttemptID,
        isSilent: Bool = false,
        message: String
    )
    /// The output of a job has been published, or publishing it failed.
    case outputPublished(JobID, Failure?)
    case jobCancelled(JobID)
    /// A finished job is kept elsewhere, or no longer kept: forget it.
    case jobRetired(JobID)
    /// The coordinator has resumed where a journal ended: restart what was in progress.
    case recovered
    /// The coordinator itself did not run for this long, and so received nothing from workers: none
    /// of them counts as silent for that time.
    case stalled(Duration)
    /// Time has passed; requested through `Coordinator.nextDeadline`.
    case tick
}

/// What a worker offers.
package struct WorkerProfile: Hashable, Sendable {
    /// The number of tasks that it runs at once.
    package var slots: Int
    /// Path prefixes of the input files on the worker's own disks.
    package var localPaths: [String]

    package init(slots: Int, localPaths: [String] = []) {
        self.slots = slots
        self.localPaths = localPaths
    }
}

/// What a worker reports about itself when it polls.
package struct WorkerHealth: Hashable, Sendable {
    /// It will exit soon, and wants no more work.
    package var isDraining: Bool
    /// Its disk is almost full: it takes no task that writes runs.
    package var isDiskLow: Bool
    /// Slots that run nothing because their processes cannot be ended.
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
