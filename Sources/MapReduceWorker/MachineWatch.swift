internal import MapReduceEngine
internal import MapReduceModel
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Looks at the worker's machine now and then, for polls to tell of it when it has changed.
final class MachineWatch: Sendable {
    private let scratch: String
    private let store: JobStore
    private let state = Mutex(State())

    private struct State {
        var nextLook = ContinuousClock.now
        /// What the coordinator knows, and the session in which it was told.
        var told: (session: SessionID, condition: MachineCondition)?
    }

    init(scratch: String, store: JobStore) {
        self.scratch = scratch
        self.store = store
    }

    /// What a poll is to tell: nothing when it is too early to look again, or nothing has changed
    /// that anybody would notice.
    func news(for session: SessionID) throws -> MachineCondition? {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard now >= state.nextLook || state.told?.session != session else { return false }
            state.nextLook = now + WorkerLimits.machineInterval
            return true
        }
        guard isDue else { return nil }
        let condition = MachineCondition(
            load: try Self.load(),
            memory: try Self.memory(),
            disk: try Files.disk(of: scratch),
            segments: store.heldSegments
        )
        let told = state.withLock { $0.told }
        if let told, told.session == session, !condition.differsNoticeably(from: told.condition) {
            return nil
        }
        return condition
    }

    /// The coordinator has taken what a poll told.
    func told(_ condition: MachineCondition, in session: SessionID) {
        state.withLock { $0.told = (session, condition) }
    }

    private static func load() throws -> MachineCondition.Load? {
        let text = String(decoding: try Files.readProcFile("/proc/loadavg"), as: UTF8.self)
        guard let one = text.split(separator: " ").first.flatMap({ Double($0) }) else { return nil }
        return MachineCondition.Load(
            one: one,
            processorCount: ProcessInfo.processInfo.activeProcessorCount
        )
    }

    /// Nil on a system that tells it in another way.
    private static func memory() throws -> MachineCondition.Memory? {
        let text = String(decoding: try Files.readProcFile("/proc/meminfo"), as: UTF8.self)
        func byteCount(_ name: String) -> Int? {
            text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
                .flatMap { line in Int(line.drop { !$0.isNumber }.prefix { $0.isNumber }) }
                .map { $0 << 10 }
        }
        guard let available = byteCount("MemAvailable"), let total = byteCount("MemTotal") else {
            return nil
        }
        return MachineCondition.Memory(availableByteCount: available, totalByteCount: total)
    }
}

extension Files {
    fileprivate static func disk(of path: String) throws -> MachineCondition.Disk {
        MachineCondition.Disk(
            freeByteCount: try freeByteCount(at: path),
            totalByteCount: try totalByteCount(at: path)
        )
    }
}
