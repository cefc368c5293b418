internal import MapReduceModel

/// How jobs end.
extension Coordinator {
    mutating func commitIfDone(_ id: JobID) {
        guard let index = jobs.index(of: id), jobs.all[index].isRunning, jobs.all[index].isDone
        else { return }
        // A map whose output was lost after all readers had read it may still be running again,
        // needlessly.
        stopAll(of: id)
        record(.commitBegan(id, at: now))
        if let job = jobs[id] { publish(job) }
    }

    mutating func publish(_ job: JobState) {
        effects.actions.append(.publishOutput(job.id, job.publishedOutputs))
    }

    mutating func published(_ id: JobID, _ failure: Failure?) {
        guard jobs[id]?.phase == .committing else { return }
        finish(id, failure.map { .failed($0, attempt: nil) } ?? .succeeded)
    }

    /// Cancels a job, unless it is already being committed.
    mutating func cancel(_ id: JobID) {
        guard jobs[id].map(\.isRunning) ?? false else { return }
        finish(id, .cancelled)
    }

    mutating func finish(_ id: JobID, _ outcome: JobOutcome) {
        guard jobs[id].map({ $0.outcome == nil }) ?? false else { return }
        stopAll(of: id)
        record(.jobFinished(id, outcome, at: now))
        workers.forget(id)
        preparations.removeAll { $0.job == id }
        effects.actions.append(.jobFinished(id, outcome))
    }

    mutating func retire(_ id: JobID) {
        guard jobs[id]?.outcome != nil else { return }
        record(.jobRetired(id))
    }
}
