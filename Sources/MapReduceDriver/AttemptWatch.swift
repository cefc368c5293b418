internal import MapReduceControl
package import MapReduceModel
package import MapReduceProcess

/// Watches one attempt that a task process runs: notices that its closure makes no progress, and
/// knows what became of memory since it was started.
///
///     watching ── no progress for the timeout ──► asked ── still there after a while ──► given up
///                                                  └─► the process says where, and ends
package struct AttemptWatch: Sendable {
    private let timeout: Duration?
    private let memory: OutOfMemoryKills
    private var state = State.watching
    private var lastProgress: FlightRecorder.Progress?
    private var lastCheck: Instant
    private var stalled = Duration.zero

    private enum State: Hashable {
        case watching
        case asked(Instant)
        case givenUp
    }

    /// `timeoutSeconds`: how long a closure may work at one record, or in a group without reading a
    /// value; nil for as long as it likes.
    package init(timeoutSeconds: Int?, at now: Instant) {
        timeout = timeoutSeconds.map { .seconds($0) }
        memory = .now()
        lastCheck = now
    }

    /// Whether the attempt was found hanging.
    package var hasTimedOut: Bool { state != .watching }

    /// What is to be done about an attempt.
    package enum Step: Hashable, Sendable {
        case nothing
        /// Have the process write where it hangs, and end.
        case ask
        /// End it.
        case kill
    }

    /// Looks at how far the attempt is.
    package mutating func check(_ progress: FlightRecorder.Progress, at now: Instant) -> Step {
        let step = min(now - lastCheck, DriverLimits.maxWatchStep)
        lastCheck = now
        switch state {
        case .watching:
            guard let timeout else { return .nothing }
            if progress != lastProgress || !progress.isInClosure {
                lastProgress = progress
                stalled = .zero
                return .nothing
            }
            stalled += step
            guard stalled >= timeout else { return .nothing }
            state = .asked(now)
            return .ask
        case .asked(let start):
            guard now - start >= DriverLimits.backtracePatience else { return .nothing }
            state = .givenUp
            return .kill
        case .givenUp: return .nothing
        }
    }

    /// Looks at an attempt, and does what is to be done about it but for ending the process.
    ///
    /// - Returns: whether its process is to be ended.
    package mutating func mustKill(
        _ recorder: FlightRecorder,
        process: Int32,
        at now: Instant
    ) -> Bool {
        switch check(recorder.progress, at: now) {
        case .nothing: return false
        case .kill: return true
        case .ask:
            // One that is stopped cannot say where it hangs.
            return HangingThread.isStopped(process: process)
                || !HangingThread.tell(process: process, thread: recorder.threadID)
        }
    }

    /// How the attempt's process came to its end, in words.
    package func reason(of exit: TaskProcess.Exit) -> String {
        if hasTimedOut { return stalledText }
        guard exit.isKill else { return exit.description }
        return exit.description + OutOfMemoryKills.now().explanation(since: memory)
    }

    /// What is said of an attempt whose process does not even end when it is killed.
    package var reasonOfLostProcess: String {
        (hasTimedOut ? stalledText : "its channel was closed")
            + ", and its process cannot be ended: the system waits for a disk or a network"
    }

    /// What is said of an attempt that hangs.
    package var stalledText: String {
        "the closure made no progress for \(timeout?.components.seconds ?? 0) s (--task-timeout)"
    }

    /// What the end of the process means.
    package var failureKind: FailureKind { hasTimedOut ? .timedOut : .crashed }
}
