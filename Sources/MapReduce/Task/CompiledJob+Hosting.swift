internal import MapReduceDriver
internal import MapReduceModel
internal import MapReduceProcess

/// Conversion of a compiled job to the form that a driver runs.
extension CompiledJob {
    /// Returns the job as a driver needs it, without the types of its closures.
    func driven(_ settings: RunSettings, testConditions: TestConditions? = nil) -> DrivenJob {
        DrivenJob(
            plan: plan,
            readsStrings: stages.indices.map { stages[$0].readsStrings },
            start: settings.inProcess ? thread(settings, testConditions) : process(settings)
        ) { spec, recorder in
            TaskRunner(
                job: self,
                limits: settings.limits,
                testConditions: testConditions,
                recorder: recorder,
                maxBadRecords: settings.retryPolicy.maxBadRecords
            ).run(spec)
        }
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

    private func thread(
        _ settings: RunSettings,
        _ testConditions: TestConditions?
    ) -> HostedJob.Start {
        .thread { channel in
            let server = TaskServer(
                channel: channel,
                job: self,
                settings: settings,
                testConditions: testConditions,
                isOwnProcess: false
            )
            do {
                try server.serve()
            } catch {
                // The driver finds the channel closed when this thread releases it.
            }
        } keyText: { key, stage in
            text(ofKey: key, inStage: stage)
        }
    }
}
