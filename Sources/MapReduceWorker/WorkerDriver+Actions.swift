internal import Logging
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel

/// The actions of a worker on this machine.
extension WorkerDriver {
    func perform(
        _ action: WorkerAction,
        _ group: inout DiscardingTaskGroup,
        _ work: inout WorkerTasks
    ) {
        switch action {
        case .join, .reset, .leave: break
        case .poll(let kind, let request, let delay): poll(kind, request, after: delay, &group)
        case .fetchJob(let id): fetchJob(id, &group)
        case .fetchInput(let assignment):
            work.fetches[assignment.attempt] = Task { await fetchInput(assignment) }
        case .cancelFetch(let attempt): work.fetches.removeValue(forKey: attempt)?.cancel()
        case .prepare(let job, let stage, let tasks):
            work.preparations[job, default: []].append(
                Task {
                    await traces.prepare(job, stage: stage) {
                        await fetcher.prepare(job, stage: stage, tasks: tasks)
                    }
                }
            )
        case .run(let slot, let assignment, let segments):
            work.fetches[assignment.attempt] = nil
            guard let files = store[assignment.attempt.task.job] else { return }
            logger.debug(
                "attempt runs",
                metadata: assignment.attempt.fields + ["slot": .stringConvertible(slot)]
            )
            store.logs.begin(assignment.attempt)
            traces.runs(assignment.attempt)
            slots[slot].run(files.spec(for: assignment, segments: segments), of: files)
        case .stop(let slot): slots[slot].stop()
        case .removeAttempt(let attempt):
            traces.forget { $0 == attempt }
            remove(&group) { try await store.remove(attempt) }
        case .removeJob(let job):
            traces.forget(job)
            repeated.end(job, logger)
            for task in work.preparations.removeValue(forKey: job) ?? [] { task.cancel() }
            remove(&group) {
                await fetcher.forget(job)
                try await store.remove(job)
            }
        }
    }

    private func fetchJob(_ id: JobID, _ group: inout DiscardingTaskGroup) {
        group.addTask {
            do {
                send.yield(.jobReady(id, uuid: try await store.fetch(id)))
            } catch {
                send.yield(
                    .jobFailed(
                        id,
                        message: "the program of \(id) cannot be fetched: \(error)",
                        kind: Self.kind(of: error)
                    )
                )
            }
        }
    }

    private func fetchInput(_ assignment: Assignment) async {
        let attempt = assignment.attempt
        do {
            let begin = ContinuousClock.now
            let input = try await traces.fetch(attempt) {
                try await fetcher.segments(of: assignment)
            }
            let seconds = Float((ContinuousClock.now - begin) / .seconds(1))
            send.yield(.inputReady(attempt, input, seconds: seconds))
        } catch let error as SegmentFetcher.FetchError {
            send.yield(
                .inputFailed(
                    attempt,
                    source: error.source,
                    isSilent: error.isSilent,
                    message: error.description
                )
            )
        } catch {
            send.yield(
                .inputFailed(
                    attempt,
                    source: nil,
                    message: "\(error)",
                    kind: Self.kind(of: error)
                )
            )
        }
    }

    /// Returns the cause of a failed fetch: a full disk, which is held against this worker, a
    /// submitted file that is not a job, for which the submitter is to blame, or the fetch itself.
    private static func kind(of error: any Error) -> FailureKind {
        if error is NotAJobError { return .badInput }
        return (error as? EngineError)?.kind == .diskFull ? .diskFull : .fetchFailed
    }

    /// Removes files; those that cannot be removed now go with the worker's scratch directory.
    private func remove(
        _ group: inout DiscardingTaskGroup,
        _ body: @escaping @Sendable () async throws -> Void
    ) {
        group.addTask {
            do {
                try await body()
            } catch {
                logger.warning("files cannot be removed", metadata: ["error": "\(error)"])
            }
        }
    }
}
