internal import MapReduceControl
internal import MapReduceModel

/// What must hold at the end of a run.
extension World {
    /// Whether all jobs have ended, and all workers know.
    var isSettled: Bool {
        durable.plannedJobs.count == setting.jobs.count
            && durable.ended.count == setting.jobs.count && isScratchFree
    }

    /// Whether no file of a job is left on any disk.
    private var isScratchFree: Bool {
        workers.allSatisfy {
            $0.isAlive && $0.jobs.isEmpty && $0.runs.isEmpty && $0.fetched.isEmpty
        }
    }

    func checkEnd() {
        for (id, number) in durable.plannedJobs.sorted(by: { $0.key < $1.key }) {
            guard let outcome = durable.outcomes[id] else { return fail("\(id) has not ended") }
            note("\(id) ended: \(describe(outcome))")
            check(id, setting.jobs[number - 1], outcome)
            if failure != nil { return }
        }
    }

    private func check(_ id: JobID, _ job: Setting.Job, _ outcome: JobOutcome) {
        let bad = (0..<job.mapCount).reduce(into: [Int: [Int]]()) { bad, task in
            bad[task] = badRecords(of: job, task)
        }
        let badCount = bad.values.reduce(0) { $0 + $1.count }
        let published = places[job.number]?.published.last
        let isPublished = published.map { $0.owner == uuid(of: id) } ?? false
        // Also what a job has put in place of which a copy of the data knew nothing.
        if let published { checkOutput(id, job, published.outputs, skipping: bad) }
        switch outcome {
        case .succeeded:
            if badCount > job.maxBadRecords { fail("\(id) succeeds in spite of its bad records") }
            if !isPublished, !wasReplaced(id, job) { fail("\(id) succeeds without an output") }
            if plan.faults.contains(where: { fault in
                if case .endIsTooLarge(job.number, _) = fault { true } else { false }
            }) {
                fail("\(id) succeeds without a report that is too large")
            }
        case .failed(let failure, let attempt):
            if isPublished, !wasRestored { fail("\(id) has failed, and its output is in place") }
            guard badCount <= job.maxBadRecords else { return }
            checkWasInevitable(id, job, failure, attempt)
        case .cancelled:
            if isPublished, !wasRestored {
                fail("\(id) was cancelled, and its output is in place")
            }
            let isPlanned = plan.faults.contains { fault in
                if case .jobCancelled(job.number, _) = fault { true } else { false }
            }
            if !isPlanned, !wasRestored { fail("\(id) was cancelled by nobody") }
        }
    }

    /// Whether a job's output was in place, and gave way to that of the same job submitted again.
    ///
    /// That job is of a history that has ended: one copy of the data was put back before it, and
    /// another after it that knows of the first job and not of the second.
    private func wasReplaced(_ id: JobID, _ job: Setting.Job) -> Bool {
        guard wasRestored, let uuid = uuid(of: id), let place = places[job.number],
            let last = place.published.last
        else { return false }
        let isOfThisHistory = durable.plannedJobs.keys.contains { self.uuid(of: $0) == last.owner }
        return place.confirmed.contains(uuid) && !isOfThisHistory
    }

    private func uuid(of id: JobID) -> String? {
        for case .jobSubmitted(let submission, _) in durable.entries where submission.id == id {
            return submission.uuid
        }
        return nil
    }

    private func checkOutput(
        _ id: JobID,
        _ job: Setting.Job,
        _ outputs: [TaskOutput],
        skipping bad: [Int: [Int]]
    ) {
        let files = outputs.flatMap(\.parts)
        let identities = files.compactMap { parts[$0.path] }
        guard identities.count == files.count else { return fail("\(id) has lost parts") }
        if let mix = lineage.mix(in: identities, of: job) {
            return fail("the output of \(id) is a mix: \(mix)")
        }
        let isVarying = plan.faults.contains { fault in
            if case .notDeterministic(job.number, _) = fault { true } else { false }
        }
        guard !isVarying else { return }
        let written = lineage.oracle(job, skipping: bad)
        let expected = job.plan.stages.flatMap { stage in
            let partCount = stage.outputs.count(where: \.isPart)
            return written[stage.id].flatMap { Array(repeating: $0, count: partCount) }
        }
        if identities != expected { fail("the output of \(id) is wrong") }
    }

    /// A job may fail only if one of its tasks was made to fail too often, or its output could not
    /// be put in place.
    private func checkWasInevitable(
        _ id: JobID,
        _ job: Setting.Job,
        _ failure: Failure,
        _ attempt: AttemptID?
    ) {
        guard let attempt else {
            if !plan.faults.contains(.publishingFails(job: job.number)), !wasRestored {
                fail("\(id) failed without need: \(failure.message)")
            }
            return
        }
        var own = 0
        var cluster = 0
        for entry in durable.entries {
            switch entry {
            case .attemptFailed(let other, let failure, _) where other.task == attempt.task:
                switch failure.kind.consequence {
                case .retryCountedAgainstTask: own += 1
                case .retryCountedAgainstCluster: cluster += 1
                case .failJob:
                    let fault = Fault.endIsTooLarge(job: job.number, task: attempt.task.index)
                    if attempt.task.stage == 0, plan.faults.contains(fault) { return }
                    return fail("\(id) failed for an input that is not bad")
                }
            case .outputLost(attempt.task): cluster += 1
            case .recordSkipped(attempt.task, _): own = 0
            default: break
            }
        }
        if own < JobLimits.defaultMaxAttempts, cluster < setting.policy.maxClusterFailures {
            fail("\(id) failed after \(own) failures of \(attempt.task): \(failure.message)")
        }
    }
}
