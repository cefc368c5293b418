internal import MapReduceDriver
internal import MapReduceModel
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// A server that runs what a driver sends over a channel, until the channel is closed.
///
/// The calling thread only reads, so that it notices the driver's end while a closure computes;
/// each attempt runs on its own thread, one at a time.
struct TaskServer: Sendable {
    let channel: FrameChannel
    let job: CompiledJob
    let settings: RunSettings
    /// The conditions of a test.
    var testConditions: TestConditions?
    /// Whether the process exists only for this server: then it ends with the channel.
    let isOwnProcess: Bool

    /// Serves until the driver closes its end.
    func serve() throws {
        if isOwnProcess {
            HangingThread.installBacktraceHandler()
            writeOutputByLines()
        }
        try channel.send(TaskNotice.ready(fingerprint: job.plan.fingerprint))
        var runner: TaskRunner?
        while case .messages(let commands) = try channel.receive(TaskCommand.self) {
            for command in commands {
                switch command {
                case .open(let path):
                    runner = TaskRunner(
                        job: job,
                        limits: settings.limits,
                        testConditions: testConditions,
                        recorder: try FlightRecorder(path: path),
                        maxBadRecords: settings.retryPolicy.maxBadRecords
                    )
                case .run(let spec):
                    guard let runner else {
                        throw ProcessError("a task came before the flight recorder")
                    }
                    try start(spec, runner)
                case .showKey(let stage, let key):
                    try channel.send(TaskNotice.key(job.text(ofKey: key, inStage: stage)))
                }
            }
        }
        if isOwnProcess { _exit(0) }
    }

    private func start(_ spec: TaskSpec, _ runner: TaskRunner) throws {
        let channel = self.channel
        let isOwnProcess = self.isOwnProcess
        // The driver sends the next attempt only after this one's report, so no two threads use the
        // runner or send at the same time.
        let handed = UnsafeTransfer(runner)
        try startThread {
            let runner = handed.value
            let report = runner.run(spec)
            // Printed text is in the pipe before the driver receives the report.
            if isOwnProcess { fflush(nil) }
            do {
                try channel.send(TaskNotice.ended(report))
            } catch {
                // No driver is left to report to.
                if isOwnProcess { _exit(1) }
            }
        }
    }
}
