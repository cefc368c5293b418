package import MapReduceModel
package import MapReduceProcess

/// A job as its task host needs it: the plan, and how to start a process of it.
package struct HostedJob: Sendable {
    package let plan: Plan
    package let program: TaskHost.Program
    package let start: Start

    /// How to start what serves the tasks.
    package enum Start: Sendable {
        /// A process; the closure determines where to run it, before each start.
        case process(@Sendable () throws -> TaskProcess.Launch)
        /// A thread of this process, where `serve` reads commands until the channel is closed;
        /// `keyText` formats a key of a stage as its type does.
        case thread(
            serve: @Sendable (FrameChannel) -> Void,
            keyText: @Sendable (_ key: [UInt8], _ stage: Int) -> String
        )
    }

    package init(plan: Plan, id: JobID, taskTimeoutSeconds: Int?, start: Start) {
        self.plan = plan
        self.start = start
        program = TaskHost.Program(
            job: id,
            fingerprint: plan.fingerprint,
            taskTimeoutSeconds: taskTimeoutSeconds
        )
    }
}

/// A task process with its log and the driver's end of its channel, or a thread that serves in its
/// place.
///
/// A thread of the driver may read the channel and drain the log while the slot writes to the
/// channel and ends the process.
package struct HostedProcess {
    package let channel: FrameChannel
    /// The log of the process's output; nil for a thread, which prints where this process does.
    package let log: TaskLog?
    let process: TaskProcess?

    /// Starts a process or thread that serves the tasks of a job.
    ///
    /// `logPath`: the file for a process's output outside of attempts.
    /// `recorderPath`: the flight recorder that the process writes to.
    init(_ start: HostedJob.Start, logPath: String, recorderPath: String) throws {
        let (ours, theirs) = try FrameChannel.makePair()
        channel = ours
        switch start {
        case .thread(let serve, _):
            process = nil
            log = nil
            try startThread { serve(theirs) }
        case .process(let launch):
            var launch = try launch()
            let (log, writer) = try TaskLog.make(at: logPath)
            defer { log.closeWriter(writer) }
            launch.output = writer
            process = try TaskProcess(launch, channel: theirs)
            self.log = log
        }
        try ours.send(TaskCommand.open(recorderPath: recorderPath))
    }
}
