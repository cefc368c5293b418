internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import Synchronization

/// A task process that was killed, and that the system has not let go of.
final class StuckProcess: Sendable {
    let processID: Int32
    private let ended = Atomic(false)

    /// Waits for the process on a thread of its own.
    init(_ process: TaskProcess) {
        processID = process.processID
        process.abandon { self.ended.store(true, ordering: .relaxed) }
    }

    var hasEnded: Bool { ended.load(ordering: .relaxed) }
}

/// Processes that do not end: each costs its slot, and nothing else.
extension LocalRunner {
    /// What the control plane is to know of this machine.
    var condition: WorkerCondition {
        WorkerCondition(lostSlots: slots.count { $0.stuck != nil })
    }

    /// Ends the host of a slot; nil when it has none.
    func endHost(
        _ index: Int,
        since start: ContinuousClock.Instant = .now
    ) -> SlotHost.End? {
        let end = slots[index].host?.stop(since: start)
        slots[index].host = nil
        if case .stuck(let process) = end {
            slots[index].stuck = StuckProcess(process)
            // Before the control plane hears that the attempt is over, and fills the slot.
            events.append(.workerPolled(Self.worker, condition))
        }
        return end
    }

    /// Ends all hosts: their processes are killed before any is waited for.
    func endHosts() {
        for slot in slots { slot.host?.signalEnd() }
        let start = ContinuousClock.now
        for index in slots.indices { _ = endHost(index, since: start) }
    }

    /// Takes slots back whose processes have ended at last.
    /// - Throws: `EngineError` when no slot is left.
    func checkStuckProcesses() throws {
        for index in slots.indices where slots[index].stuck?.hasEnded ?? false {
            slots[index].stuck = nil
        }
        let stuck = slots.compactMap(\.stuck)
        guard !stuck.isEmpty, stuck.count == slots.count else { return }
        let ids = stuck.map { "\($0.processID)" }.joined(separator: ", ")
        throw EngineError(
            .outOfResources,
            "no slot is left: the task processes \(ids) cannot be ended, as they wait for a disk "
                + "or a network within the system; see what they read and write"
        )
    }
}

extension AttemptWatch {
    /// How the attempt came to its end; nil where that says nothing.
    func reason(of end: SlotHost.End?) -> String? {
        switch end {
        case .exited(let exit): reason(of: exit)
        case .stuck: reasonOfLostProcess
        case .left, nil: nil
        }
    }
}
