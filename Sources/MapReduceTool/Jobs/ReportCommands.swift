internal import ArgumentParser
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// The command `mapreduce report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a page that shows a job: one file that needs nothing beside it."
    )

    @OptionGroup var connection: ClientOptions
    @Argument(help: "The number of the job.", completion: .job) var id: Int

    @Option(
        name: .shortAndLong,
        help: "The file to write, or - for standard output. (default: job-ID.html)",
        completion: .file()
    )
    var output: String?

    func run() async throws {
        let report = try await connection.report(of: JobID(id))
        try WrittenFile(output ?? "job-\(id).html").write(Page.report(try JSONText.lines([report])))
    }
}

extension ReportCommand: Documented {
    static let notes = CommandNotes(
        examples: [("Write job-7.html", "mapreduce report 7")],
        related: ["job", "trace"]
    )
}

/// The command `mapreduce trace`.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Writes what a job's slots did when, as trace events.",
        discussion: """
            Perfetto (ui.perfetto.dev) and Chrome (chrome://tracing) show such files.
            """
    )

    @OptionGroup var connection: ClientOptions
    @Argument(help: "The number of the job.", completion: .job) var id: Int

    @Option(
        name: .shortAndLong,
        help: "The file to write, or - for standard output. (default: job-ID.trace.json)",
        completion: .file()
    )
    var output: String?

    func run() async throws {
        let report = try await connection.report(of: JobID(id))
        try WrittenFile(output ?? "job-\(id).trace.json").write(TraceEvents.json(of: report))
    }
}

extension TraceCommand: Documented {
    static let notes = CommandNotes(
        examples: [("Write job-7.trace.json", "mapreduce trace 7")],
        related: ["report"]
    )
}

extension ClientOptions {
    /// Returns everything known about a job, including the command that replays its tasks, as a
    /// user would type it here.
    func report(of id: JobID) async throws -> JobReport {
        var report = try await withClient { try await $0.report(of: id) }
        report.replayCommand = replayCommand(of: id, "STAGE.TASK")
        return report
    }
}

/// A file that a command writes for its user.
struct WrittenFile {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Writes the whole file, or throws an error; replaces an existing file.
    func write(_ text: String) throws {
        // In a page and in JSON, unprintable characters occur only in JSON strings.
        if path == "-" { return Terminal.writeJSON(text, to: 1) }
        switch try Files.kind(of: path) {
        case nil, .file: break
        case .directory: throw UsageError("\(path) is a directory; name a file in it with -o")
        case .other: throw UsageError("\(path) is no file; name one with -o, or - for the output")
        }
        try Files.replace(text, at: path)
        Terminal.write("wrote \(path)\n", to: 2)
    }
}
