internal import MapReduceControl
internal import MapReduceEngine
package import MapReduceModel
internal import MapReduceProcess
package import MapReduceReport

/// Runs one task of a job again, on the main thread of this process, where a debugger finds it.
///
/// The task's input from earlier stages is computed first, in task processes, because those runs
/// are gone. The job's output is not touched.
package struct JobReplay {
    private let job: DrivenJob
    private let request: RunRequest
    private let replayed: ReplayTask
    /// Whether `mapreduce replay` requested the replay, with a task from a cluster.
    private let isHandedOver: Bool

    /// Creates the replay of a task of a run with these arguments.
    package init(
        _ name: TaskName,
        of job: DrivenJob,
        _ request: RunRequest,
        skipping badRecords: [BadRecord]
    ) throws {
        self.job = job
        self.request = request
        isHandedOver = false
        var replayed = try Self.planned(name, of: job.plan, request)
        replayed.badRecords += badRecords
        self.replayed = replayed
    }

    /// Creates the replay of a task that was passed in a file.
    ///
    /// - Throws: `RunError` if the task's job has a different plan.
    package init(
        _ handedOver: ReplayTask,
        of job: DrivenJob,
        _ request: RunRequest,
        skipping badRecords: [BadRecord]
    ) throws {
        self.job = job
        self.request = request
        isHandedOver = true
        var replayed = handedOver
        replayed.badRecords += badRecords
        self.replayed = replayed
        guard replayed.fingerprint == job.plan.fingerprint else {
            throw RunError(
                .usage,
                "this program has another plan than the job had (fingerprints "
                    + "\(job.plan.fingerprint) and \(replayed.fingerprint))"
            )
        }
    }

    /// Splits the input as a run with the same arguments does, and finds the task.
    private static func planned(
        _ name: TaskName,
        of plan: Plan,
        _ request: RunRequest
    ) throws -> ReplayTask {
        let inputs = InputArguments(request, of: plan)
        try inputs.check()
        try inputs.checkStored()
        let splits = try plan.stages.map { stage -> [Split] in
            guard case .files(let name, let format) = stage.input else { return [] }
            return try SplitPlanner.splits(
                of: try inputs.storedFiles(of: name),
                format: format,
                splitByteCount: request.settings.splitByteCount,
                slotCount: request.settings.workerCount
            )
        }
        if let problem = name.problem(in: plan, taskCounts: plan.taskCounts(splits: splits)) {
            throw RunError(.usage, problem)
        }
        return ReplayTask(
            TaskID(job: JobID(1), stage: name.stage, index: name.index),
            of: plan,
            slotCount: request.settings.workerCount,
            splits: splits,
            badRecords: []
        )
    }

    /// Runs the task, and prints what it does and its result.
    ///
    /// - Throws: `RunError` that says where the task failed.
    package func run() throws {
        let scratch = try ScratchDirectory(
            below: try request.scratch ?? Host.temporaryDirectory
        )
        let outcome: TaskReport.Outcome
        do {
            let input = try self.input()
            let segments = try readEarlierStages(in: scratch.path)
            say("\(name): running \(described) in this process")
            outcome = try runTask(input, segments, in: scratch.path)
            report(outcome, scratch.path)
        } catch {
            try scratch.remove()
            throw error
        }
        if request.keepsScratch { try scratch.keep() } else { try scratch.remove() }
        if case .failed(let failure) = outcome {
            var text = "the task failed"
            if let steps = failure.steps { text += " (\(steps))" }
            text += ":\n  " + FailureText.text(of: failure, attempt: nil)
            throw RunError(.failed, text, location: failure.location?.description)
        }
    }

    private var name: String { job.plan.name }
    private var described: String {
        "task \(TaskName(replayed.task)) (\(job.plan.stages[replayed.task.stage].label))"
    }

    private func say(_ text: String) {
        if !request.isQuiet || isHandedOver { Terminal.write(text + "\n", to: 2) }
    }

    // MARK: Input

    private func input() throws -> TaskInput {
        switch job.plan.stages[replayed.task.stage].input {
        case .files:
            let split = replayed.split ?? Split(pieces: [])
            for piece in split.pieces {
                let end = piece.offset + piece.byteCount
                say("\(name): reading \(piece.path), bytes \(piece.offset) to \(end)")
            }
            for record in replayed.badRecords {
                say("\(name): passing over the record of \(record.file) at byte \(record.offset)")
            }
            return .split(split)
        case .shuffles: return .partition(replayed.task.index)
        }
    }

    /// Runs the stages before the task's stage, and returns what the task reads from them.
    private func readEarlierStages(in scratch: String) throws -> [[Segment]] {
        let (plan, settings) = (job.plan, request.settings)
        let stage = replayed.task.stage
        guard !plan.stages[stage].sources.isEmpty else { return [] }
        say(
            "\(name): computing what \(described) reads, as its input is gone; "
                + "that may take as long as the job"
        )
        let runner = try LocalRunner(
            job: job.hosted(replayed.task.job, settings),
            slotCount: settings.workerCount,
            directories: RunDirectories(output: nil, scratch: scratch),
            signals: nil,
            display: request.display
        )
        // Earlier stages run only for their outputs.
        var retryPolicy = settings.retryPolicy
        retryPolicy.auditPercent = 0
        let state = try runner.run(
            JobSubmission(
                id: replayed.task.job,
                plan: Plan(name: name, stages: Array(plan.stages[..<stage])),
                splits: replayed.earlierSplits,
                retryPolicy: retryPolicy
            )
        )
        try state.checkSucceeded()
        let partitions = plan.partitionsRead(byTask: replayed.task.index, ofStage: stage)
        // If an iteration ended early, read the last round that ran.
        let sources = plan.stages[stage].sources.map { state.resolved($0) }
        return zip(sources, partitions).map { source, partition in
            state.stages[source.stage].tasks.compactMap { task in
                task.winningOutput?.run.map { Segment(run: $0.path, partition: partition) }
            }
        }
    }

    // MARK: The attempt

    private func runTask(
        _ input: TaskInput,
        _ segments: [[Segment]],
        in scratch: String
    ) throws -> TaskReport.Outcome {
        let recorder = try FlightRecorder()
        recorder.beginAttempt()
        let attempt = AttemptID(task: replayed.task, number: 0)
        let format: InputFormat? =
            if case .files(_, let format) = job.plan.stages[replayed.task.stage].input {
                format
            } else { nil }
        CrashPlace.report(from: recorder, readsLines: input.hasPlainLines(format))
        let spec = TaskSpec(
            attempt: attempt,
            input: input,
            segments: segments,
            directory: "\(scratch)/\(attempt)",
            badRecords: replayed.badRecords
        )
        let report = job.runTask(spec, recorder)
        CrashPlace.forget()
        return report.outcome
    }

    private func report(_ outcome: TaskReport.Outcome, _ scratch: String) {
        guard case .succeeded(let output) = outcome else { return }
        say("\(name): \(described) succeeded")
        for entry in output.counters.entries {
            say("  \(entry.name): \(Format.count(entry.value))")
        }
        for file in output.files {
            say(
                "  wrote \(Format.count(file.recordCount, "record")), "
                    + Format.bytes(file.byteCount)
                    + (request.keepsScratch
                        ? ", to \(file.path)" : " (and removed them; --keep-scratch keeps them)")
            )
        }
    }
}

extension TaskInput {
    /// Whether a record can be read directly from its offset.
    fileprivate func hasPlainLines(_ format: InputFormat?) -> Bool {
        guard case .split(let split) = self, let format, format.isLines || format.cut == .anywhere
        else { return false }
        return split.pieces.allSatisfy { $0.compression == .none }
    }
}
