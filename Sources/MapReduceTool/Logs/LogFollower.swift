internal import ArgumentParser
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport
internal import MapReduceWorker
internal import UnixSignals

/// Prints the output of a job's attempts as they print it, until the job ends.
///
/// The events of the job say which attempts start and end; the workers have the output.
struct LogFollower: Sendable {
    let client: CoordinatorClient
    let job: JobID
    /// The only task to follow; nil for all.
    let task: TaskName?
    let printer: LogPrinter
    private let workers: WorkerDirectory
    private let followed = FollowedAttempts()

    init(client: CoordinatorClient, job: JobID, task: TaskName?, isJSON: Bool) {
        self.client = client
        self.job = job
        self.task = task
        printer = LogPrinter(isJSON: isJSON, task: task)
        workers = WorkerDirectory(client: client)
    }

    /// The events that end following before the job does.
    private enum News: Sendable {
        case ended
        case signal(Int32)
    }

    /// Follows the job to its end.
    ///
    /// - Throws: `ExitCode` after a signal.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let news: News
        do {
            news = try await withThrowingTaskGroup(of: News.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    try await follow()
                    return .ended
                }
                group.addTask {
                    for await signal in signals { return .signal(signal.number) }
                    throw CancellationError()
                }
                guard let first = try await group.next() else { throw CancellationError() }
                return first
            }
        } catch is LogPrinter.ReaderIsGone {
            // As in `mapreduce logs -f 7 | head`: the reader has seen enough.
            return
        }
        if case .signal(let signal) = news { throw ExitCode(128 + signal) }
    }

    private func follow() async throws {
        let status = try await client.job(job)
        if status.phase.isFinished { return try await printKept() }
        try await withThrowingDiscardingTaskGroup { group in
            var last = 0
            var isOver = false
            while !isOver {
                try printer.checkReader()
                let events = try await events(of: status, after: last)
                last = events.last?.number ?? last
                let news = LogEvents(events.map(\.entry), task: task)
                for (attempt, worker) in news.running {
                    followed.begin(attempt)
                    group.addTask { try await follow(attempt, on: worker) }
                }
                followed.end(news.ended)
                try await fetch(news.over)
                isOver = news.isJobOver
                if events.isEmpty { try await Task.sleep(for: ToolLimits.logEventInterval) }
            }
            followed.endAll()
            let end = ContinuousClock.now + ToolLimits.logEndPatience
            while !followed.isEmpty, ContinuousClock.now < end {
                try printer.checkReader()
                try await Task.sleep(for: WorkerLimits.logCheckInterval)
            }
            group.cancelAll()
        }
    }

    /// Returns the events after the one given; a coordinator that does not answer may be
    /// restarting.
    private func events(of job: JobStatus, after number: Int) async throws -> [JobEvent] {
        let start = ContinuousClock.now
        while true {
            do {
                return try await client.events(
                    of: job.id,
                    job.uuid,
                    after: number,
                    onlyNotable: false
                )
            } catch let error as ClusterClient.CallError {
                guard case .unreachable = error, .now - start < ToolLimits.submitPatience else {
                    throw error
                }
                try printer.checkReader()
                try await Task.sleep(for: Policy.callRetryDelay)
            }
        }
    }

    /// Prints the logs that the coordinator has kept of a job that has ended.
    private func printKept() async throws {
        let tasks = try await client.tasks(of: job)
        for log in try await client.logs(of: job) {
            let name = TaskName(log.attempt.task)
            guard task == nil || task == name else { continue }
            let attempts = tasks.first { $0.stage == name.stage && $0.index == name.index }
            let worker = attempts?.attempts.first { $0.number == log.attempt.number }?.worker
            var lines = LogLines()
            try await printer.write(
                lines.take(Array(log.text.utf8)) + [lines.finish()].compactMap { $0 },
                of: log.attempt,
                on: worker ?? WorkerID(0)
            )
        }
    }

    /// Prints the output of attempts that ended before they were noticed; the attempts of one task
    /// in order.
    private func fetch(_ attempts: [(AttemptID, WorkerID)]) async throws {
        let tasks = Dictionary(grouping: attempts) { $0.0.task }.sorted { $0.key < $1.key }
        var rest = tasks[...]
        while !rest.isEmpty {
            let some = rest.prefix(ToolLimits.logBacklogConcurrency)
            rest = rest.dropFirst(some.count)
            try await withThrowingDiscardingTaskGroup { group in
                for (_, attempts) in some {
                    group.addTask {
                        for (attempt, worker) in attempts { try await follow(attempt, on: worker) }
                    }
                }
            }
        }
    }

    // MARK: One attempt

    /// Follows an attempt to its end.
    private func follow(_ attempt: AttemptID, on worker: WorkerID) async throws {
        defer { followed.forget(attempt) }
        var lines = LogLines()
        while true {
            // Checked before asking the worker: if it is over, the worker's answer is complete.
            let isOver = !followed.isRunning(attempt)
            if try await ask(attempt, worker, &lines, waits: !isOver) { break }
            if isOver {
                try await fetchEnd(attempt, worker, &lines)
                break
            }
        }
        try await printer.write([lines.finish()].compactMap { $0 }, of: attempt, on: worker)
    }

    /// Asks the worker of an attempt for more output.
    ///
    /// - Returns: Whether all of it has arrived.
    private func ask(
        _ attempt: AttemptID,
        _ worker: WorkerID,
        _ lines: inout LogLines,
        waits: Bool
    ) async throws -> Bool {
        do {
            guard let url = try await workers.url(of: worker) else {
                if waits { try await Task.sleep(for: ToolLimits.logEventInterval) }
                return false
            }
            return try await client.followLog(
                of: attempt,
                at: url,
                from: lines.byteCount,
                waits: waits
            ) { bytes in
                try await printer.write(lines.take(bytes), of: attempt, on: worker)
            }
        } catch is ClusterClient.CallError {
            // The worker does not have the log yet, or any more, or is gone; events will tell.
            if waits { try await Task.sleep(for: ToolLimits.logEventInterval) }
            return false
        }
    }

    /// Prints the missing output of an attempt that has ended, as far as the coordinator has it.
    private func fetchEnd(
        _ attempt: AttemptID,
        _ worker: WorkerID,
        _ lines: inout LogLines
    ) async throws {
        do {
            guard let log = try await client.log(ofEnded: attempt) else { return }
            let (bytes, hasGap) = lines.unseen(ofEnd: Array(log.text.utf8))
            if hasGap {
                Terminal.write(
                    "mapreduce: of \(EventText.describe(attempt)) only the end is left\n",
                    to: 2
                )
            }
            try await printer.write(lines.take(bytes), of: attempt, on: worker)
        } catch let error as ClusterClient.CallError {
            Terminal.write("mapreduce: \(EventText.describe(attempt)): \(error)\n", to: 2)
        }
    }
}
