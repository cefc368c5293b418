internal import ArgumentParser
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceReport

/// The options that every job has.
struct JobOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "What to read: files, directories, patterns, or - for standard input.",
            discussion: "A name=path gives the files to the job under that name.",
            valueName: "input"
        ),
        completion: .file()
    )
    var inputs: [String] = []

    @Option(
        help: ArgumentHelp(
            "A file that every task reads whole, by the name under which the job asks for it; "
                + "can be given again.",
            valueName: "name=path"
        ),
        completion: .file()
    )
    var file: [String] = []

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The directory to write, which must not exist; - for standard output.",
            valueName: "directory"
        ),
        completion: .directory
    )
    var output: String?

    @Option(
        help: "text reads files as they are; auto refuses those that do not look like text."
    )
    var inputFormat = InputReading.auto

    @Option(help: "How records are written; json is an object on each line.")
    var format = OutputFormat.tsv

    @Option(help: ArgumentHelp("How the output is compressed.", valueName: "compression"))
    var compress = OutputCompression.none

    @Option(
        help: ArgumentHelp(
            "Tasks that run at once. (default: one for each processor)",
            valueName: "count"
        )
    )
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "Parts that pairs are shuffled into, and files of the output. (default: as many as "
                + "workers)",
            valueName: "count"
        )
    )
    var reducers: Int?

    @Option(
        help: ArgumentHelp(
            "Memory for the pairs of one task, for example 512M. (default: 256M)",
            valueName: "size"
        )
    )
    var memory: ByteSize?

    @Option(help: ArgumentHelp("The most input that one task gets.", valueName: "size"))
    var splitSize = ByteSize(count: EngineLimits.splitByteCount)

    @Option(
        help: ArgumentHelp("How often a task may fail before the job does.", valueName: "count")
    )
    var maxAttempts = JobLimits.defaultMaxAttempts

    @Option(
        help: ArgumentHelp(
            "How long a closure may run without progress; 0 for no limit.",
            valueName: "seconds"
        )
    )
    var taskTimeout = JobLimits.taskTimeoutSeconds

    @Option(
        help: ArgumentHelp(
            "Records that may be passed over because the job's code fails at them twice.",
            valueName: "count"
        )
    )
    var maxBadRecords = 0

    @Option(
        help: ArgumentHelp(
            "Run this share of the tasks twice, and tell whether their output is the same.",
            valueName: "percent"
        )
    )
    var audit = 0

    @Option(
        help: ArgumentHelp(
            "Where to put intermediate files. (default: in the output directory)",
            valueName: "directory"
        ),
        completion: .directory
    )
    var scratch: String?

    @Flag(help: "Keep the intermediate files, and say where they are.")
    var keepScratch = false

    @Flag(help: "Replace the output of an earlier job.")
    var overwrite = false

    @Flag(help: "Run tasks on threads of this process, for a debugger.")
    var inProcess = false

    @Flag(help: "Show the stages of the job, and do not run it.")
    var plan = false

    @Flag(help: "With --plan: show them as a flowchart in the language of Mermaid.")
    var mermaid = false

    @Option(
        help: ArgumentHelp(
            "Write a page about the run, when it has ended: what took how long, and why.",
            valueName: "file"
        ),
        completion: .file()
    )
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Write trace events of the run, for ui.perfetto.dev or chrome://tracing.",
            valueName: "file"
        ),
        completion: .file()
    )
    var trace: String?

    @Flag(help: "Make a page that follows the run, and say where it is.")
    var dashboard = false

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    @Flag(name: [.short, .long], help: "Tell of every task.")
    var verbose = false

    @Option(
        help: ArgumentHelp(
            "Run one task again in this process, for a debugger, and write no output.",
            valueName: "stage.task"
        )
    )
    var replay: String?

    @Option(
        help: ArgumentHelp(
            "With --replay: pass over a record, as the job did; can be given again.",
            valueName: "file@offset"
        )
    )
    var passOver: [String] = []

    @Option(
        help: ArgumentHelp("A file with the task to run again.", visibility: .hidden)
    )
    var replayFrom: String?

    @Option(
        help: ArgumentHelp(
            "A directory that has the files of --file by their names.",
            visibility: .hidden
        )
    )
    var filesFrom: String?

    @Option(help: ArgumentHelp("Runs that are merged at once.", visibility: .hidden))
    var mergeWidth = 64

    func validate() throws {
        for (name, value) in [("workers", workers), ("reducers", reducers)] {
            if let value, value < 1 { throw ValidationError("--\(name) must be at least 1") }
        }
        if let workers, workers > JobLimits.maxSlotCount {
            throw ValidationError("--workers must be at most \(JobLimits.maxSlotCount)")
        }
        if let reducers, reducers > EngineLimits.maxPartitionCount {
            throw ValidationError("--reducers must be at most \(EngineLimits.maxPartitionCount)")
        }
        for (name, value) in [
            ("output", output), ("scratch", scratch), ("report", report), ("trace", trace),
        ] where value == "" {
            throw ValidationError("--\(name) is empty")
        }
        try validateReports()
        if inputs.contains("") { throw ValidationError("an input is empty") }
        if let problem = retryPolicy.problem(name: { "--\($0.rawValue)" }) {
            throw ValidationError(problem)
        }
        if !(0...JobLimits.maxTaskTimeoutSeconds ~= taskTimeout) {
            throw ValidationError(
                "--task-timeout must be from 0 to \(JobLimits.maxTaskTimeoutSeconds) seconds"
            )
        }
        if mergeWidth < 2 { throw ValidationError("--merge-width must be at least 2") }
        if let memory, memory.count < EngineLimits.minMemoryByteCount {
            throw ValidationError(
                "--memory must be at least \(EngineLimits.minMemoryByteCount >> 20)M"
            )
        }
        if splitSize.count < 1 { throw ValidationError("--split-size must be at least 1") }
        if mermaid && !plan { throw ValidationError("--mermaid goes with --plan") }
        if format == .run, compress != .none {
            throw ValidationError("--format run cannot be compressed; leave --compress out")
        }
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }

    /// Checks that reports are requested only of whole runs.
    private func validateReports() throws {
        for (name, isGiven) in reportOptions where isGiven {
            if plan { throw ValidationError("--\(name) is of a run, and --plan runs nothing") }
            if replay != nil || replayFrom != nil {
                throw ValidationError("--\(name) is of a whole job, and --replay runs one task")
            }
        }
        if let report, report == trace {
            throw ValidationError("--report and --trace name the same file; choose another one")
        }
    }

    /// The options that request reports of a run, and whether they are given.
    var reportOptions: [(name: String, isGiven: Bool)] {
        [("report", report != nil), ("trace", trace != nil), ("dashboard", dashboard)]
    }

    private var retryPolicy: RetryPolicy {
        RetryPolicy(maxAttempts: maxAttempts, maxBadRecords: maxBadRecords, auditPercent: audit)
    }

    /// `slotCount`: the slots of the cluster that the job runs on; nil for this machine.
    func settings(slotCount: Int? = nil) -> RunSettings {
        var settings = RunSettings(workerCount: slotCount ?? workers, reducerCount: reducers)
        if let memory { settings.limits.memoryByteCount = memory.count }
        settings.limits.mergeWidth = mergeWidth
        settings.retryPolicy = retryPolicy
        settings.taskTimeout = taskTimeout == 0 ? nil : taskTimeout
        settings.splitByteCount = splitSize.count
        settings.inProcess = inProcess
        settings.outputStyle = OutputStyle(format, compress)
        return settings
    }
}

