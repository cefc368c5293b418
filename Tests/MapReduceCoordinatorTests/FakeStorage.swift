import Foundation
import MapReduceControl
import MapReduceModel
import Synchronization

@testable import MapReduceCoordinator

/// What a coordinator keeps, in memory; writes wait or fail as the test says.
final class FakeStorage: CoordinatorStorage {
    struct Unwritable: Error {}

    let cluster = "cluster"
    let history: History
    let epoch: Int
    private let contents: Mutex<Contents>

    private struct Contents {
        var jobs: [CoordinatorStore.Job] = []
        var entries: [JournalEntry] = []
        var logs: [AttemptLog] = []
        var workers: [(address: WorkerAddress, slots: Int)] = []
        var writeCount = 0
        var failsWrites = false
        var holdsWrites = false
        /// A write that is held, and the callers that wait for one to be.
        var heldWrite: CheckedContinuation<Void, Never>?
        var waiting: [CheckedContinuation<Void, Never>] = []
        var unusedDigests: [String] = []
    }

    init() {
        epoch = 1
        history = History([History.Start(epoch: 1, id: "start1", firstWrite: 1)])
        contents = Mutex(Contents())
    }

    /// What a coordinator finds that is started after this one's.
    init(after earlier: FakeStorage) {
        epoch = earlier.epoch + 1
        let position = earlier.position
        history = History(
            earlier.history.starts
                + [
                    History.Start(epoch: epoch, id: "start\(epoch)", firstWrite: position.write + 1)
                ]
        )
        contents = Mutex(earlier.contents.withLock { $0 })
    }

    // MARK: What tests set and see

    var entries: [JournalEntry] { contents.withLock { $0.entries } }
    var jobIDs: [JobID] { contents.withLock { $0.jobs.map(\.id) } }

    func failWrites() { contents.withLock { $0.failsWrites = true } }
    func add(_ entries: [JournalEntry]) { contents.withLock { $0.entries += entries } }

    /// What the next job that ends leaves behind.
    func setUnused(_ digests: [String]) { contents.withLock { $0.unusedDigests = digests } }

    /// Has writes wait from now on.
    func holdWrites() { contents.withLock { $0.holdsWrites = true } }

    /// Returns when a write waits.
    func waitForHeldWrite() async {
        await withCheckedContinuation { continuation in
            let isHeld = contents.withLock { contents in
                if contents.heldWrite == nil { contents.waiting.append(continuation) }
                return contents.heldWrite != nil
            }
            if isHeld { continuation.resume() }
        }
    }

    /// Lets the write that waits, and all later ones, become durable.
    func releaseWrites() {
        let held = contents.withLock { contents in
            contents.holdsWrites = false
            defer { contents.heldWrite = nil }
            return contents.heldWrite
        }
        held?.resume()
    }

    private func waitWhileHeld() async {
        guard contents.withLock({ $0.holdsWrites }) else { return }
        await withCheckedContinuation { continuation in
            let waiting = contents.withLock { contents in
                contents.heldWrite = continuation
                defer { contents.waiting = [] }
                return contents.waiting
            }
            for waiter in waiting { waiter.resume() }
        }
    }

    // MARK: CoordinatorStorage

    var position: JournalPosition {
        JournalPosition(
            epoch: epoch,
            start: "start\(epoch)",
            write: contents.withLock { $0.writeCount }
        )
    }

    var byteCount: Int { 0 }

    func session(_ number: Int) -> SessionID {
        SessionID(epoch: epoch, start: "start\(epoch)", number: number)
    }

    func releaseMemory() {}

    func lastJob() -> JobID { contents.withLock { $0.jobs.last?.id ?? JobID(0) } }

    func replay() -> (jobs: [CoordinatorStore.Job], entries: [JournalEntry]) {
        contents.withLock { contents in
            let jobs = contents.jobs.filter { $0.status == nil }
            let ids = jobs.map(\.id)
            return (jobs, contents.entries.filter { ids.contains($0.job) })
        }
    }

