internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

/// Starts an executable as a task process, and ends it when it has built its plan.
struct ProgramProbe: Sendable {
    let executable: String
    let arguments: [String]
    let directory: String
    let logPath: String
    let slotCount: Int

    /// Blocks until the process has answered, has ended, or has taken too long.
    func run() -> JobCheckAnswer.Program {
        do {
            try ExecutableImage.checkIsJob(executable)
            let (process, channel, output) = try start()
            defer { output.end() }
            let deadline = ContinuousClock.now + WorkerLimits.programPatience
            while ContinuousClock.now < deadline {
                let rest = deadline - ContinuousClock.now
                let descriptors = [channel.descriptor] + (output.descriptor.map { [$0] } ?? [])
                let ready = waitForInput(on: descriptors, timeout: rest)
                if ready.contains(1) { output.drain() }
                guard ready.contains(0) else { continue }
                switch try channel.receive(TaskNotice.self) {
                case .closed:
                    let end = process.kill()?.description ?? "it cannot be ended"
                    output.end()
                    return failure(end)
                case .messages(let notices):
                    for case .ready(let fingerprint) in notices {
                        process.kill()
                        return .ready(fingerprint: fingerprint)
                    }
                }
            }
            process.kill()
            output.end()
            return failure(
                "it said nothing for \(WorkerLimits.programPatience.components.seconds) s"
            )
        } catch {
            return failure("\(error)")
        }
    }

    /// The process's end of the channel is released when this returns.
    private func start() throws -> (TaskProcess, FrameChannel, TaskLog) {
        let (ours, theirs) = try FrameChannel.makePair()
        var launch = TaskProcess.Launch(executable: executable, arguments: arguments)
        launch.directory = directory
        launch.slotCount = slotCount
        launch.inheritsEnvironment = false
        let (output, writer) = try TaskLog.make(at: logPath)
        defer { output.closeWriter(writer) }
        launch.output = writer
        return (try TaskProcess(launch, channel: theirs), ours, output)
    }

    private func failure(_ reason: String) -> JobCheckAnswer.Program {
        var log = ""
        var image = ProgramFailure.Image.other
        do {
            image = try ExecutableImage.read(executable)
            if try Files.kind(of: logPath) == .file {
                log = String(
                    decoding: try Files.readTail(
                        logPath,
                        byteCount: WorkerLimits.maxCheckedLogByteCount
                    ),
                    as: UTF8.self
                )
            }
        } catch {
            log += "\(error)\n"
        }
        return .failed(ProgramFailure(reason: reason, log: log, image: image))
    }
}
