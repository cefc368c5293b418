internal import HTTPTypes
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess

/// Accepting and canceling jobs.
extension CoordinatorCore {
    /// Accepts a job: claims its output, cuts its input into splits, and starts it.
    func submit(_ request: SubmitRequest) async throws -> SubmitAnswer {
        try SubmissionCheck.check(request)
        try uploads.require(request.program)
        let description = request.description
        let uuid = HostIdentity.makeUUID()
        let (splits, output) = try await claim(description, owner: uuid)
        let stored = CoordinatorStore.Job(
            id: nextJob(),
            launch: JobLaunch(
                uuid: uuid,
                plan: description.plan,
                program: request.program,
                outputDirectory: output.temporaryPath,
                taskTimeout: description.taskTimeout
            ),
            settings: description.settings,
            owner: request.owner ?? "",
            output: description.output,
            submittedAt: clock.wallTime()
        )
        let submission = JobSubmission(
            id: stored.id,
            uuid: uuid,
            plan: description.plan,
            splits: splits,
            weight: request.weight,
            retryPolicy: description.retryPolicy
        )
        try await accept(LiveJob(stored, output: output), submission)
        return SubmitAnswer(id: stored.id, uuid: uuid)
    }

    /// Cuts a job's input into splits, and claims its output directory.
    private func claim(
        _ description: JobDescription,
        owner uuid: String
    ) async throws -> (splits: [[Split]], output: OutputDirectory) {
        let slotCount = max(self.slotCount, 1)
        let claimed = try await blocking {
            let splits = try zip(description.plan.stages, description.inputs).map { stage, files in
                guard case .files(_, let format) = stage.input else { return [Split]() }
                // A stage that reads files has a split even if they are empty.
                guard !files.pieces.isEmpty else { return [Split(pieces: [])] }
                let splits = try SplitPlanner.splits(
                    of: files.pieces.map { PlannedFile($0) },
                    format: format,
                    splitByteCount: description.splitByteCount,
                    slotCount: slotCount
                )
                return splits.isEmpty ? [Split(pieces: [])] : splits
            }
            let output = try OutputDirectory(
                path: description.output,
                overwrite: description.overwrites,
                owner: uuid
            )
            return (splits: splits, output: UnsafeTransfer(output))
        }
        return (claimed.splits, claimed.output.value)
    }

    /// Cancels a job; a job that has already ended is not an error.
    func cancel(_ id: JobID) async throws {
        guard let job = coordinator.jobs[id] else {
            guard try await store.job(id) != nil else { throw ClusterError.noJob(id) }
            return
        }
        if job.phase == .committing {
            throw ClusterError(
                .conflict,
                "committing",
                "job \(id.number) is being committed, and cannot be cancelled any more"
            )
        }
        try await apply([.jobCancelled(id)])
    }
}
