internal import Dispatch
internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import Synchronization

/// One slot of a worker: starts a task process, gives it attempts, and tells how they ended.
///
/// Unchecked: all that changes belongs to the queue, on which the work that blocks is done too.
final class TaskSlot: @unchecked Sendable {
    private let index: Int
    private let queue: DispatchQueue
    private let recorder: FlightRecorder
    private let recorderPath: String
    private let logPath: String
    private let metrics: WorkerMetrics
    private let report: @Sendable (WorkerEvent) -> Void
    private var host: Host?
    private var current: Running? {
        didSet {
            let spec = current?.spec
            running.withLock { $0 = spec }
        }
    }
    /// What runs, for those who do not wait for the queue.
    private let running = Mutex<TaskSpec?>(nil)
    /// Whether a process that was killed is still there: it may write to the slot's files yet.
    private var isLost = false
    /// How often a process was started: tells what one said from what an earlier one did.
    private var generation = 0

    private struct Host {
        let process: TaskProcess
        let channel: FrameChannel
        let log: TaskLog
        let job: JobID
    }

    private struct Running {
        let spec: TaskSpec
        let job: JobFiles
        var watch: AttemptWatch
        let begin: Instant
    }

    /// `report`: called on the slot's own queue.
    init(
        index: Int,
        scratch: String,
        metrics: WorkerMetrics,
        report: @escaping @Sendable (WorkerEvent) -> Void
    ) throws {
        self.index = index
        self.metrics = metrics
        self.report = report
        queue = DispatchQueue(label: "slot \(index)")
        recorderPath = "\(scratch)/slot\(index).recorder"
        logPath = "\(scratch)/slot\(index).log"
        recorder = try FlightRecorder(path: recorderPath)
    }

    /// Runs an attempt; only when no other one runs.
    func run(_ spec: TaskSpec, of job: JobFiles) {
        queue.async { self.start(spec, job) }
    }

    /// Ends the process.
    func stop() {
        queue.async {
            self.endHost()
            self.current = nil
            // Of a slot that is lost this is said when its process is gone.
            if !self.isLost { self.report(.slotStopped(self.index)) }
        }
    }

