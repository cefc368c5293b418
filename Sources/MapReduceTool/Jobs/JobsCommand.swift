internal import ArgumentParser
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// The command `mapreduce jobs`.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Lists the jobs that run, and those that have ended."
    )

    @OptionGroup var connection: ClientOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let jobs = try await connection.withClient { try await $0.jobs() }
        try format.write(jobs) {
            Table.text(
                ["job", "name", "owner", "state", "tasks", "time", "output"],
                jobs.map { job in
                    [
                        "\(job.id.number)", job.name, job.owner, job.phase.rawValue,
                        "\(job.doneCount)/\(job.taskCount)",
                        Format.duration(seconds: job.seconds), job.output,
                    ]
                }
            )
        }
    }
}

extension JobsCommand: Documented {
    static let notes = CommandNotes(
        examples: [
            ("For people", "mapreduce jobs"),
            ("For programs", "mapreduce jobs --json"),
        ],
        related: ["job", "tasks", "workers"]
    )
}

/// The command `mapreduce job`.
struct JobStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Shows how a job is doing, or how it ended.",
        discussion: """
            With --json it prints everything that is known of the job; \
            Documentation/job-report.schema.json describes the document.
            """
    )

    @OptionGroup var connection: ClientOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: "The number of the job.", completion: .job) var id: Int

    func run() async throws {
        if format.json {
            let report = try await connection.report(of: JobID(id))
            try format.write(report) { "" }
            return
        }
        let job = try await connection.withClient { try await $0.job(JobID(id)) }
        Terminal.write(JobText.text(of: job, connection), to: 1)
    }
}

extension JobStatusCommand: Documented {
    static let notes = CommandNotes(
        examples: [
            ("Of job 7", "mapreduce job 7"),
            ("All that is known of it", "mapreduce job 7 --json"),
        ],
        related: ["jobs", "logs", "report"]
    )
}

/// The command `mapreduce cancel`.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels a job, and removes what it has written."
    )

    @OptionGroup var connection: ClientOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: "The number of the job.", completion: .runningJob) var id: Int

    func run() async throws {
        let job = try await connection.withClient { client in
            let job = try await client.job(JobID(id))
            try await client.cancel(job.id, job.uuid)
            return try await client.end(of: job)
        }
        try format.write(job) { "job \(id) is \(job.phase.rawValue)\n" }
    }
}

extension CancelCommand: Documented {
    static let notes = CommandNotes(
        examples: [("Of job 7", "mapreduce cancel 7")],
        related: ["jobs", "submit"]
    )
}

/// The command `mapreduce wait`.
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Waits for the end of a job, and ends with its code."
    )

    @OptionGroup var connection: ClientOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: "The number of the job.", completion: .runningJob) var id: Int

    func run() async throws {
        let job = try await connection.withClient { client in
            try await client.end(of: try await client.job(JobID(id)))
        }
        try format.write(job) { JobText.text(of: job, connection) }
        if format.json {
            if job.phase != .succeeded { throw ExitCode(job.phase == .failed ? 1 : 130) }
        } else {
            try JobEnd.check(job, connection)
        }
    }
}

extension WaitCommand: Documented {
    static let notes = CommandNotes(
        failure: "The job failed, or the coordinator refuses or does not answer.",
        otherCodes: [("130", "The job was cancelled.")],
        examples: [("Of job 7", "mapreduce wait 7")],
        related: ["jobs", "submit"]
    )
}

extension CoordinatorClient {
    /// Waits until a job has ended.
    fileprivate func end(of job: JobStatus) async throws -> JobStatus {
        var job = job
        while !job.phase.isFinished {
            job = try await self.job(job.id, job.uuid, wait: ToolLimits.endWait)
        }
        return job
    }
}

extension JobStatus {
    fileprivate var taskCount: Int { stages.reduce(0) { $0 + ($1.isLeftOut ? 0 : $1.taskCount) } }
    fileprivate var doneCount: Int { stages.reduce(0) { $0 + $1.doneCount } }
}

/// A job as lines of text.
enum JobText {
    static func text(of job: JobStatus, _ connection: ClientOptions) -> String {
        let time = Duration(claimedSeconds: job.seconds)
        var text = "job \(job.id.number), \(job.name.printableLine): \(job.phase.rawValue)\n"
        if !job.owner.isEmpty { text += "  submitted by \(job.owner.printableLine)\n" }
        for (index, stage) in job.stages.enumerated() {
            text += "  stage \(index) (\(stage.label.printableLine)): "
            if stage.isLeftOut {
                text += "left out, as its iteration ended before\n"
                continue
            }
            text += "\(stage.doneCount) of "
            text += "\(Format.count(stage.taskCount, "task")) done"
            if stage.runningCount > 0 { text += ", \(stage.runningCount) running" }
            if stage.failureCount > 0 { text += ", \(Format.count(stage.failureCount, "failure"))" }
            if stage.backupCount > 0 { text += ", \(Format.count(stage.backupCount, "backup"))" }
            text += "\n"
        }
        if job.phase == .succeeded {
            return text + JobSummary.text(of: job, output: job.output, elapsed: time)
        }
        text += "  \(Format.count(job.recordsRead, "record")), \(Format.bytes(job.bytesRead)) of "
        text += "\(Format.bytes(job.inputByteCount)) read, in \(Format.duration(time))\n"
        text += "  output: \(job.output.printableLine)\n"
        if let report = connection.report(of: job) { text += report + "\n" }
        return text
    }
}
