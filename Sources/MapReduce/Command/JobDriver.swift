internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

#if canImport(Glibc)
internal import Glibc
#endif

/// Runs a job from the command line: checks what it was given, runs it, and says how it went.
struct JobDriver {
    let program: CompiledJob
    let options: JobOptions
    private let inputs: InputArguments
    private let files: SideFiles
    private let reports: RunReports

    init(program: CompiledJob, options: JobOptions, files: SideFiles) throws {
        self.program = program
        self.options = options
        self.files = files
        inputs = InputArguments(options, of: program.plan)
        reports = try RunReports(options)
    }

    /// Runs the job; the output is in place when it returns.
    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        try inputs.check()
        guard let output = options.output else {
            throw JobError(.usage, "no output; add --output DIRECTORY, or -o - for standard output")
        }
        if output == "-", program.plan.hasNamedOutputs {
            throw JobError(
                .usage,
                "the job has outputs with names, which standard output cannot tell apart; "
                    + "give a directory with --output"
            )
        }
        // What was asked for must be there; the default is touched only as far as it is needed.
        if options.memory != nil { try MemoryCheck.check(options.settings()) }
        let warnings = try inputs.checkFiles(output: output, reports: reports.files)
        if !options.quiet {
            for warning in warnings { Terminal.write("warning: \(warning)\n", to: 2) }
        }
        try files.check(output: output)
        try reports.check(
            output: output,
            inputs: try inputs.allFiles() + files.described.map(\.path)
        )
        // Blocked before any thread is started, so that one thread receives them.
        let signals = try SignalWatcher([SIGINT, SIGTERM, SIGHUP])
        signal(SIGPIPE, SIG_IGN)
        raiseFileLimit()
        let place = output == "-" ? "standard output" : output
        do {
            if output == "-" {
                try runToStandardOutput(signals)
            } else {
                try run(to: output, signals)
            }
        } catch {
            throw afterwards(error, "the report could not be written") { try reports.write() }
        }
        if !options.quiet, let end = reports.end {
            Terminal.write(
                JobSummary.text(of: end.job, output: place, elapsed: clock.now - start),
                to: 2
            )
        }
        do {
            try reports.write()
        } catch {
            throw JobError(
                .failed,
                "the output is in \(place), and the report could not be written: \(error)"
            )
        }
    }

    private func run(to path: String, _ signals: SignalWatcher) throws {
        let output = try OutputDirectory(path: path, overwrite: options.overwrite)
        do {
            guard options.scratch != nil || options.keepScratch else {
                let scratch = output.temporaryPath + "/scratch"
                try Files.createDirectory(scratch)
                _ = try run(RunDirectories(output: output, scratch: scratch), signals)
                return
            }
            try withScratch { scratch in
                _ = try run(RunDirectories(output: output, scratch: scratch), signals)
            }
        } catch {
            throw afterCleaning(error) { try output.discard() }
        }
    }

    private func runToStandardOutput(_ signals: SignalWatcher) throws {
        try withScratch { scratch in
            let job = try run(RunDirectories(output: nil, scratch: scratch), signals)
            try StandardOutput(signals: signals).write(
                job.publishedOutputs.flatMap(\.parts).map(\.path),
                options.settings().outputStyle
            )
        }
    }

    private func withScratch(_ body: (String) throws -> Void) throws {
        let base = try options.scratch ?? RunDirectories.temporaryBase
        let scratch = try ScratchDirectory(below: base)
        let clean = {
            guard options.keepScratch else { return try scratch.remove() }
            try scratch.keep()
            Terminal.write("intermediate files are in \(scratch.path)\n", to: 2)
        }
        do {
            try body(scratch.path)
        } catch {
            throw afterCleaning(error, clean)
        }
        try clean()
    }

    /// An error after which something was to be cleaned up, which may fail as well: then both are
    /// told.
    private func afterCleaning(_ error: any Error, _ clean: () throws -> Void) -> any Error {
        afterwards(error, "the clean-up failed", clean)
    }

    /// The same for something else that is done after an error.
    private func afterwards(
        _ error: any Error,
        _ problem: String,
        _ body: () throws -> Void
    ) -> any Error {
        do {
            try body()
            return error
        } catch let second {
            return JobError(.failed, "\(error)\nand \(problem): \(second)")
        }
    }

    private func run(
        _ directories: RunDirectories,
        _ signals: SignalWatcher
    ) throws -> JobState {
        let settings = options.settings()
        let spool = Spool(directory: directories.scratch, signals: signals)
        let splits = try program.plan.stages.enumerated().map { index, stage -> [Split] in
            guard case .files(let name, let format) = stage.input else { return [] }
            let files = try inputs.files(of: name, spool: spool)
            try program.check(files, of: index, as: options.inputFormat, name: spool.name(of:))
            return try SplitPlanner.splits(
                of: files,
                format: format,
                splitByteCount: settings.splitByteCount,
                slotCount: settings.workerCount
            )
        }
        let id = JobID(1)
        let runner = try LocalRunner(
            job: program.hosted(id, settings),
            slotCount: settings.workerCount,
            directories: directories,
            signals: signals,
            display: options.display,
            dashboard: reports.dashboard
        )
        let context = try RunContext(
            output: directories.output?.path ?? "standard output",
            slotCount: settings.workerCount,
            processorCount: RunSettings.processorCount,
            settings: settings.reported,
            replayCommand: spool.names.isEmpty ? replayWords("STAGE.TASK", []) : nil
        )
        try reports.begin(context)
        let job = try runJob(
            runner,
            context,
            copied: spool.names,
            JobSubmission(
                id: id,
                plan: program.plan,
                splits: splits,
                maxAttempts: settings.maxAttempts,
                maxBadRecords: settings.maxBadRecords,
                auditPercent: settings.auditPercent
            )
        )
        try job.checkSucceeded { attempt in
            let task = attempt.task
            let badRecords = job.stages[task.stage].tasks[task.index].badRecords
            return replayCommand(task, badRecords, copied: spool.names)
        }
        return job
    }

    private func runJob(
        _ runner: LocalRunner,
        _ context: RunContext,
        copied: [String],
        _ submission: JobSubmission
    ) throws -> JobState {
        do {
            let job = try runner.run(submission)
            reports.keep(runner.finalSnapshot(), context)
            return job
        } catch {
            reports.keep(runner.finalSnapshot(endedBy: error), context)
            guard let hung = error as? HungThreadError else { throw error }
            throw JobError(hung, replay: replayCommand(hung.attempt.task, [], copied: copied))
        }
    }

    /// What runs a task of this job again, to be pasted into a shell.
    ///
    /// `copied`: what was read by copies that are gone.
    private func replayCommand(
        _ task: TaskID,
        _ passedOver: [BadRecord],
        copied: [String]
    ) -> String {
        if let stream = copied.first {
            return "(\(stream) can be read only once; save it to a file, and run the job with that)"
        }
        let left = passedOver.count - DriverLimits.maxPassedOverInCommand
        return replayWords("\(TaskName(task))", passedOver)
            + (left > 0 ? "  # stops at one of \(left) bad records" : "")
    }

    /// The command without what it may end in.
    ///
    /// The number of workers is named, as it decides how the input is cut.
    private func replayWords(_ task: String, _ passedOver: [BadRecord]) -> String {
        var words = [CommandLine.arguments.first ?? program.plan.name]
        words += ["--replay", task]
        if options.workers == nil { words += ["--workers", "\(options.settings().workerCount)"] }
        for record in passedOver.prefix(DriverLimits.maxPassedOverInCommand) {
            words += ["--pass-over", "\(record.file)@\(record.offset)"]
        }
        words += Self.withoutReports(Array(CommandLine.arguments.dropFirst()))
        return ShellWords.text(words)
    }

    /// Arguments without the options that ask for reports, which a replay does not write.
    static func withoutReports(_ arguments: [String]) -> [String] {
        var kept: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return kept + [argument] + rest }
            switch argument {
            case "--report", "--trace": rest = rest.dropFirst()
            case "--dashboard": break
            case _ where argument.hasPrefix("--report=") || argument.hasPrefix("--trace="): break
            default: kept.append(argument)
            }
        }
        return kept
    }
}

extension JobState {
    /// Throws the failure of a job that did not succeed.
    ///
    /// `replay`: what runs the task of an attempt again.
    func checkSucceeded(replay: (AttemptID) throws -> String? = { _ in nil }) throws {
        switch phase {
        case .finished(.succeeded): return
        case .finished(.failed(let failure, let attempt)):
            throw JobError(
                .failed,
                FailureText.text(
                    of: failure,
                    attempt: attempt,
                    replay: try attempt.flatMap(replay)
                ),
                location: failure.location?.description
            )
        case .finished(.cancelled), .running, .committing:
            throw JobError(.interrupted, "the job was cancelled")
        }
    }
}
