internal import Logging
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess

/// A job that has not ended, or is being cleaned up.
struct LiveJob {
    let stored: CoordinatorStore.Job
    /// Nil if it could not be claimed again after a restart, or is already in place.
    let output: OutputDirectory?
    /// The number of the job's last entry in the journal.
    var lastEvent = 0

    /// Creates a job that was just submitted, and has claimed its output.
    init(_ stored: CoordinatorStore.Job, output: OutputDirectory) {
        self.stored = stored
        self.output = output
    }

    /// Creates a job from the journal, and claims its output again.
    ///
    /// `state`: the job as the journal has it.
    init(
        restoring stored: CoordinatorStore.Job,
        _ state: JobState?,
        lastEvent: Int,
        _ logger: Logger
    ) {
        self.stored = stored
        self.lastEvent = lastEvent
        output = Self.claim(stored, state, logger)
    }

    private static func claim(
        _ job: CoordinatorStore.Job,
        _ state: JobState?,
        _ logger: Logger
    ) -> OutputDirectory? {
        // The output of a job that has succeeded is in place.
        guard let state, state.outcome != .succeeded else { return nil }
        do {
            return try OutputDirectory(
                resuming: job.output,
                owner: job.launch.uuid,
                isCommitting: !state.isRunning
            )
        } catch {
            logger.error(
                "a job cannot go on, and is cancelled",
                metadata: job.id.fields + ["error": "\(error)"]
            )
            return nil
        }
    }

    /// Removes what the job has written, with retries: task processes that are being ended may
    /// still create files.
    nonisolated(nonsending) func discardOutput(_ logger: Logger) async {
        guard let output else { return }
        let directory = UnsafeTransfer(output)
        for attempt in 1... {
            do {
                return try await blocking { try directory.value.discard() }
            } catch {
                if attempt == CoordinatorLimits.discardTries {
                    logger.error(
                        "what a job wrote cannot be removed",
                        metadata: stored.id.fields + [
                            "output": "\(stored.output)", "error": "\(error)",
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
}
