internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import Synchronization

/// Checks the worker's machine periodically, so that polls report it when it has changed.
final class HostMonitor: Sendable {
    private let scratch: String
    private let store: JobStore
    private let state = Mutex(State())

    private struct State {
        var nextLook = ContinuousClock.now
        /// The status that the coordinator knows, and the session that reported it.
        var reported: (session: SessionID, status: HostStatus)?
    }

    init(scratch: String, store: JobStore) {
        self.scratch = scratch
        self.store = store
    }

    /// Returns the status for a poll to report; nil if it is too early to check again, or nothing
    /// has changed noticeably.
    func changedStatus(for session: SessionID) throws -> HostStatus? {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard now >= state.nextLook || state.reported?.session != session else { return false }
            state.nextLook = now + WorkerLimits.hostInterval
            return true
        }
        guard isDue else { return nil }
        let status = HostStatus(
            load: try Self.load(),
            memory: Self.memory,
            disk: try Files.disk(of: scratch),
            segments: store.heldSegments
        )
        let reported = state.withLock { $0.reported }
        if let reported, reported.session == session,
            !status.differsNoticeably(from: reported.status)
        {
            return nil
        }
        return status
    }

    /// Records that the coordinator has received a poll's report.
    func didReport(_ status: HostStatus, in session: SessionID) {
        state.withLock { $0.reported = (session, status) }
    }

    private static func load() throws -> HostStatus.Load? {
        let text = String(decoding: try Files.readProcFile("/proc/loadavg"), as: UTF8.self)
        guard let one = text.split(separator: " ").first.flatMap({ Double($0) }) else { return nil }
        return HostStatus.Load(
            one: one,
            processorCount: Host.processorCount
        )
    }

    private static var memory: HostStatus.Memory? {
        HostMemory.current.map {
            HostStatus.Memory(availableByteCount: $0.available, totalByteCount: $0.total)
        }
    }
}

extension Files {
    fileprivate static func disk(of path: String) throws -> HostStatus.Disk {
        HostStatus.Disk(
            freeByteCount: try freeByteCount(at: path),
            totalByteCount: try totalByteCount(at: path)
        )
    }
}
