package import MapReduceModel

/// A task and its attempts, whose numbers are their indexes.
package struct TaskState: Hashable, Sendable {
    package internal(set) var attempts: [AttemptState] = []
    /// The attempt whose output counts.
    package internal(set) var winner: Int?
    /// Failures that count against the task, and those that count against the cluster.
    package internal(set) var ownFailures: Int32 = 0
    package internal(set) var clusterFailures: Int32 = 0
    /// Whether the task is still to run a second time, to be compared.
    package internal(set) var needsAudit = false
    /// Attempts before this one had another input.
    var firstComparable: Int32 = 0
    /// Records that the next attempts pass over.
    package internal(set) var badRecords: [BadRecord] = []

    package var winningOutput: TaskOutput? { winner.flatMap { attempts[$0].output } }

    /// What the task's readers have read, where nothing counts any more: the output lost last.
    var lostOutput: TaskOutput? {
        guard winner == nil else { return nil }
        for attempt in attempts.reversed() {
            if case .lost(let output) = attempt.status { return output }
        }
        return nil
    }

    /// Whether a failure is at a record that the next attempts pass over anyway: one that a backup
    /// met as well.
    func isAtBadRecord(_ failure: Failure) -> Bool {
        guard let location = failure.location else { return false }
        return badRecords.contains { $0.file == location.path && $0.offset == location.offset }
    }

    /// How often the user's code failed at this place of the input.
    func failureCount(at location: RecordLocation) -> Int {
        attempts.count { attempt in
            guard case .failed(let failure) = attempt.status else { return false }
            return failure.kind.blamesRecord
                && failure.location?.path == location.path
                && failure.location?.offset == location.offset
        }
    }

    /// Another attempt that had the same input and whose output is known, the latest, and what it
    /// was.
    func comparable(to number: Int) -> (number: Int, digest: OutputDigest)? {
        for other in attempts.indices.reversed() where other >= firstComparable && other != number {
            if let digest = attempts[other].digest { return (other, digest) }
        }
        return nil
    }

    /// Whether an output takes the place of another one that readers may have read: of one that
    /// counted, and was lost.
    func replacesAnother(_ digest: OutputDigest) -> Bool {
        attempts.indices.contains { number in
            guard number >= firstComparable, case .lost(let output) = attempts[number].status else {
                return false
            }
            return output.digest != digest
        }
    }

    /// Where attempts of the task failed, or where the winner ran with which the next attempt is
    /// to be compared: another machine tells more.
    var workersToAvoid: [WorkerID] {
        attempts.compactMap { attempt in
            switch attempt.status {
            case .failed, .succeeded: attempt.worker
            case .running, .stopped, .lost, .audited: nil
            }
        }
    }

    package var isRunning: Bool { attempts.indices.contains { attempts[$0].isRunning } }

    /// Whether an attempt runs, or has won, on one of these workers, which are sorted.
    func isHeld(by workers: [WorkerID]) -> Bool {
        attempts.indices.contains { number in
            (winner == number || attempts[number].isRunning)
                && workers.containsSorted(attempts[number].worker)
        }
    }
}

/// One try at a task.
package struct AttemptState: Hashable, Sendable {
    package let worker: WorkerID
    package let startedAt: Instant
    package internal(set) var endedAt: Instant?
    package internal(set) var status = Status.running

    /// running → succeeded, failed or stopped; succeeded → lost.
    package enum Status: Hashable, Sendable {
        case running
        case succeeded(TaskOutput)
        // Apart, as it is large and rare.
        indirect case failed(Failure)
        case stopped
        /// It succeeded, and its output, which was this, is gone or does not count any more.
        case lost(TaskOutput)
        /// It succeeded after another one, whose output counts.
        case audited(OutputDigest)
    }

    /// What tells the attempt's output from that of another one with the same input; nil when
    /// there was none.
    var digest: OutputDigest? {
        switch status {
        case .succeeded(let output), .lost(let output): output.digest
        case .audited(let digest): digest
        case .running, .failed, .stopped: nil
        }
    }

    package var isRunning: Bool { if case .running = status { true } else { false } }

    /// What the attempt left behind; nil when it has not, or not any more.
    package var output: TaskOutput? {
        if case .succeeded(let output) = status { output } else { nil }
    }
}
