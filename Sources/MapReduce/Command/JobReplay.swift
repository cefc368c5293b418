internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

/// Runs one task of a job again, on the main thread of this process, where a debugger finds it.
///
/// What the task reads of earlier stages is computed anew first, in task processes, as those runs
/// are gone. Nothing of the job's output is touched.
struct JobReplay {
    let program: JobProgram
    let settings: RunSettings
    let options: JobOptions
    let replayed: ReplayTask

    /// The task that the options name, or the one that was handed over in a file.
    init(
        program: JobProgram,
        settings: RunSettings,
        options: JobOptions,
        handedOver: ReplayTask?
    ) throws {
        self.program = program
        self.settings = settings
        self.options = options
        var replayed =
            try handedOver ?? Self.planned(program: program, settings: settings, options: options)
        replayed.badRecords += try options.passedOverRecords()
        self.replayed = replayed
        guard replayed.fingerprint == program.plan.fingerprint else {
            throw JobError(
                .usage,
                "this program has another plan than the job had (fingerprints "
                    + "\(program.plan.fingerprint) and \(replayed.fingerprint))"
            )
        }
    }

    /// Cuts the input as a run with the same arguments does, and finds the task.
    private static func planned(
        program: JobProgram,
        settings: RunSettings,
        options: JobOptions
    ) throws -> ReplayTask {
        let plan = program.plan
        let inputs = try InputArguments(options.inputs)
        try inputs.check(against: plan)
        try inputs.checkStored()
        let splits = try plan.stages.map { stage -> [Split] in
            guard case .files(let name) = stage.input else { return [] }
            return try SplitPlanner.splits(
                of: try inputs.storedFiles(of: name),
                splitByteCount: settings.splitByteCount,
                slotCount: settings.workerCount
            )
        }
        let name = try options.replayedTask()
        let counts = plan.stages.map { stage in
            switch stage.input {
            case .files: splits[stage.id].count
            case .shuffle(let source): plan.stages[source].partitionCount
            }
        }
        if let problem = name.problem(in: plan, taskCounts: counts) {
            throw JobError(.usage, problem)
        }
        let readsFiles = if case .files = plan.stages[name.stage].input { true } else { false }
        return ReplayTask(
            task: TaskID(job: JobID(1), stage: name.stage, index: name.index),
            fingerprint: plan.fingerprint,
            slotCount: settings.workerCount,
            split: readsFiles ? splits[name.stage][name.index] : nil,
            earlierSplits: readsFiles ? [] : Array(splits[..<name.stage]),
            badRecords: []
        )
    }

    /// Runs the task, and says what it does and what came of it.
    /// - Throws: `JobError` that says where the task failed.
    func run() throws {
        let scratch = try ScratchDirectory(
            below: options.scratch ?? RunDirectories.temporaryBase
        )
        let outcome: TaskReport.Outcome
        do {
            let input = try readable(in: scratch.path)
            say("\(name): running \(described) in this process")
            outcome = try runTask(input, in: scratch.path)
            tell(outcome, scratch.path)
        } catch {
            try scratch.remove()
            throw error
        }
        if options.keepScratch { try scratch.keep() } else { try scratch.remove() }
        if case .failed(let failure) = outcome {
            var text = "the task failed"
            if let steps = failure.steps { text += " (\(steps))" }
            text += ":\n  " + JobSummary.text(of: failure, attempt: nil)
            throw JobError(.failed, text, location: failure.location?.description)
        }
    }

    private var name: String { program.plan.name }
    private var described: String {
        "task \(TaskName(replayed.task)) (\(program.plan.stages[replayed.task.stage].label))"
    }

    private func say(_ text: String) {
        if !options.quiet || options.replayFrom != nil { Terminal.write(text + "\n", to: 2) }
    }

    // MARK: What it reads

    private func readable(in scratch: String) throws -> TaskInput {
        switch program.plan.stages[replayed.task.stage].input {
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
        case .shuffle(let source):
            say(
                "\(name): computing what \(described) reads, as its input is gone; "
                    + "that may take as long as the job"
            )
            return .segments(
                partition: replayed.task.index,
                of: try runs(of: source, in: scratch).map {
                    Segment(run: $0, partition: replayed.task.index)
                }
            )
        }
    }

    /// Runs the stages up to one, and gives what its tasks wrote.
    private func runs(of stage: Int, in scratch: String) throws -> [String] {
        let runner = try LocalRunner(
            program: program,
            settings: settings,
            directories: RunDirectories(output: nil, scratch: scratch),
            signals: nil,
            display: options.display
        )
        let job = try runner.run(
            JobSubmission(
                id: replayed.task.job,
                plan: Plan(name: name, stages: Array(program.plan.stages[...stage])),
                splits: Array(replayed.earlierSplits[...stage]),
                maxAttempts: settings.maxAttempts,
                maxBadRecords: settings.maxBadRecords
            )
        )
        try job.checkSucceeded()
        return job.stages[stage].tasks.compactMap { $0.winningOutput?.file.path }
    }

    // MARK: The attempt

    private func runTask(_ input: TaskInput, in scratch: String) throws -> TaskReport.Outcome {
        let recorder = try FlightRecorder()
        recorder.beginAttempt()
        let attempt = AttemptID(task: replayed.task, number: 0)
        let runner = TaskRunner(program: program, limits: settings.limits, recorder: recorder)
        CrashPlace.report(from: recorder, readsLines: input.hasPlainLines)
        let report = runner.run(
            TaskSpec(
                attempt: attempt,
                input: input,
                directory: "\(scratch)/\(attempt)",
                badRecords: replayed.badRecords
            )
        )
        CrashPlace.forget()
        return report.outcome
    }

    private func tell(_ outcome: TaskReport.Outcome, _ scratch: String) {
        guard case .succeeded(let output) = outcome else { return }
        say("\(name): \(described) succeeded")
        for entry in output.counters.entries {
            say("  \(entry.name): \(Format.count(entry.value))")
        }
        let file = output.file
        say(
            "  wrote \(Format.count(file.recordCount, "record")), \(Format.bytes(file.byteCount))"
                + (options.keepScratch
                    ? ", to \(file.path)" : " (and removed them; --keep-scratch keeps them)")
        )
    }
}

extension TaskInput {
    /// Whether a record can be read from its offset on.
    fileprivate var hasPlainLines: Bool {
        guard case .split(let split) = self else { return false }
        return split.pieces.allSatisfy { $0.compression == .none }
    }
}