extension JobOptions {
    /// Returns the request for a run or a replay that the options describe.
    ///
    /// `slotCount`: the slots of the cluster that the job runs on; nil for this machine.
    func request(slotCount: Int? = nil) -> RunRequest {
        var request = RunRequest(settings: settings(slotCount: slotCount))
        request.inputs = inputs
        request.readsAnyFile = inputFormat == .text
        request.output = output
        request.overwrites = overwrite
        request.scratch = scratch
        request.keepsScratch = keepScratch
        request.report = report
        request.trace = trace
        request.hasDashboard = dashboard
        request.isQuiet = quiet
        request.isVerbose = verbose
        request.namesSlotCount = workers != nil
        request.namesMemory = memory != nil
        return request
    }

    /// Returns the files of `--file`.
    func sideFiles() throws -> SideFiles {
        try SideFiles(arguments: file, directory: filesFrom)
    }

    /// Returns the task of `--replay`.
    func replayedTask() throws -> TaskName {
        guard let task = TaskName(replay ?? "") else {
            throw JobError(
                .usage,
                "\(replay ?? "") is no task; write STAGE.TASK, for example --replay 0.3"
            )
        }
        return task
    }

    /// Returns the records of `--pass-over`.
    func passedOverRecords() throws -> [BadRecord] {
        try passOver.map { text in
            guard let at = text.lastIndex(of: "@"), let offset = Int(text[text.index(after: at)...])
            else {
                throw JobError(
                    .usage,
                    "\(text) is no record; write FILE@OFFSET, for example --pass-over in.txt@4532"
                )
            }
            return BadRecord(file: String(text[..<at]), offset: offset, reason: "--pass-over")
        }
    }
}

extension OutputFormat: ExpressibleByArgument {}
extension OutputCompression: ExpressibleByArgument {}

/// A number of bytes on the command line: `1000`, `64K`, `256M`, `2G`; the letters are powers of
/// 1024, and `KiB` or `KB` mean the same.
struct ByteSize: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    var count: Int

    init(count: Int) { self.count = count }

    init?(argument: String) {
        guard let count = Format.byteCount(argument) else { return nil }
        self.count = count
    }

    /// The number as typed, which is also how the help shows a default.
    var description: String { Format.byteSize(count) }
}
