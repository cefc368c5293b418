package import MapReduceControl
package import MapReduceModel

/// What a run knows of its job, for reports of it.
extension LocalRunner {
    /// How the job is doing; nil before it was submitted.
    ///
    /// Cost: small, as nothing is copied until the run goes on.
    var snapshot: RunSnapshot? {
        guard let job = coordinator.jobs.all.last else { return nil }
        return RunSnapshot(job: job, now: now, runningInput: inputOfRunningAttempts)
    }

    /// How the job ended; nil where it was not submitted.
    ///
    /// `error`: what ended the run, of which the control plane has not heard; nil for one that
    /// came to its end.
    package func finalSnapshot(endedBy error: (any Error)? = nil) -> RunSnapshot? {
        guard var snapshot else { return nil }
        guard let error, snapshot.job.outcome == nil else { return snapshot }
        if let failed = error as? HungThreadError { snapshot.failed = failed }
        var coordinator = coordinator
        // What it would have done is not done any more: the task processes are gone.
        _ = coordinator.apply(.jobCancelled(snapshot.job.id), at: now)
        if let job = coordinator.jobs[snapshot.job.id] { snapshot.job = job }
        return snapshot
    }
}

/// A run at one moment.
package struct RunSnapshot: Sendable {
    package var job: JobState
    package let now: Instant
    /// What attempts that have not ended have read of files.
    package let runningInput: (records: Int, bytes: Int)
    /// The failure of an attempt that could not be ended.
    package var failed: HungThreadError?
}
