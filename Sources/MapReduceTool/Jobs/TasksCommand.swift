internal import ArgumentParser
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport
internal import MapReduceWorker

/// The command `mapreduce tasks`.
struct TasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Lists the tasks of a job, with all attempts at them."
    )

    @OptionGroup var connection: ClientOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: "The number of the job.", completion: .job) var id: Int

    func run() async throws {
        let tasks = try await connection.withClient { try await $0.tasks(of: JobID(id)) }
        try format.write(tasks) {
            Table.text(
                ["task", "state", "attempt", "outcome", "worker", "time", "message"],
                tasks.flatMap { task -> [[String]] in
                    let name = ["\(task.stage).\(task.index)", task.state.rawValue]
                    if task.attempts.isEmpty { return [name + ["", "", "", "", ""]] }
                    return task.attempts.map { attempt in
                        name + [
                            "\(attempt.number &+ 1)", attempt.state.rawValue,
                            "\(attempt.worker.number)",
                            attempt.seconds.map { Format.duration(seconds: $0) } ?? "",
                            attempt.message ?? "",
                        ]
                    }
                }
            )
        }
    }
}

extension TasksCommand: Documented {
    static let notes = CommandNotes(
        examples: [("Of job 7", "mapreduce tasks 7")],
        related: ["jobs", "logs", "report"]
    )
}

/// The command `mapreduce workers`.
struct WorkersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers",
        abstract: "Lists the workers that are connected."
    )

    @OptionGroup var connection: ClientOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let workers = try await connection.withClient { try await $0.workers() }
        try format.write(workers) {
            Table.text(
                [
                    "worker", "state", "slots", "running", "heard", "load", "memory", "disk",
                    "runs", "version", "url",
                ],
                workers.map { $0.cells }
            )
        }
    }
}

extension WorkersCommand: Documented {
    static let notes = CommandNotes(
        examples: [
            ("For people", "mapreduce workers"),
            ("For programs", "mapreduce workers --json"),
        ],
        related: ["doctor", "worker"]
    )
}

extension WorkerStatus {
    /// The cells shown for a worker; values that it has not reported are blank.
    fileprivate var cells: [String] {
        var state = self.state.rawValue
        if !excludedJobs.isEmpty {
            let jobs = excludedJobs.map { "\($0.number)" }.joined(separator: ",")
            state += ", excluded from \(jobs)"
        }
        if !unreachableFor.isEmpty {
            state += " for \(unreachableFor.map { "\($0.number)" }.joined(separator: ","))"
        }
        let slots = lostSlotCount > 0 ? "\(slotCount), \(lostSlotCount) lost" : "\(slotCount)"
        return [
            "\(id.number)", state, slots, "\(runningCount)",
            Format.duration(seconds: silence) + " ago",
            load.map { "\(($0.one * 10).rounded() / 10) on \($0.processorCount)" } ?? "",
            memory.map { Format.bytes($0.availableByteCount) + " free" } ?? "",
            disk.map { Format.bytes($0.freeByteCount) + " free" } ?? "",
            segments.map { "\($0.count), \(Format.bytes($0.byteCount))" } ?? "",
            version ?? "", url,
        ]
    }
}

/// The command `mapreduce logs`.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Shows what the tasks of a job have printed: the end of it, 16 KiB for each.",
        discussion: """
            With --follow all that they print, as they print it, until the job ends. Each line \
            begins with its task and attempt, as in `1.3#1 | text`. On a terminal control \
            characters are shown as \\u{1B}; into a file or a pipe goes what was printed.
            """
    )

    @OptionGroup var connection: ClientOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: "The number of the job.", completion: .job) var id: Int

    @Argument(
        help: ArgumentHelp(
            "One task, as `mapreduce tasks` shows it; without it all tasks.",
            valueName: "stage.task"
        ),
        completion: .task
    )
    var task: String?

    @Flag(name: [.short, .long], help: "Print what tasks print, as they do, until the job ends.")
    var follow = false

    func run() async throws {
        let wanted = try task.map(parse)
        let job = JobID(id)
        if follow {
            return try await connection.withClient(
                connectionCount: WorkerLimits.maxLogFollowerCount
            ) { client in
                try await LogFollower(
                    client: client,
                    job: job,
                    task: wanted.map { TaskName(stage: $0.stage, index: $0.index) },
                    isJSON: format.json
                ).run()
            }
        }
        let logs = try await connection.withClient { client in
            try await client.logs(of: job) + Self.live(of: job, wanted, client)
        }.filter { log in
            wanted.map { log.attempt.task.stage == $0.stage && log.attempt.task.index == $0.index }
                ?? true
        }
        if format.json { return try format.write(logs) { "" } }
        let text = logs.map { log in
            "== \(EventText.describe(log.attempt))\n"
                + (log.text.hasSuffix("\n") ? log.text : log.text + "\n")
        }.joined()
        // A file or a program gets the output of the tasks unmodified, byte by byte.
        if Terminal.isTerminal(1) {
            Terminal.write(text, to: 1)
        } else {
            Terminal.writeRaw(text, to: 1)
        }
    }

    private func parse(_ text: String) throws -> (stage: Int, index: Int) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let stage = numbers[0], let index = numbers[1] else {
            throw UsageError("\(text) is no task; write STAGE.TASK, for example 0.3")
        }
        return (stage, index)
    }

    /// Returns the output so far of running attempts, by asking their workers.
    private static func live(
        of job: JobID,
        _ wanted: (stage: Int, index: Int)?,
        _ client: CoordinatorClient
    ) async throws -> [AttemptLog] {
        let workers = try await client.workers()
        var logs: [AttemptLog] = []
        for task in try await client.tasks(of: job) where task.state == .running {
            if let wanted, wanted != (task.stage, task.index) { continue }
            for attempt in task.attempts where attempt.state == .running {
                guard let worker = workers.first(where: { $0.id == attempt.worker }) else {
                    continue
                }
                let id = AttemptID(
                    task: TaskID(job: job, stage: task.stage, index: task.index),
                    number: attempt.number
                )
                do {
                    let text = try await client.log(of: id, on: worker)
                    if !text.isEmpty { logs.append(AttemptLog(attempt: id, text: text)) }
                } catch let error as ClusterClient.CallError {
                    Terminal.write("mapreduce: \(EventText.describe(id)): \(error)\n", to: 2)
                }
            }
        }
        return logs
    }
}

extension LogsCommand: Documented {
    static let notes = CommandNotes(
        otherCodes: [("128+n", "A signal of number n ended the following.")],
        examples: [
            ("Of all tasks of job 7, as they print it", "mapreduce logs --follow 7"),
            ("Of one task", "mapreduce logs 7 0.3"),
        ],
        related: ["replay", "tasks"]
    )
}
