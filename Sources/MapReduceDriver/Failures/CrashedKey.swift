internal import MapReduceModel
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// Finds the text of the key where a task process died.
///
/// Only the job's own code can format the key, and it may trap on that key again. So a new process,
/// which runs no task, does it.
enum CrashedKey {
    /// Returns the key as its type formats it; nil if no process answers in time.
    static func text(of key: [UInt8], stage: Int, _ launch: TaskProcess.Launch) -> String? {
        do {
            let (process, channel) = try start(launch)
            defer { process.kill() }
            try channel.send(TaskCommand.showKey(stage: stage, key: key))
            return try answer(on: channel)
        } catch {
            // A missing detail of the report is not worth another error.
            return nil
        }
    }

    private static func start(
        _ launch: TaskProcess.Launch
    ) throws -> (TaskProcess, FrameChannel) {
        let (ours, theirs) = try FrameChannel.makePair()
        // The log of the attempt already has what its pipeline prints.
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
