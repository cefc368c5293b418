internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceWorker

/// The executable of a job, asked what it would run.
struct JobProgram {
    /// As it was typed, which is also how its task processes are called.
    let name: String
    /// Where it is.
    let path: String
    let arguments: [String]

    /// Finds an executable as a shell does.
    ///
    /// `arguments`: the job's own; a `--` before them, by which they are told from those of the
    /// command, is not one of them.
    init(_ name: String, _ arguments: [String]) throws {
        self.name = name
        self.arguments = arguments.first == "--" ? Array(arguments.dropFirst()) : arguments
        guard let path = Host.executable(named: name) else {
            throw UsageError(
                name.contains("/")
                    ? "there is no executable \(name); build it, and give its path"
                    : "there is no executable \(name) in PATH; for one that is here write ./\(name)"
            )
        }
        self.path = path
    }

    var commandLine: [String] { [name] + arguments }

    /// What came of asking.
    enum Answer {
        case description(JobDescription)
        /// The program ended with this code instead: it has said why, or has shown its help.
        case ended(Int32)
    }

    /// Looks whether the file is the executable of a job, without running it.
    /// - Throws: `UsageError` that says what it is instead.
    func check() throws {
        do {
            try ExecutableImage.checkIsJob(path)
        } catch let error as NotAJobError {
            throw UsageError("\(name) \(error.objection)")
        }
    }

    /// Asks the program what the job is, for a cluster with so many slots.
    ///
    /// Blocks until it has answered.
    func describe(slotCount: Int) throws -> Answer {
        let (process, channel) = try start(slotCount: slotCount)
        var description: JobDescription?
        while case .messages(let messages) = try channel.receive(JobDescription.self) {
            description = messages.last ?? description
        }
        switch process.wait() {
        case .code(0):
            guard let description else { return .ended(0) }
            return .description(description)
        case .code(let code): return .ended(code)
        case .signal(let signal): return .ended(128 + signal)
        }
    }

    /// The process's end of the channel is let go of when this returns.
    private func start(slotCount: Int) throws -> (TaskProcess, FrameChannel) {
        let (ours, theirs) = try FrameChannel.makePair()
        var launch = TaskProcess.Launch(executable: path, arguments: commandLine)
        launch.purpose = .describe
        launch.slotCount = slotCount
        return (try TaskProcess(launch, channel: theirs), ours)
    }

    /// The current directory.
    static func directory() throws -> String {
        do {
            return try Files.currentDirectory()
        } catch let error as EngineError {
            throw UsageError("\(error.message); change to another directory")
        }
    }
}
