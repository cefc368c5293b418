internal import Logging
internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess

/// Does what the control plane says, once the entries that say so are durable.
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
            if let state = coordinator.jobs[job], let begin = jobs[job]?.stored.submittedAt {
                // The clock may have been set back.
                let seconds = max(WallClock.now - begin, 0)
                metrics.jobDurations.add(.seconds(seconds))
                log.tellFinished(state, outcome, after: seconds)
            }
            traces.finished(job, outcome)
            for worker in sessions.keys { sessions[worker]?.send(.end(job)) }
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
        await applyOrLog([.outputPublished(id, failure)])
    }

    /// Removes what a job that did not succeed has written, keeps how it ended, and forgets it.
    func cleanUp(_ id: JobID, _ outcome: JobOutcome) {
        Task {
            guard let live = jobs[id] else { return }
            if outcome != .succeeded { await discard(live) }
            guard var status = status(of: id) else { return }
            status.phase = outcome.phase
            do {
                status.verdict = try await verdict(of: id, status)
                let unused = try await store.finish(
                    id,
                    status,
                    keeping: settings.keptJobCount,
                    endedBefore: WallClock.now - CoordinatorLimits.minKeptJobSeconds
                )
                uploads.remove(unused, logger)
            } catch {
                return stop(because: error)
            }
            tellEnd(of: id, status)
            jobs[id] = nil
            await applyOrLog([.jobRetired(id)])
            memoryReturn = ContinuousClock.now + CoordinatorLimits.memoryReturnDelay
            watchers[id]?.wakeAll()
            watchers[id] = nil
        }
    }

    /// Task processes that are being ended may still make files.
    func discard(_ job: LiveJob) async {
        guard let directory = job.output else { return }
        let output = UnsafeTransfer(directory)
        for attempt in 1... {
            do {
                return try await blocking { try output.value.discard() }
            } catch {
                if attempt == CoordinatorLimits.discardTries {
                    logger.error(
                        "what a job wrote cannot be removed",
                        metadata: job.stored.id.fields + [
                            "output": "\(job.stored.output)", "error": "\(error)",
                        ]
                    )
                    return
                }
                do {
                    try await Task.sleep(for: CoordinatorLimits.discardInterval)
                } catch {
                    return
                }
            }
        }
    }

    private func applyOrLog(_ events: [Event]) async {
        do {
            try await apply(events)
        } catch {
            // The journal's failure is what ends the process; it was told when it happened.
            logger.debug("an event came after the end", metadata: ["error": "\(error)"])
        }
    }
}
