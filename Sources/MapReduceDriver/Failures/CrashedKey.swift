internal import MapReduceModel
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// Finds out how a key is written at which a task process died.
///
/// Only the job's own code knows, and it may trap at that key again: so a new process says it,
/// which runs no task.
enum CrashedKey {
    /// The key as its type writes it; nil where no process says it in time.
    static func text(of key: [UInt8], stage: Int, _ launch: TaskProcess.Launch) -> String? {
        do {
            let (process, channel) = try start(launch)
            defer { process.kill() }
            try channel.send(TaskCommand.showKey(stage: stage, key: key))
            return try answer(on: channel)
        } catch {
            // What the report would have said more is not worth another error.
            return nil
        }
    }

    private static func start(
        _ launch: TaskProcess.Launch
    ) throws -> (TaskProcess, FrameChannel) {
        let (ours, theirs) = try FrameChannel.makePair()
        // What its pipeline prints was in the log of the attempt already.
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(null) }
        var launch = launch
        launch.output = null
        return (try TaskProcess(launch, channel: theirs), ours)
    }

    private static func answer(on channel: FrameChannel) throws -> String? {
        let clock = ContinuousClock()
        let deadline = clock.now + ProcessLimits.maxKeyTextWait
        while clock.now < deadline {
            let ready = waitForInput(on: [channel.descriptor], timeout: deadline - clock.now)
            if ready.isEmpty { continue }
            guard case .messages(let notices) = try channel.receive(TaskNotice.self) else {
                return nil
            }
            for case .key(let text) in notices { return text }
        }
        return nil
    }
}
