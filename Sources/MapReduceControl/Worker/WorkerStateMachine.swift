package import MapReduceModel

/// Decides what a worker does: when it joins and polls, what it fetches, which slot runs which
/// attempt, what it stops and removes.
///
/// Like the coordinator's state machine it only decides: it takes events, and returns what to do,
/// in order.
///
///     attempt:  waitsForJob → fetches → waitsForSlot → runs → (its end waits for delivery)
package struct WorkerStateMachine: Sendable {
    var session = Session.joining
    var cluster: String?
    /// The latest position received in the coordinator's history.
    var position: JournalPosition?
    var isDraining = false
    var isDiskLow = false
    /// The number of the last command that was received in this session.
    var received = 0
    /// In the order of their ids.
    var jobs: [JobWork] = []
    /// In the order in which they were assigned.
    var attempts: [AttemptWork] = []
    var slots: [SlotWork]
    /// Ends that have not been delivered.
    var ended: [PendingEnd] = []
    /// Whether a waiting poll, and one that does not wait, are in progress.
    var isPolling = false
    var isReporting = false
    /// Whether ends are sent one by one, because a poll with several of them was refused.
    var reportsOneByOne = false
    var actions: [WorkerAction] = []

    /// joining → joined; joined → joining.
    enum Session: Hashable, Sendable {
        case joining
        case joined(SessionID)
    }

    /// A job that the worker has something of.
    struct JobWork: Hashable, Sendable {
        let id: JobID
        /// What distinguishes it from any other job with the same number; nil until that is known.
        var uuid: String?
        /// Whether its program is ready.
        var isReady = false
        /// Tasks that it was told to prepare before the program was ready.
        var preparations: [Preparation] = []

        struct Preparation: Hashable, Sendable {
            let stage: Int
            let tasks: [Int]
        }
    }

    /// An attempt that has not ended.
    struct AttemptWork: Hashable, Sendable {
        let assignment: Assignment
        var phase = Phase.waitsForJob
        /// What it reads from other stages, for each of its stage's sources, once that is fetched.
        var segments: [[FetchedSegment]] = []
        /// How long fetching took, in seconds.
        var fetchTime: Float = 0

        var id: AttemptID { assignment.attempt }

        enum Phase: Hashable, Sendable {
            case waitsForJob
            case fetches
            case waitsForSlot
            case runs(slot: Int)

            var isRunning: Bool { if case .runs = self { true } else { false } }
        }
    }

    /// A slot, and the job of the process that it keeps running.
    ///
    /// idle → running → idle; running, idle → stopping → idle.
    struct SlotWork: Hashable, Sendable {
        var job: JobID?
        var state = State.idle
        /// Whether its process does not end.
        var isLost = false

        enum State: Hashable, Sendable {
            case idle
            case running(AttemptID)
            /// Its process is being ended; what it wrote can be removed after that.
            case stopping(AttemptID?)
        }
    }

    /// An end, and whether a poll in progress is delivering it.
    struct PendingEnd: Hashable, Sendable {
        var end: AttemptEnd
        var isSent = false
    }

    package init(slotCount: Int) {
        slots = Array(repeating: SlotWork(), count: slotCount)
    }

    /// Slots whose processes do not end.
    var lostSlotCount: Int { slots.count { $0.isLost } }

    /// The attempts that run, and their slots.
    package var running: [(slot: Int, attempt: AttemptID)] {
        slots.enumerated().compactMap { index, slot in
            if case .running(let attempt) = slot.state { (index, attempt) } else { nil }
        }
    }

    /// What the worker says about itself when it joins.
    package var joinState: JoinState {
        JoinState(
            cluster: cluster,
            position: position,
            attempts: attempts.map(\.id) + ended.map(\.end.report.attempt),
            jobs: jobs.map { HeldJob(id: $0.id, uuid: $0.uuid) }
        )
    }

    /// What a worker knows about its cluster.
    package struct JoinState: Sendable {
        package let cluster: String?
        package let position: JournalPosition?
        package let attempts: [AttemptID]
        package let jobs: [HeldJob]
    }

    /// Applies an event.
    /// - Returns: What to do, in order.
    package mutating func apply(_ event: WorkerEvent) -> [WorkerAction] {
        actions = []
        switch event {
        case .started: actions.append(.join(after: .zero))
        case .joined(let answer): join(answer)
        case .joinFailed: actions.append(.join(after: Policy.callRetryDelay))
        case .answered(let kind, let id, let answer, let delivered):
            take(answer, kind, id, delivered)
        case .pollFailed(let kind, let id, let mustJoin):
            pollFailed(kind, id, mustJoin: mustJoin)
        case .pollRefused(let kind, let id, let ended, let message):
            pollRefused(kind, id, ended, message)
        case .jobReady(let id, let uuid): jobReady(id, uuid)
        case .jobFailed(let id, let message, let kind):
            jobFailed(id, Failure(kind: kind, message: message))
        case .inputReady(let attempt, let input, let seconds):
            inputReady(attempt, input, seconds)
        case .inputFailed(let attempt, let source, let isSilent, let message, let kind):
            inputFailed(attempt, source, isSilent, Failure(kind: kind, message: message))
        case .attemptEnded(let slot, let report, let log): attemptEnded(slot, report, log)
        case .slotStopped(let slot): slotStopped(slot)
        case .slotLost(let slot): if slots.indices.contains(slot) { slots[slot].isLost = true }
        case .diskChecked(let isLow): isDiskLow = isLow
        case .drain: isDraining = true
        }
        runWaiting()
        giveBack()
        poll()
        return actions
    }
}
