package import MapReduceModel

/// Decides what a worker does: when it joins and polls, what it fetches, which slot runs which
/// attempt, what it stops and removes.
///
/// As the coordinator's state machine it only decides: it is told what happened, and says what is
/// to be done, in order.
///
///     attempt:  waitsForJob → fetches → waitsForSlot → runs → (its end waits for delivery)
package struct WorkerStateMachine: Sendable {
    var session = Session.joining
    var cluster: String?
    /// The latest position in the coordinator's history that was heard.
    var position: JournalPosition?
    var isDraining = false
    var isDiskLow = false
    /// The number of the last command that was received in this session.
    var received = 0
    /// In the order of their ids.
    var jobs: [JobWork] = []
    /// In the order in which they were ordered.
    var attempts: [AttemptWork] = []
    var slots: [SlotWork]
    /// Ends that are not delivered yet.
    var ended: [PendingEnd] = []
    /// Whether a poll that waits, and one that does not, are under way.
    var isPolling = false
    var isReporting = false
    /// Whether ends leave one by one, as a poll with several of them was refused.
    var reportsOneByOne = false
    var actions: [WorkerAction] = []

    /// joining → joined; joined → joining.
    enum Session: Hashable, Sendable {
        case joining
        case joined(SessionID)
    }

    /// A job of which the worker has something.
    struct JobWork: Hashable, Sendable {
        let id: JobID
        /// What tells it from any other one of the same number; nil until that is known.
        var uuid: String?
        /// Whether its program is here.
        var isReady = false
        /// What it was told to prepare before.
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
        /// What it reads of other stages, for each of its stage's sources, once that is here.
        var segments: [[FetchedSegment]] = []
        /// How long it took to have them, in seconds.
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

    /// A slot, and the job of the process that it keeps.
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
            /// Its process is being ended; what it wrote can go afterwards.
            case stopping(AttemptID?)
        }
    }

    /// An end, and whether a poll is under way with it.
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

    /// What it says of itself when it joins.
    package var joinState: JoinState {
        JoinState(
            cluster: cluster,
            position: position,
            attempts: attempts.map(\.id) + ended.map(\.end.report.attempt),
            jobs: jobs.map { HeldJob(id: $0.id, uuid: $0.uuid) }
        )
    }

    /// What a worker knows of the cluster that it is part of.
    package struct JoinState: Sendable {
        package let cluster: String?
        package let position: JournalPosition?
        package let attempts: [AttemptID]
        package let jobs: [HeldJob]
    }

    /// Takes an event.
    /// - Returns: what is to be done, in order.
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