    func lastEvents() -> [JobID: Int] {
        contents.withLock { contents in
            contents.entries.enumerated().reduce(into: [:]) { $0[$1.element.job] = $1.offset + 1 }
        }
    }

    func workers(keeping ids: [WorkerID], and count: Int) -> [WorkerAddress] {
        contents.withLock { $0.workers.map(\.address).filter { ids.contains($0.worker) } }
    }

    func write(_ batch: CoordinatorStore.Batch) async throws -> Int {
        await waitWhileHeld()
        return try contents.withLock { contents in
            if contents.failsWrites { throw Unwritable() }
            contents.writeCount += 1
            contents.jobs += batch.jobs
            contents.entries += batch.entries
            contents.logs += batch.logs
            return contents.entries.count
        }
    }

    func finish(
        _ id: JobID,
        _ status: JobStatus,
        keeping: Int,
        endedBefore: Double
    ) throws
        -> [String]
    {
        try contents.withLock { contents in
            if contents.failsWrites { throw Unwritable() }
            contents.writeCount += 1
            for index in contents.jobs.indices where contents.jobs[index].id == id {
                contents.jobs[index].status = status
            }
            defer { contents.unusedDigests = [] }
            return contents.unusedDigests
        }
    }

    func worker(incarnation: String, url: String, host: String, slots: Int) -> WorkerID {
        contents.withLock { contents in
            if let known = contents.workers.first(where: { $0.address.incarnation == incarnation })
            {
                return known.address.worker
            }
            let id = WorkerID(contents.workers.count + 1)
            let address = WorkerAddress(worker: id, url: url, host: host, incarnation: incarnation)
            contents.workers.append((address, slots))
            return id
        }
    }

    func jobs() -> [CoordinatorStore.Job] { contents.withLock { $0.jobs } }

    func job(_ id: JobID) -> CoordinatorStore.Job? {
        contents.withLock { $0.jobs.first { $0.id == id } }
    }

    func events(
        of id: JobID,
        after number: Int,
        onlyNotable: Bool,
        limit: Int
    )
        -> [(number: Int, entry: JournalEntry)]
    {
        contents.withLock { contents in
            let all = contents.entries.enumerated().map { offset, entry in
                (number: offset + 1, entry: entry)
            }
            return Array(all.filter { $0.entry.job == id && $0.number > number }.prefix(limit))
        }
    }

    func storedEvents(
        of id: JobID,
        after number: Int,
        limit: Int
    ) throws
        -> [CoordinatorStore.StoredEvent]
    {
        try events(of: id, after: number, onlyNotable: false, limit: limit).map { event in
            CoordinatorStore.StoredEvent(
                number: event.number,
                body: try JSONEncoder().encode(event.entry)
            )
        }
    }

    func logs(of id: JobID, attempt: AttemptID?) -> [AttemptLog] {
        contents.withLock { contents in
            contents.logs.filter { log in
                log.attempt.task.job == id && (attempt.map { $0 == log.attempt } ?? true)
            }
        }
    }

    func knownWorkers(_ ids: [WorkerID]) -> [WorkerID: CoordinatorStore.KnownWorker] {
        contents.withLock { contents in
            contents.workers.reduce(into: [:]) { known, worker in
                guard ids.contains(worker.address.worker) else { return }
                known[worker.address.worker] = CoordinatorStore.KnownWorker(
                    url: worker.address.url,
                    slotCount: worker.slots
                )
            }
        }
    }
}

/// A clock that stands still until the test sets it on.
final class FakeClock: Sendable {
    private let start = ContinuousClock.now
    private let passed = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { start + passed.withLock { $0 } }

    /// How long it has run.
    var time: Duration { passed.withLock { $0 } }

    func advance(by duration: Duration) { passed.withLock { $0 += duration } }

    var coordinatorClock: CoordinatorClock {
        CoordinatorClock(
            now: { self.now },
            wallTime: { 1_000_000 + self.time / .seconds(1) }
        )
    }
}
