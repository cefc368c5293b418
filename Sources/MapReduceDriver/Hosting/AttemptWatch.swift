package import MapReduceModel
package import MapReduceProcess

/// Watches one attempt of a task process, to detect that its closure makes no progress.
///
///     watching ── no progress for the timeout ──► asked ── still there after a while ──► given up
///                                                  └─► the process says where, and ends
package struct AttemptWatch: Sendable {
    private let timeout: Duration?
    private var state = State.watching
    private var lastProgress: FlightRecorder.Progress?
    private var lastCheck: Instant
    private var stalled = Duration.zero

    private enum State: Hashable {
        case watching
        case asked(Instant)
        case givenUp
    }

    /// `timeoutSeconds`: how long a closure may work on one record, or in a group without
    ///   reading a value; nil for no limit.
    package init(timeoutSeconds: Int?, at now: Instant) {
        timeout = timeoutSeconds.map { .seconds($0) }
        lastCheck = now
    }

    /// Whether the attempt was found to hang.
    package var hasTimedOut: Bool { state != .watching }

    /// What to do about an attempt.
    package enum Step: Hashable, Sendable {
        case nothing
        /// Have the process write where it hangs, and exit.
        case ask
        /// Kill the process.
        case kill
    }

    /// Checks the progress of the attempt.
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

    /// The message about an attempt that hangs.
    package var stalledText: String {
        "the closure made no progress for \(timeout?.components.seconds ?? 0) s (--task-timeout)"
    }
}
