internal import ArgumentParser
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

#if canImport(Glibc)
internal import Glibc
#endif

/// The command `mapreduce replay`.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Runs one task of a job again, on this machine and in the foreground.",
        discussion: """
            The job's program is fetched and runs the task in its own process, where a debugger \
            finds it. The input files must have the same paths here. Nothing of the job's output \
            is touched.
            """
    )

    @OptionGroup var connection: ClientOptions

    @Flag(help: "Start the task under lldb, or say how.")
    var lldb = false

    @Flag(help: "Keep the program and what the task writes, and say where they are.")
    var keep = false

    @Flag(help: "Stop also at records that the job passed over.")
    var withBadRecords = false

    @Option(
        help: ArgumentHelp(
            "Where to put the program and what the task writes. (default: TMPDIR, or /tmp)",
            valueName: "directory"
        ),
        completion: .directory
    )
    var scratch: String?

    @Argument(help: "The number of the job.", completion: .job) var id: Int

    @Argument(
        help: ArgumentHelp(
            "The task, as reports and `mapreduce tasks` name it, for example 0.3.",
            valueName: "stage.task"
        ),
        completion: .task
    )
    var task: String

    func run() async throws {
        guard let name = TaskName(task) else {
            throw UsageError("\(task) is no task; write STAGE.TASK, for example 0.3")
        }
        let settings = try await Settings.load()
        let directory = try ScratchDirectory(
            below: scratch ?? settings.string("SCRATCH") ?? Host.temporaryDirectory
        )
        let program: ReplayProgram
        do {
            program = try await connection.withClient { client in
                try await ReplayProgram(
                    job: JobID(id),
                    name,
                    withBadRecords: withBadRecords,
                    keep: keep,
                    directory: directory.path,
                    client
                )
            }
        } catch {
            try directory.remove()
            throw error
        }
        let ended: (code: Int32, isKept: Bool)
        do {
            ended = try lldb ? debug(program) : (try program.run(), keep)
        } catch {
            try directory.remove()
            throw error
        }
        if ended.isKept {
            try directory.keep()
            Terminal.write(
                "the program is in \(directory.path); to run the task again, or in a debugger:\n"
                    + "  \(program.commandLine())\n"
                    + "  \(program.commandLine(behind: ["lldb", "--"]))\n",
                to: 2
            )
        } else {
            try directory.remove()
        }
        if ended.code != 0 { throw ExitCode(ended.code) }
    }

    /// Runs the program under lldb; if lldb is missing or does not work, keeps the program for
    /// another debugger.
    private func debug(_ program: ReplayProgram) throws -> (code: Int32, isKept: Bool) {
        guard let lldb = Host.executable(named: "lldb") else {
            Terminal.write("there is no lldb in PATH\n", to: 2)
            return (0, true)
        }
        let code = try program.run(under: lldb)
        return (code, keep || code != 0)
    }
}

extension ReplayCommand: Documented {
    static let notes = CommandNotes(
        otherCodes: [("n", "Any other code is that of the task's process, or of lldb.")],
        examples: [("Run task 0.3 of job 7 again", "mapreduce replay 7 0.3")],
        related: ["logs", "tasks"]
    )
}
