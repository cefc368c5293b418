internal import Logging
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import ServiceLifecycle

/// Calls to the coordinator, and the conditions that a worker watches on its own.
extension WorkerDriver {
    func join(
        _ state: WorkerStateMachine.JoinState,
        _ url: String,
        after delay: Duration,
        _ group: inout DiscardingTaskGroup
    ) {
        let request = JoinRequest(
            incarnation: incarnation,
            url: url,
            host: host,
            slots: settings.slotCount,
            localPaths: settings.localPaths,
            cluster: state.cluster,
            position: state.position,
            attempts: state.attempts,
            jobs: state.jobs
        )
        group.addTask {
            do {
                try await Task.sleep(for: delay)
                let answer: JoinAnswer = try await client.post(
                    "\(coordinator)/v1/workers",
                    request
                )
                // Another coordinator may list outputs in a different order.
                await fetcher.forgetOutputs()
                logger.info("joined", metadata: answer.worker.fields)
                send.yield(.joined(answer))
            } catch let error as ClusterClient.CallError {
                // A coordinator that rejects the worker now may accept it later, but not with a
                // different token or version.
                if case .refused(let status, _) = error, status < 500 {
                    session.refused(error)
                    send.finish()
                    return
                }
                logger.debug("not joined yet", metadata: ["error": "\(error)"])
                send.yield(.joinFailed)
            } catch {
                logger.debug("not joined", metadata: ["error": "\(error)"])
                send.yield(.joinFailed)
            }
        }
    }

    func poll(
        _ kind: PollKind,
        _ request: PollRequest,
        after delay: Duration,
        _ group: inout DiscardingTaskGroup
    ) {
        guard let worker = session.worker else { return }
        group.addTask {
            var request = request
            do {
                try await Task.sleep(for: delay)
                for slot in slots {
                    if let progress = slot.progress() { request.progress.append(progress) }
                }
                request.machine = changedHostStatus(for: request.session)
                let begin = ContinuousClock.now
                let report = request
                let answer: PollAnswer = try await traces.reporting(
                    report.ended.map(\.report.attempt)
                ) {
                    try await client.post(
                        "\(coordinator)/v1/workers/\(worker.number)/poll",
                        report
                    )
                }
                metrics.polled(ContinuousClock.now - begin)
                if let status = request.machine {
                    hostMonitor.didReport(status, in: request.session)
                }
                send.yield(
                    .answered(
                        kind,
                        request.session,
                        answer,
                        delivered: request.ended.map(\.report.attempt)
                    )
                )
            } catch let error as ClusterClient.CallError where error.isRefusalOfBody {
                metrics.pollFailed()
                let ended = request.ended.map(\.report.attempt)
                logger.warning(
                    "the coordinator does not take a report",
                    metadata: (ended.count == 1 ? ended[0].fields : [:]) + [
                        "ends": .stringConvertible(ended.count), "error": "\(error)",
                    ]
                )
                send.yield(
                    .pollRefused(kind, request.session, ended: ended, message: "\(error)")
                )
            } catch {
                metrics.pollFailed()
                logger.debug("a poll failed", metadata: ["error": "\(error)"])
                let isUnknown = (error as? ClusterClient.CallError)?.isUnknownWorker ?? false
                send.yield(.pollFailed(kind, request.session, mustJoin: isUnknown))
            }
        }
    }

    /// Returns the host's status if it has changed; nil if it cannot be read, so that the poll is
    /// sent anyway.
    private func changedHostStatus(for session: SessionID) -> HostStatus? {
        do {
            return try hostMonitor.changedStatus(for: session)
        } catch {
            logger.debug("the machine cannot be looked at", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    func leave() async {
        guard let worker = session.worker else { return }
        do {
            try await client.delete("\(coordinator)/v1/workers/\(worker.number)")
        } catch {
            // The coordinator finds out by itself.
            logger.debug("left without a word", metadata: ["error": "\(error)"])
        }
    }

    /// Checks the scratch disk periodically.
    func checkDisk() async throws -> End? {
        var wasLow = false
        while true {
            let isLow =
                try Files.freeByteCount(at: scratch) < settings.minFreeByteCount
            if isLow != wasLow {
                logger.warning(
                    isLow ? "the scratch disk has little room" : "the scratch disk has room again",
                    metadata: ["directory": "\(scratch)"]
                )
                send.yield(.diskChecked(isLow: isLow))
                wasLow = isLow
            }
            try await Task.sleep(for: WorkerLimits.diskCheckInterval)
        }
    }

    /// Drains the worker when it is asked to shut down, and ends it if that takes too long.
    func awaitShutdown() async throws -> End? {
        try await gracefulShutdown()
        // The coordinator does not know of this worker.
        if session.worker == nil { return .done }
        logger.info("draining: taking no more work, and serving what is still needed")
        send.yield(.drain)
        if settings.drainTimeout > .zero {
            try await Task.sleep(for: settings.drainTimeout)
            logger.warning("leaving: draining has taken too long")
        }
        await leave()
        return .done
    }
}