    /// Ends the process, and waits for its end: the worker ends.
    func shutDown() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.endHost()
                self.current = nil
                continuation.resume()
            }
        }
    }

    /// How far the attempt that runs has come; waits for nothing.
    func progress() -> AttemptProgress? {
        guard let spec = running.withLock({ $0 }) else { return nil }
        let reading = recorder.read()
        var bytes = 0
        var records = 0
        if case .split(let split) = spec.input {
            records = max(reading.recordNumber, 0)
            bytes = split.byteCount(before: reading.offset, in: reading.path)
        }
        return AttemptProgress(attempt: spec.attempt, records: records, bytes: bytes)
    }

    // MARK: On the queue

    private func start(_ spec: TaskSpec, _ job: JobFiles) {
        if host?.job != job.id { endHost() }
        let watch = AttemptWatch(timeoutSeconds: job.launch.taskTimeout, at: Self.now)
        current = Running(spec: spec, job: job, watch: watch, begin: Self.now)
        if isLost {
            let message = "the process that slot \(index) ran before cannot be ended"
            return end(.failed(Failure(kind: .workerLost, message: message)))
        }
        recorder.beginAttempt()
        if job.launch.taskTimeout != nil { checkLater(spec.attempt) }
        do {
            let host = try self.host ?? startHost(job)
            self.host = host
            if let path = spec.logPath { host.log.begin(path) }
            try host.channel.send(TaskCommand.run(spec))
        } catch {
            endHost()
            end(
                .failed(
                    Failure(
                        kind: .outOfResources,
                        message: "cannot start a task process: \(error)"
                    )
                )
            )
        }
    }

    private static var now: Instant {
        Instant(nanoseconds: Int64(clamping: DispatchTime.now().uptimeNanoseconds))
    }

    /// Looks now and then whether the closure of an attempt makes progress, as long as it runs.
    private func checkLater(_ attempt: AttemptID) {
        let interval = Int(DriverLimits.watchInterval.nanoseconds)
        queue.asyncAfter(deadline: .now() + .nanoseconds(interval)) {
            guard self.current?.spec.attempt == attempt else { return }
            if let host = self.host {
                let process = host.process.processID
                let mustKill = self.current?.watch.mustKill(
                    self.recorder,
                    process: process,
                    at: Self.now
                )
                if mustKill ?? false { return self.lose(self.generation, because: nil) }
            }
            self.checkLater(attempt)
        }
    }

    private func startHost(_ job: JobFiles) throws -> Host {
        var launch = try launch(job)
        let (ours, theirs) = try FrameChannel.makePair()
        let (log, writer) = try TaskLog.make(at: logPath)
        defer { log.closeWriter(writer) }
        launch.output = writer
        let process = try TaskProcess(launch, channel: theirs)
        metrics.startedProcess()
        generation += 1
        let generation = self.generation
        try startThread { self.read(ours, log, generation) }
        try ours.send(TaskCommand.open(recorderPath: recorderPath))
        return Host(process: process, channel: ours, log: log, job: job.id)
    }

    /// What starts a process of the job.
    private func launch(_ job: JobFiles) throws -> TaskProcess.Launch {
        let program = job.launch.program
        var launch = TaskProcess.Launch(
            executable: job.executable,
            arguments: job.arguments
        )
        // Where paths of the command line mean what they meant to whoever submitted it.
        let exists = try Files.kind(of: program.directory) == .directory
        launch.directory = exists ? program.directory : job.directory
        launch.slotCount = program.slotCount
        launch.inheritsEnvironment = false
        return launch
    }

    private func endHost() {
        generation += 1
        guard let process = host?.process else { return }
        let log = host?.log
        host = nil
        if process.kill() == nil { abandon(process) }
        log?.end()
    }

    /// Gives the slot up until the system has let go of its process.
    private func abandon(_ process: TaskProcess) {
        isLost = true
        report(.slotLost(index))
        process.abandon {
            self.queue.async {
                self.isLost = false
                self.report(.slotStopped(self.index))
            }
        }
    }

    private func take(_ notice: TaskNotice, _ generation: Int) {
        guard generation == self.generation else { return }
        switch notice {
        case .ready(let fingerprint):
            guard let expected = current?.job.launch.plan.fingerprint, fingerprint != expected
            else { return }
            endHost()
            end(
                .failed(
                    Failure(
                        kind: .badInput,
                        message: "a task process built another plan than the one that was "
                            + "submitted (fingerprints \(fingerprint) and \(expected)); "
                            + "pipeline() must depend on nothing but the job's own options"
                    )
                )
            )
        case .key: break
        case .ended(let report):
            guard current?.spec.attempt == report.attempt else { return }
            end(report.outcome)
        }
    }

    private func lose(_ generation: Int, because reason: String?) {
        guard generation == self.generation, let host else { return }
        let exit = host.process.kill()
        if exit == nil { abandon(host.process) }
        host.log.end()
        self.generation += 1
        self.host = nil
        guard let current else { return }
        metrics.processCrashed()
        end(
            .failed(
                CrashReport.failure(
                    of: current.spec,
                    plan: current.job.launch.plan,
                    kind: current.watch.failureKind,
                    reason: reason ?? exit.map(current.watch.reason)
                        ?? current.watch.reasonOfLostProcess,
                    reading: recorder.read(),
                    processLogPath: logPath,
                    isTrap: exit?.isTrap ?? false,
                    launch: exit == nil ? nil : launchForReport(of: current.job)
                )
            )
        )
    }

    /// What starts a process that tells more of a crash; nil where the disk does not say what there
    /// is to start.
    private func launchForReport(of job: JobFiles) -> TaskProcess.Launch? {
        do { return try launch(job) } catch { return nil }
    }

    private func end(_ outcome: TaskReport.Outcome) {
        guard let current else { return }
        self.current = nil
        host?.log.end()
        let attempt = current.spec.attempt
        let hasSucceeded = if case .succeeded = outcome { true } else { false }
        metrics.ended(hasSucceeded: hasSucceeded, after: Self.now - current.begin)
        report(
            .attemptEnded(
                slot: index,
                TaskReport(attempt: attempt, outcome: outcome),
                log: log(of: current.spec)
            )
        )
    }

    private func log(of spec: TaskSpec) -> String? {
        guard let path = spec.logPath else { return nil }
        do {
            guard try Files.kind(of: path) != nil else { return nil }
            let bytes = try Files.readTail(path, byteCount: TaskReportLimits.keptLogByteCount)
            return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
        } catch {
            return "the log cannot be read: \(error)\n"
        }
    }

    // MARK: On a thread of its own

    private func read(_ channel: FrameChannel, _ log: TaskLog, _ generation: Int) {
        while true {
            let descriptors = [channel.descriptor] + (log.descriptor.map { [$0] } ?? [])
            let ready = waitForInput(on: descriptors, timeout: .seconds(60))
            if ready.contains(1) { log.drain() }
            guard ready.contains(0) else { continue }
            do {
                switch try channel.receive(TaskNotice.self) {
                case .closed:
                    return queue.async { self.lose(generation, because: nil) }
                case .messages(let notices):
                    queue.async { for notice in notices { self.take(notice, generation) } }
                }
            } catch {
                let reason = "\(error)"
                return queue.async { self.lose(generation, because: reason) }
            }
        }
    }
}
