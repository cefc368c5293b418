internal import Dispatch
internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import Synchronization

/// A slot of a worker: a `TaskSlot` with its own queue, which does the blocking work.
///
/// Unchecked: all mutable state belongs to the queue.
final class WorkerSlot: @unchecked Sendable {
    private let index: Int
    private let queue: DispatchQueue
    private let slot: TaskSlot
    private let metrics: WorkerMetrics
    private let report: @Sendable (WorkerEvent) -> Void
    /// The attempt that was started last, and its start time.
    private var started: (spec: TaskSpec, begin: Instant)?
    /// The running attempt, for callers that do not wait for the queue.
    private let running = Mutex<TaskSpec?>(nil)

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
        slot = try TaskSlot(path: "\(scratch)/slot\(index)")
        slot.didRelease = { [weak self] in
            self?.queue.async { [weak self] in self.map { $0.take($0.slot.release()) } }
        }
    }

    /// Runs an attempt; call it only when no other attempt runs.
    func run(_ spec: TaskSpec, of job: JobFiles) {
        running.withLock { $0 = spec }
        queue.async {
            let now = Self.now
            self.started = (spec, now)
            self.take(self.slot.run(spec, of: job.hosted, at: now))
            if job.launch.taskTimeout != nil { self.checkLater(spec.attempt) }
        }
    }

    /// Ends the process.
    func stop() { queue.async { self.take(self.slot.stop()) } }

    /// Ends the process and waits for it to exit, because the worker ends.
    func shutDown() async {
        await withCheckedContinuation { continuation in
            queue.async {
                _ = self.slot.stop()
                continuation.resume()
            }
        }
    }

    /// Returns the progress of the running attempt, without waiting.
    func progress() -> AttemptProgress? {
        guard let spec = running.withLock({ $0 }) else { return nil }
        let reading = slot.recorder.read()
        var bytes = 0
        var records = 0
        if case .split(let split) = spec.input {
            records = max(reading.recordNumber, 0)
            bytes = split.byteCount(before: reading.offset, in: reading.path)
        }
        return AttemptProgress(attempt: spec.attempt, records: records, bytes: bytes)
    }

    // MARK: On the queue

    private static var now: Instant {
        Instant(nanoseconds: Int64(clamping: DispatchTime.now().uptimeNanoseconds))
    }

    /// Checks periodically, while an attempt runs, whether its closure makes progress.
    private func checkLater(_ attempt: AttemptID) {
        let interval = Int(DriverLimits.watchInterval.nanoseconds)
        queue.asyncAfter(deadline: .now() + .nanoseconds(interval)) {
            guard self.slot.spec?.attempt == attempt else { return }
            self.take(self.slot.check(at: Self.now))
            self.checkLater(attempt)
        }
    }

    private func take(_ events: [TaskSlot.Event]) {
        let spec = slot.spec
        running.withLock { $0 = spec }
        for event in events {
            switch event {
            case .started(let process):
                metrics.startedProcess()
                read(process)
            case .ended(let ended, let isCrash):
                if isCrash { metrics.processCrashed() }
                let hasSucceeded = if case .succeeded = ended.outcome { true } else { false }
                if let started {
                    metrics.ended(hasSucceeded: hasSucceeded, after: Self.now - started.begin)
                }
                report(.attemptEnded(slot: index, ended, log: log(started?.spec.logPath)))
            case .lost: report(.slotLost(index))
            case .freed: report(.slotStopped(index))
            }
        }
    }

    /// Returns the end of an attempt's output.
    private func log(_ path: String?) -> String? {
        guard let path else { return nil }
        do {
            guard try Files.kind(of: path) != nil else { return nil }
            let bytes = try Files.readTail(path, byteCount: TaskReportLimits.keptLogByteCount)
            return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
        } catch {
            return "the log cannot be read: \(error)\n"
        }
    }

    /// Starts a thread that reads a process's messages and output, until it closes its channel.
    private func read(_ process: HostedProcess) {
        let (channel, log) = (process.channel, process.log)
        do {
            try startThread { self.read(channel, log) }
        } catch {
            take(slot.close("\(error)"))
        }
    }

    // MARK: On a thread of its own

    private func read(_ channel: FrameChannel, _ log: TaskLog?) {
        while true {
            let descriptors = [channel.descriptor] + (log?.descriptor.map { [$0] } ?? [])
            let ready = waitForInput(on: descriptors, timeout: DriverLimits.channelWait)
            if ready.contains(1) { log?.drain() }
            guard ready.contains(0) else { continue }
            do {
                switch try channel.receive(TaskNotice.self) {
                case .closed: return came(from: channel) { $0.close() }
                case .messages(let notices):
                    for notice in notices { came(from: channel) { $0.take(notice) } }
                }
            } catch {
                let reason = "\(error)"
                return came(from: channel) { $0.close(reason) }
            }
        }
    }

    /// Passes data from a process to the slot, if the slot still has that process.
    private func came(
        from channel: FrameChannel,
        _ apply: @escaping @Sendable (TaskSlot) -> [TaskSlot.Event]
    ) {
        queue.async {
            if self.slot.process?.channel === channel { self.take(apply(self.slot)) }
        }
    }
}
