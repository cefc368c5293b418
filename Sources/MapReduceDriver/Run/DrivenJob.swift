package import MapReduceEngine
package import MapReduceModel
package import MapReduceProcess

/// A job as its driver needs it, without the user's types: the plan, how its tasks are served, and
/// how this process runs one of them.
package struct DrivenJob: Sendable {
    package let plan: Plan
    /// For each stage, whether it decodes lines of files as strings.
    private let readsStrings: [Bool]
    private let start: HostedJob.Start
    /// Runs one task on the calling thread, for a replay.
    let runTask: @Sendable (TaskSpec, FlightRecorder) -> TaskReport

    package init(
        plan: Plan,
        readsStrings: [Bool],
        start: HostedJob.Start,
        runTask: @escaping @Sendable (TaskSpec, FlightRecorder) -> TaskReport
    ) {
        self.plan = plan
        self.readsStrings = readsStrings
        self.start = start
        self.runTask = runTask
    }

    /// Returns the job as the local runner hosts it: in processes like this one, or on threads of
    /// this one.
    ///
    /// In a replay, the job runs with its own plan, which has only the stages before the task's
    /// stage; its processes build the whole plan.
    package func hosted(_ id: JobID, _ settings: RunSettings) -> HostedJob {
        HostedJob(plan: plan, id: id, taskTimeoutSeconds: settings.taskTimeout, start: start)
    }

    /// Rejects files that are not text if a stage reads text.
    ///
    ///                                  files of a kind that    files with a NUL in
    ///     a record is                  is recognized           their first 64 KiB
    ///     a line                       refused                 read
    ///     a string, a row, JSON        refused                 refused
    ///     of a fixed size, a file      read                    read
    ///     a pair of a run              checked when it is read
    ///
    /// - Throws: `EngineError` of kind `badInput` that names the file.
    package func checkText(
        of files: [PlannedFile],
        stage: Int,
        name: (PlannedFile) -> String = { $0.path }
    ) throws {
        guard case .files(_, let format) = plan.stages[stage].input else { return }
        switch format {
        case .lines: try TextCheck.check(files, allowsNUL: !readsStrings[stage], name: name)
        case .rows, .jsonLines: try TextCheck.check(files, allowsNUL: false, name: name)
        case .fixed, .wholeFiles, .runs: break
        }
    }
}
