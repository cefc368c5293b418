import ClusterTestSupport
import Logging
import MapReduceControl
import MapReduceModel
import TestSupport

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// A coordinator's core without HTTP, a database and time: every call is the test's.
struct TestCoordinator {
    let directory: TemporaryDirectory
    let storage: FakeStorage
    let clock: FakeClock
    let core: CoordinatorCore

    init(
        _ storage: FakeStorage = FakeStorage(),
        _ clock: FakeClock = FakeClock(),
        in directory: TemporaryDirectory? = nil,
        _ change: (inout CoordinatorSettings) -> Void = { _ in }
    ) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        self.storage = storage
        self.clock = clock
        var settings = CoordinatorSettings(
            server: try ServerSettings(host: "127.0.0.1", port: 0),
            dataDirectory: directory("data")
        )
        change(&settings)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        core = try CoordinatorCore(
            settings: settings,
            store: storage,
            clock: clock.coordinatorClock,
            logger: logger
        )
    }

    /// Has a coordinator do something, and ends it as a crash does.
    /// - Returns: the coordinator that is started then, and what `body` returned.
    static func afterCrash<Value>(
        _ body: (TestCoordinator) async throws -> Value
    ) async throws -> (coordinator: TestCoordinator, value: Value) {
        let directory = try TemporaryDirectory()
        let storage = FakeStorage()
        let clock = FakeClock()
        let (value, core) = try await run(storage, clock, in: directory, body)
        // With it go its locks of outputs.
        while core.value != nil { await Task.yield() }
        return (try TestCoordinator(FakeStorage(after: storage), clock, in: directory), value)
    }

    private struct WeakCore { weak var value: CoordinatorCore? }

    private static func run<Value>(
        _ storage: FakeStorage,
        _ clock: FakeClock,
        in directory: TemporaryDirectory,
        _ body: (TestCoordinator) async throws -> Value
    ) async throws -> (Value, WeakCore) {
        let first = try TestCoordinator(storage, clock, in: directory)
        return (try await body(first), WeakCore(value: first.core))
    }

    // MARK: Clients

    func upload(_ job: TestSubmission) throws {
        _ = try directory.write("data/executables/\(job.digest)", TestSubmission.executable)
    }

    /// Submits a job of `maps` maps and two reducers.
    @discardableResult
    func submit(maps: Int = 1, _ name: String = "job") async throws -> JobID {
        let job = TestSubmission(maps: maps, name)
        try upload(job)
        return try await core.submit(job.request(in: directory)).id
    }

    /// Waits for the end of a job, while the clock stands still.
    func end(of job: JobID) async throws -> JobStatus {
        while true {
            let status = try await core.status(of: job, wait: .seconds(1))
            if status.phase.isFinished { return status }
        }
    }

    // MARK: Workers

    func join(
        slots: Int,
        _ incarnation: String = "w",
        attempts: [AttemptID] = []
    ) async throws -> JoinAnswer {
        try await core.join(
            JoinRequest(
                incarnation: incarnation,
                url: "http://127.0.0.1:1/\(incarnation)",
                host: "h",
                slots: slots,
                attempts: attempts
            )
        )
    }

    /// A poll that does not wait, unless it is told to.
    /// - Returns: the commands that the worker has not acknowledged.
    @discardableResult
    func poll(
        _ worker: JoinAnswer,
        received: Int = 0,
        _ ended: [TaskReport] = [],
        waiting: Duration = .zero
    ) async throws -> [NumberedCommand] {
        try await core.poll(
            worker.worker,
            PollRequest(
                session: worker.session,
                received: received,
                ended: ended.map { AttemptEnd(report: $0) },
                wait: Int(waiting / .milliseconds(1))
            )
        ).commands
    }

    /// Sets the clock on, and lets the coordinator do what is due then.
    func pass(_ duration: Duration) async throws {
        clock.advance(by: duration)
        try await core.tick()
    }

    /// Lets time pass in small steps until a task has ended.
    /// - Returns: what the task returned, and how long that took by the clock.
    func letTimePass<Value: Sendable>(
        until task: Task<Value, any Error>,
        steps: Duration
    ) async throws -> (value: Value, time: Duration) {
        let start = clock.time
        let end = Task {
            let value = try await task.value
            return (value, clock.time - start)
        }
        let ticking = Task {
            while !Task.isCancelled {
                try await pass(steps)
                await Task.yield()
            }
        }
        defer { ticking.cancel() }
        return try await end.value
    }
}

extension [NumberedCommand] {
    /// The attempts that are to be started.
    var started: [AttemptID] {
        compactMap { command in
            if case .start(let assignment) = command.command { assignment.attempt } else { nil }
        }
    }
}

extension CoordinatorCore {
    /// Jobs that have not ended, or are being cleaned up after.
    var jobCount: Int { jobs.count }
    var streamCount: Int { subscriptions.streamCount }

    /// The jobs that a caller sees that reads the state, and those that are durable then.
    func jobCounts(_ storage: FakeStorage) async throws -> (state: Int, store: Int) {
        try await whenDurable { core in
            (state: core.coordinator.jobs.all.count, store: storage.jobIDs.count)
        }
    }
}
