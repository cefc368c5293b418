internal import MapReduceDriver
internal import MapReduceModel
internal import MapReduceProcess

/// What runs the tasks of one slot: a process, or a thread of this one.
enum SlotHost {
    case process(TaskProcess, FrameChannel, TaskLog)
    case thread(FrameChannel)

    var channel: FrameChannel {
        switch self {
        case .process(_, let channel, _), .thread(let channel): channel
        }
    }

    /// Takes what the process prints; nil for a thread, which prints where this process does.
    var log: TaskLog? { if case .process(_, _, let log) = self { log } else { nil } }

    /// What came of ending a host.
    enum End {
        /// The process is gone.
        case exited(TaskProcess.Exit)
        /// The process does not end, even when it is killed.
        case stuck(TaskProcess)
        /// A thread cannot be ended: it goes on until its task is done, and nobody hears of it.
        case left

        var hasExited: Bool { if case .exited = self { true } else { false } }
        var isTrap: Bool { if case .exited(let exit) = self { exit.isTrap } else { false } }
    }

    /// Ends it at once.
    ///
    /// `start`: when the wait began, if other hosts are ended as well.
    func stop(since start: ContinuousClock.Instant = .now) -> End {
        guard case .process(let process, _, let log) = self else { return .left }
        let exit = process.kill(since: start)
        log.end()
        return exit.map { .exited($0) } ?? .stuck(process)
    }

    /// What starts a process of the job.
    static func launch(_ settings: RunSettings) -> TaskProcess.Launch {
        var launch = TaskProcess.Launch(
            executable: "/proc/self/exe",
            arguments: CommandLine.arguments
        )
        launch.slotCount = settings.clusterSlotCount
        return launch
    }

    /// Kills its process, without waiting for its end.
    func signalEnd() { if case .process(let process, _, _) = self { process.signalEnd() } }

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
            var launch = launch(settings)
            let (log, writer) = try TaskLog.make(at: logPath)
            defer { log.closeWriter(writer) }
            launch.output = writer
            host = .process(try TaskProcess(launch, channel: theirs), ours, log)
        }
        try ours.send(TaskCommand.open(recorderPath: recorderPath))
        return host
    }
}
