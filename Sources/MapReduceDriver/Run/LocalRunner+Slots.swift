internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceModel
internal import Synchronization

/// The slots that are held by killed processes that have not exited, and the slots whose processes
/// have exited since.
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

    /// Marks the process of a slot as ended; called on a thread of its own.
    func add(_ slot: Int) { state.withLock { $0.released.append(slot) } }

    /// Returns the slots that have become available again.
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

/// Handling of processes that do not exit: each costs its slot, and nothing else.
extension LocalRunner {
    /// The health of this machine, for the control plane.
    var health: WorkerHealth { WorkerHealth(lostSlots: slots.count(where: \.isLost)) }

    /// Ends all task processes: kills all of them before waiting for any.
    func endProcesses() {
        for slot in slots { slot.signalEnd() }
        let start = ContinuousClock.now
        for slot in slots { _ = slot.stop(since: start) }
    }

    /// Takes back slots whose processes have finally exited.
    ///
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
