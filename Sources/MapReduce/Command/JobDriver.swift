internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// Runs a job from the command line: checks what it was given, runs it, and says how it went.
struct JobDriver {
    let program: JobProgram
    let options: JobOptions
    private let inputs: InputArguments

    init(program: JobProgram, options: JobOptions) throws {
        self.program = program
        self.options = options
        inputs = try InputArguments(options.inputs)
    }

    /// Runs the job; the output is in place when it returns.
    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        try inputs.check(against: program.plan)
        guard let output = options.output else {
            throw JobError(.usage, "no output; add --output DIRECTORY, or -o - for standard output")
        }
        // What was asked for must be there; the default is touched only as far as it is needed.
        if options.memory != nil { try MemoryCheck.check(options.settings()) }
        try inputs.checkFiles(output: output)
        // Blocked before any thread is started, so that one thread receives them.
        let signals = try SignalWatcher([SIGINT, SIGTERM, SIGHUP])
        signal(SIGPIPE, SIG_IGN)
        raiseFileLimit()
        let job: JobState
        if output == "-" {
            job = try runToStandardOutput(signals)
        } else {
            job = try run(to: output, signals)
        }
        if !options.quiet {
            let place = output == "-" ? "standard output" : output
            Terminal.write(
                JobSummary.text(
                    of: JobStatus(job, output: place),
                    output: place,
                    elapsed: clock.now - start
                ),
                to: 2
            )
        }
    }

    private func run(to path: String, _ signals: SignalWatcher) throws -> JobState {
        let output = try OutputDirectory(path: path, overwrite: options.overwrite)
        do {
            guard options.scratch != nil || options.keepScratch else {
                let scratch = output.temporaryPath + "/scratch"
                try Files.createDirectory(scratch)
                return try run(
                    RunDirectories(output: output, scratch: scratch),
                    signals
                )
            }
            return try withScratch { scratch in
                try run(RunDirectories(output: output, scratch: scratch), signals)
            }
        } catch {
            throw afterCleaning(error) { try output.discard() }
        }
    }

    private func runToStandardOutput(_ signals: SignalWatcher) throws -> JobState {
        try withScratch { scratch in
            let job = try run(RunDirectories(output: nil, scratch: scratch), signals)
            try StandardOutput(signals: signals).write(
                job.stages.last?.tasks.compactMap { $0.winningOutput?.file.path } ?? []
            )
            return job
        }
    }

    private func withScratch<Result>(_ body: (String) throws -> Result) throws -> Result {
        let base = options.scratch ?? RunDirectories.temporaryBase
        let scratch = try ScratchDirectory(below: base)
        let clean = {
            guard options.keepScratch else { return try scratch.remove() }
            try scratch.keep()
            Terminal.write("intermediate files are in \(scratch.path)\n", to: 2)
        }
        let result: Result
        do {
            result = try body(scratch.path)
        } catch {
            throw afterCleaning(error, clean)
        }
        try clean()
        return result
    }

    /// An error after which something was to be cleaned up, which may fail as well: then both are
    /// told.
    private func afterCleaning(_ error: any Error, _ clean: () throws -> Void) -> any Error {
        do {
            try clean()
            return error
        } catch let second {
            return JobError(.failed, "\(error)\nand the clean-up failed: \(second)")
        }
    }

    private func run(
        _ directories: RunDirectories,
        _ signals: SignalWatcher
    ) throws -> JobState {
        let settings = options.settings()
        let spool = Spool(directory: directories.scratch, signals: signals)
        let splits = try program.plan.stages.map { stage -> [Split] in
            guard case .files(let name) = stage.input else { return [] }
            return try SplitPlanner.splits(
                of: try inputs.files(of: name, spool: spool),
                splitByteCount: settings.splitByteCount,
                slotCount: settings.workerCount
            )
        }
        let runner = try LocalRunner(
            program: program,
            settings: settings,
            directories: directories,
            signals: signals,
            display: display
        )
        let job = try runner.run(
            JobSubmission(
                id: JobID(1),
                plan: program.plan,
                splits: splits,
                maxAttempts: settings.maxAttempts,
                maxBadRecords: settings.maxBadRecords,
                auditPercent: settings.auditPercent
            )
        )
        try job.checkSucceeded()
        return job
    }

    private var display: any RunDisplay {
        if options.quiet { return SilentDisplay() }
        return Terminal.isInteractive(2)
            ? LiveDisplay(isVerbose: options.verbose) : PlainDisplay(isVerbose: options.verbose)
    }
}

extension JobState {
    /// Throws the failure of a job that did not succeed.
    func checkSucceeded() throws {
        switch phase {
        case .finished(.succeeded): return
        case .finished(.failed(let failure, let attempt)):
            throw JobError(
                .failed,
                JobSummary.text(of: failure, attempt: attempt),
                location: failure.location?.description
            )
        case .finished(.cancelled), .running, .committing:
            throw JobError(.interrupted, "the job was cancelled")
        }
    }
}
