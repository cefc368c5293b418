package import MapReduceModel

/// A task and its attempts; an attempt's number is its index.
package struct TaskState: Hashable, Sendable {
    package internal(set) var attempts: [AttemptState] = []
    /// The attempt whose output counts.
    package internal(set) var winner: Int?
    /// Failures that count against the task; below, those that count against the cluster.
    package internal(set) var ownFailures: Int32 = 0
    package internal(set) var clusterFailures: Int32 = 0
    /// Whether the task still has to run a second time, for a comparison.
    package internal(set) var needsAudit = false
    /// Attempts before this one had different input.
    var firstComparable: Int32 = 0
    /// Records that the next attempts skip.
    package internal(set) var badRecords: [BadRecord] = []

    package var winningOutput: TaskOutput? { winner.flatMap { attempts[$0].output } }

    /// What the task's readers have read if no output counts any more: the output that was lost
    /// last.
    var lostOutput: TaskOutput? {
        guard winner == nil else { return nil }
        for attempt in attempts.reversed() {
            if case .lost(let output) = attempt.status { return output }
        }
        return nil
    }

    /// Whether a failure is at a record that the next attempts skip anyway, because a backup failed
    /// at it as well.
    func isAtBadRecord(_ failure: Failure) -> Bool {
        guard let location = failure.location else { return false }
        return badRecords.contains { $0.file == location.path && $0.offset == location.offset }
    }

    /// The number of times that the user's code failed at this place of the input.
    func failureCount(at location: RecordLocation) -> Int {
        attempts.count { attempt in
            guard case .failed(let failure) = attempt.status else { return false }
            return failure.kind.blamesRecord
                && failure.location?.path == location.path
                && failure.location?.offset == location.offset
        }
    }

    /// Returns the latest other attempt that had the same input and whose output is known, with the
    /// digest of that output.
    func comparable(to number: Int) -> (number: Int, digest: OutputDigest)? {
        for other in attempts.indices.reversed() where other >= firstComparable && other != number {
            if let digest = attempts[other].digest { return (other, digest) }
        }
        return nil
    }

    /// Whether an output replaces a different one that readers may have read: one that counted and
    /// was lost.
    func replacesAnother(_ digest: OutputDigest) -> Bool {
        attempts.indices.contains { number in
            guard number >= firstComparable, case .lost(let output) = attempts[number].status else {
                return false
            }
            return output.digest != digest
        }
    }

    /// The workers where attempts of the task failed, or where the winner ran that the next attempt
    /// is to be compared with: another machine reveals more.
    var workersToAvoid: [WorkerID] {
        attempts.compactMap { attempt in
            switch attempt.status {
            case .failed, .succeeded: attempt.worker
            case .running, .stopped, .lost, .audited: nil
            }
        }
    }

    package var isRunning: Bool { attempts.indices.contains { attempts[$0].isRunning } }

    /// Whether an attempt is running, or has won, on one of these workers, which are sorted.
    func isHeld(by workers: [WorkerID]) -> Bool {
        attempts.indices.contains { number in
            (winner == number || attempts[number].isRunning)
                && workers.containsSorted(attempts[number].worker)
        }
    }
}

/// One attempt at a task.
package struct AttemptState: Hashable, Sendable {
    package let worker: WorkerID
    package let startedAt: Instant
    package internal(set) var endedAt: Instant?
    package internal(set) var status = Status.running

    /// running → succeeded, failed or stopped; succeeded → lost.
    package enum Status: Hashable, Sendable {
        case running
        case succeeded(TaskOutput)
        // Indirect, because failures are large and rare.
        indirect case failed(Failure)
        case stopped
        /// It succeeded, and its output, given here, is gone or no longer counts.
        case lost(TaskOutput)
        /// It succeeded after another attempt whose output counts.
        case audited(OutputDigest)
    }

    /// A digest that distinguishes the attempt's output from another one for the same input; nil if
    /// there was no output.
    var digest: OutputDigest? {
        switch status {
        case .succeeded(let output), .lost(let output): output.digest
        case .audited(let digest): digest
        case .running, .failed, .stopped: nil
        }
    }

    package var isRunning: Bool { if case .running = status { true } else { false } }

    /// What the attempt produced; nil if it has not succeeded, or its output no longer counts.
    package var output: TaskOutput? {
        if case .succeeded(let output) = status { output } else { nil }
    }
}
