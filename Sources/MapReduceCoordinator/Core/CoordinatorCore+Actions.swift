internal import Logging
internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess

/// The actions that follow from events, performed once the entries that cause them are durable.
extension CoordinatorCore {
    func perform(_ action: CoordinatorAction) {
        switch action {
        case .workerUnreachable(let worker, let others):
            logger.warning(
                "a worker is unreachable for others, and gets no work for a while",
                metadata: worker.fields + [
                    "url": "\(sessions[worker]?.address.url ?? "")",
                    "for": "\(others.map { "\($0.number)" }.joined(separator: " "))",
                ]
            )
        case .publishOutput(let job, let outputs):
            Task { await publish(job, outputs) }
        case .jobFinished(let job, let outcome):
            // The clock may have been set back.
            let seconds = jobs[job].map { max(clock.wallTime() - $0.stored.submittedAt, 0) }
            observers.noteEnd(of: job, coordinator.jobs[job], outcome, after: seconds)
            sessions.sendToAll(.end(job))
            cleanUp(job, outcome)
        }
    }

    private func publish(_ id: JobID, _ outputs: [TaskOutput]) async {
        guard let job = coordinator.jobs[id], let live = jobs[id] else { return }
        var failure: Failure?
        do {
            guard let directory = live.output else {
                throw ClusterError.notFound(
                    "the output directory is not that of the job any more; run the job again"
                )
            }
            let output = UnsafeTransfer(directory)
            try await blocking { try OutputPublisher.publish(outputs, of: job, to: output.value) }
        } catch {
            failure = Failure(
                kind: .outOfResources,
                message: "the output could not be put in place: \(error)"
            )
        }
        await logLateness { try await apply([.outputPublished(id, failure)]) }
    }

    /// Removes what an unsuccessful job has written, stores how the job ended, and forgets the job.
    func cleanUp(_ id: JobID, _ outcome: JobOutcome) {
        Task {
            guard let live = jobs[id] else { return }
            if outcome != .succeeded { await live.discardOutput(logger) }
            guard var status = status(of: id) else { return }
            status.phase = outcome.phase
            do {
                if let job = snapshot(of: id, status) {
                    status.verdict = try await reports.verdict(
                        of: job,
                        machines: sessions.machines
                    )
                }
                let unused = try await store.finish(
                    id,
                    status,
                    keeping: settings.keptJobCount,
                    endedBefore: clock.wallTime() - CoordinatorLimits.minKeptJobSeconds
                )
                uploads.remove(unused, logger)
            } catch {
                return stop(because: error)
            }
            await logLateness { try await forget(id, status) }
        }
    }

    /// Runs the body, and logs an error that it throws only at `debug`: a failure of the journal
    /// ends the process, and was logged when it happened.
    private func logLateness(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.debug("an event came after the end", metadata: ["error": "\(error)"])
        }
    }
}

extension JobOutcome {
    var phase: JobStatus.Phase {
        switch self {
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}
