internal import MapReduceDriver
internal import MapReduceModel
internal import MapReduceProcess

extension CompiledJob {
    /// The job as the local runner hosts it: in processes like this one, or on threads of this one.
    ///
    /// In a replay the job runs as a plan of its own, of the stages before that of the task; its
    /// processes build the whole one.
    func hosted(_ id: JobID, _ settings: RunSettings) -> HostedJob {
        HostedJob(
            plan: plan,
            id: id,
            taskTimeoutSeconds: settings.taskTimeout,
            start: settings.inProcess ? thread(settings) : process(settings)
        )
    }

    private func process(_ settings: RunSettings) -> HostedJob.Start {
        .process {
            var launch = TaskProcess.Launch(
                executable: "/proc/self/exe",
                arguments: CommandLine.arguments
            )
            launch.slotCount = settings.clusterSlotCount
            return launch
        }
    }

    private func thread(_ settings: RunSettings) -> HostedJob.Start {
        .thread { channel in
            let server = TaskServer(
                channel: channel,
                program: self,
                settings: settings,
                isOwnProcess: false
            )
            do {
                try server.serve()
            } catch {
                // The driver finds the channel closed when this thread lets go of it.
            }
        } keyText: { key, stage in
            text(ofKey: key, inStage: stage)
        }
    }
}

extension JobError {
    /// A failure that ended the run while its thread went on; `replay`: runs the task again.
    init(_ hung: HungThreadError, replay: String? = nil) {
        self.init(
            .failed,
            FailureText.text(of: hung.failure, attempt: hung.attempt, replay: replay),
            location: hung.failure.location?.description
        )
    }
}
