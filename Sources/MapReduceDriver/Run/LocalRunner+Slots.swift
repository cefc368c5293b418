internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceModel
internal import Synchronization

/// Which slots are held by a process that was killed and is still there, and whose processes have
/// ended at last.
final class SlotReleases: Sendable {
    private let state: Mutex<State>

    private struct State {
        var processIDs: [Int32?]
        var released: [Int] = []
    }

    init(count: Int) { state = Mutex(State(processIDs: Array(repeating: nil, count: count))) }

    func lose(_ slot: Int, _ processID: Int32) {
        state.withLock { $0.processIDs[slot] = processID }
    }

    /// The process of a slot has ended; called on a thread of its own.
    func add(_ slot: Int) { state.withLock { $0.released.append(slot) } }

    /// The slots that can be had again.
    func takeReleased() -> [Int] {
        state.withLock { state in
            let slots = state.released
            state.released = []
            for slot in slots { state.processIDs[slot] = nil }
            return slots
        }
    }

    /// The processes that hold a slot.
    var processIDs: [Int32] { state.withLock { $0.processIDs.compactMap { $0 } } }
}

/// Processes that do not end: each costs its slot, and nothing else.
extension LocalRunner {
    /// What the control plane is to know of this machine.
    var health: WorkerHealth { WorkerHealth(lostSlots: slots.count(where: \.isLost)) }

    /// Ends all task processes: they are killed before any is waited for.
    func endProcesses() {
        for slot in slots { slot.signalEnd() }
        let start = ContinuousClock.now
        for slot in slots { _ = slot.stop(since: start) }
    }

    /// Takes slots back whose processes have ended at last.
    /// - Throws: `EngineError` when no slot is left.
    func releaseSlots() throws {
        for index in releases.takeReleased() { _ = slots[index].release() }
        guard slots.allSatisfy(\.isLost) else { return }
        let ids = releases.processIDs.map { "\($0)" }.joined(separator: ", ")
        throw EngineError(
            .outOfResources,
            "no slot is left: the task processes \(ids) cannot be ended, as they wait for a disk "
                + "or a network within the system; see what they read and write"
        )
    }
}
