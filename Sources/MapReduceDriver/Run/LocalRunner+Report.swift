package import MapReduceControl
package import MapReduceModel

/// The run's view of its job, for reports.
extension LocalRunner {
    /// The current state of the job; nil before it is submitted.
    ///
    /// Cost: small, because nothing is copied until the run continues.
    var snapshot: RunSnapshot? {
        guard let job = coordinator.jobs.all.last else { return nil }
        return RunSnapshot(job: job, now: now, runningInput: inputOfRunningAttempts)
    }

    /// Returns the final state of the job; nil if it was not submitted.
    ///
    /// `error`: the error that ended the run and that the control plane does not know of;
    ///   nil if the run completed.
    package func finalSnapshot(endedBy error: (any Error)? = nil) -> RunSnapshot? {
        guard var snapshot else { return nil }
        guard let error, snapshot.job.outcome == nil else { return snapshot }
        if let failed = error as? HungThreadError { snapshot.failed = failed }
        var coordinator = coordinator
        // Drop the effects: the task processes are gone.
        _ = coordinator.apply(.jobCancelled(snapshot.job.id), at: now)
        if let job = coordinator.jobs[snapshot.job.id] { snapshot.job = job }
        return snapshot
    }
}

/// A run at one moment.
package struct RunSnapshot: Sendable {
    package var job: JobState
    package let now: Instant
    /// The input that running attempts have read from files.
    package let runningInput: (records: Int, bytes: Int)
    /// The failure of an attempt that could not be ended.
    package var failed: HungThreadError?
}
