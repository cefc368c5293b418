internal import MapReduceModel
internal import MapReduceProcess

/// What runs the tasks of one slot: a process, or a thread of this one.
enum SlotHost {
    case process(TaskProcess, FrameChannel)
    case thread(FrameChannel)

    var channel: FrameChannel {
        switch self {
        case .process(_, let channel), .thread(let channel): channel
        }
    }

    /// Ends it at once.
    ///
    /// A thread cannot be ended: it goes on until its task is done, and nobody hears of it.
    func stop() {
        if case .process(let process, _) = self { process.kill() }
    }

    /// What starts a process of the job.
    static func launch(_ settings: RunSettings, logPath: String) -> TaskProcess.Launch {
        var launch = TaskProcess.Launch(
            executable: "/proc/self/exe",
            arguments: CommandLine.arguments
        )
        launch.logPath = logPath
        launch.slotCount = settings.clusterSlotCount
        return launch
    }

    /// Starts a host.
    ///
    /// `logPath`: takes what a process prints outside of attempts.
    ///
    /// `recorderPath`: the flight recorder that it is to write to.
    static func start(
        program: JobProgram,
        settings: RunSettings,
        logPath: String,
        recorderPath: String
    ) throws -> SlotHost {
        let (ours, theirs) = try FrameChannel.makePair()
        let host: SlotHost
        if settings.inProcess {
            let server = TaskServer(
                channel: theirs,
                program: program,
                settings: settings,
                isOwnProcess: false
            )
            try startThread {
                do {
                    try server.serve()
                } catch {
                    // The driver finds the channel closed when this thread lets go of it.
                }
            }
            host = .thread(ours)
        } else {
            let launch = launch(settings, logPath: logPath)
            host = .process(try TaskProcess(launch, channel: theirs), ours)
        }
        try ours.send(TaskCommand.open(recorderPath: recorderPath))
        return host
    }
}
