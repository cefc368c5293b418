internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceWorker

/// The executable of a job, which can describe what it would run.
struct JobProgram {
    /// The name as typed, which is also the name that its task processes are started with.
    let name: String
    /// The path of the executable.
    let path: String
    let arguments: [String]

    /// Finds an executable as a shell does.
    ///
    /// `arguments`: the job's own arguments, without the `--` that separates them from
    ///   the command's.
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

    /// The result of asking the program for its description.
    enum Answer {
        case description(JobDescription)
        /// The program ended with this code instead: it has printed the reason, or its help.
        case ended(Int32)
    }

    /// Checks that the file is the executable of a job, without running it.
    ///
    /// - Throws: `UsageError` that says what it is instead.
    func check() throws {
        do {
            try ExecutableImage.checkIsJob(path)
        } catch let error as NotAJobError {
            throw UsageError("\(name) \(error.objection)")
        }
    }

    /// Asks the program for the description of its job, for a cluster with this slot count.
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

    /// The process's end of the channel is released when this returns.
    private func start(slotCount: Int) throws -> (TaskProcess, FrameChannel) {
        let (ours, theirs) = try FrameChannel.makePair()
        var launch = TaskProcess.Launch(executable: path, arguments: commandLine)
        launch.purpose = .describe
        launch.slotCount = slotCount
        return (try TaskProcess(launch, channel: theirs), ours)
    }

    /// Returns the current directory.
    static func directory() throws -> String {
        do {
            return try Files.currentDirectory()
        } catch let error as EngineError {
            throw UsageError("\(error.message); change to another directory")
        }
    }
}
