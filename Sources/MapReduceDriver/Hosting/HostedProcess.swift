package import MapReduceModel
package import MapReduceProcess

/// A job as one that hosts its tasks needs it: the plan, and how a process of it is started.
package struct HostedJob: Sendable {
    package let plan: Plan
    package let program: TaskHost.Program
    package let start: Start

    /// What serves the tasks.
    package enum Start: Sendable {
        /// A process; the closure looks where it is to run each time that one is started.
        case process(@Sendable () throws -> TaskProcess.Launch)
        /// A thread of this process, on which `serve` reads commands until the channel is closed;
        /// `keyText`: a key of a stage as its type writes it.
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

/// A task process with the driver's end of its channel and with its log, or a thread that serves
/// like one.
///
/// A thread of its driver may read the channel and drain the log while the slot writes to the
/// channel and ends the process.
package struct HostedProcess {
    package let channel: FrameChannel
    /// Takes what the process prints; nil for a thread, which prints where this process does.
    package let log: TaskLog?
    let process: TaskProcess?

    /// Starts what serves the tasks of a job.
    ///
    /// `logPath`: takes what a process prints outside of attempts.
    ///
    /// `recorderPath`: the flight recorder that it is to write to.
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
