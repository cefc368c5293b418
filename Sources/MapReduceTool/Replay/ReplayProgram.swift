internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport
internal import MapReduceWorker

/// A job's program with one task to run, in a directory of this machine.
struct ReplayProgram {
    private let path: String
    private let arguments: [String]
    /// The submission directory, if this machine has it.
    private let directory: String?

    /// Fetches the program and the task.
    ///
    /// `directory`: the existing directory to put both in.
    init(
        job: JobID,
        _ name: TaskName,
        withBadRecords: Bool,
        keep: Bool,
        directory: String,
        _ client: CoordinatorClient
    ) async throws {
        var answer = try await client.replay(of: job, stage: name.stage, task: name.index)
        if withBadRecords { answer.task.badRecords = [] }
        let program = answer.program
        let fetched = try await client.download(
            executable: program.sha256,
            to: directory + "/executable"
        )
        try ExecutableImage.checkIsJob(fetched)
        // The job takes its name from the file, and a different name would make a different plan.
        path = directory + "/" + Files.name(of: program.arguments.first ?? "job")
        try Files.rename(fetched, to: path)
        let files = directory + "/files"
        if !program.files.isEmpty { try await client.download(program.files, to: files) }
        let task = directory + "/task.json"
        try Files.write(try JSONText.pretty(answer.task), toNew: task)
        arguments =
            ["--replay-from", task, "--scratch", directory] + (keep ? ["--keep-scratch"] : [])
            + (program.files.isEmpty ? [] : ["--files-from", files])
            + Self.arguments(of: program, withBadRecords: withBadRecords)
        let exists = try Files.kind(of: program.directory) == .directory
        self.directory = exists ? program.directory : nil
        if !exists {
            Terminal.write(
                "mapreduce: there is no directory \(program.directory) here, where the job was "
                    + "submitted; relative paths are looked for in this one\n",
                to: 2
            )
        }
    }

    /// Returns the command line that the job was submitted with, without its program; if an option
    /// occurs more than once, its last value counts.
    private static func arguments(of program: JobProgramFile, withBadRecords: Bool) -> [String] {
        var arguments = Array(program.arguments.dropFirst())
        if withBadRecords {
            let end = arguments.firstIndex(of: "--") ?? arguments.count
            arguments.insert("--max-bad-records=0", at: end)
        }
        return arguments
    }

    /// Returns the command to type, with or without a debugger's words before it.
    func commandLine(behind words: [String] = []) -> String {
        let command = ShellWords.text(words + [path] + arguments)
        return directory.map { "cd \(ShellWords.text([$0])) && \(command)" } ?? command
    }

    /// Runs the task.
    ///
    /// - Returns: Its exit code, as a shell reports it.
    func run() throws -> Int32 {
        let memory = OutOfMemoryKills.now()
        let exit = try ForegroundProcess.run(
            executable: path,
            arguments: [path] + arguments,
            directory: directory,
            // Details that users rarely need first are off.
            variables: ["SWIFT_BACKTRACE": "enable=yes,threads=crashed,registers=none,images=none"]
        )
        switch exit {
        case .code(let code): return code
        case .signal(let signal):
            let hint = exit.isKill ? OutOfMemoryKills.now().explanation(since: memory) : ""
            Terminal.write("mapreduce: the task's process is gone: \(exit)\(hint)\n", to: 2)
            return 128 + signal
        }
    }

    /// Runs the task under a debugger.
    ///
    /// - Returns: The debugger's exit code.
    func run(under debugger: String) throws -> Int32 {
        let exit = try ForegroundProcess.run(
            executable: debugger,
            arguments: [debugger, "--", path] + arguments,
            directory: directory
        )
        switch exit {
        case .code(let code): return code
        case .signal(let signal): return 128 + signal
        }
    }
}
