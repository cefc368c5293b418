internal import MapReduceControl
internal import MapReduceEngine
package import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

#if canImport(Glibc)
internal import Glibc
#endif

/// Runs a job from the command line: checks its arguments, runs it, and reports how it went.
package struct JobDriver {
    private let job: DrivenJob
    private let request: RunRequest
    private let inputs: InputArguments
    private let sideFiles: [DescribedFile]
    private let reports: RunReports
    private let replay: ReplayCommandText

    /// `sideFiles`: the side files that the job has requested.
    package init(job: DrivenJob, request: RunRequest, sideFiles: [DescribedFile]) throws {
        self.job = job
        self.request = request
        self.sideFiles = sideFiles
        inputs = InputArguments(request, of: job.plan)
        reports = try RunReports(request)
        replay = ReplayCommandText(of: job, request)
    }

    /// Runs the job; the output is in place when it returns.
    package func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let output = try checkedOutput()
        try checkFiles(output)
        // Block them before any thread starts, so that a single thread receives them.
        let signals = try SignalWatcher([SIGINT, SIGTERM, SIGHUP])
        signal(SIGPIPE, SIG_IGN)
        FileLimit.raise()
        let place = output == "-" ? "standard output" : output
        do {
            if output == "-" {
                try writeStandardOutput(signals)
            } else {
                try writeDirectory(output, signals)
            }
        } catch {
            throw afterwards(error, "the report could not be written") { try reports.write() }
        }
        if !request.isQuiet, let end = reports.end {
            Terminal.write(
                JobSummary.text(of: end.job, output: place, elapsed: clock.now - start),
                to: 2
            )
        }
        do {
            try reports.write()
        } catch {
            throw RunError(
                .failed,
                "the output is in \(place), and the report could not be written: \(error)"
            )
        }
    }

    // MARK: Checks before anything is written

    /// Returns the output path, after checking it.
    private func checkedOutput() throws -> String {
        try inputs.check()
        guard let output = request.output else {
            throw RunError(.usage, "no output; add --output DIRECTORY, or -o - for standard output")
        }
        if output == "-", job.plan.hasNamedOutputs {
            throw RunError(
                .usage,
                "the job has outputs with names, which standard output cannot tell apart; "
                    + "give a directory with --output"
            )
        }
        return output
    }

    private func checkFiles(_ output: String) throws {
        // A requested amount must be available; the default uses only as much memory as it needs.
        if request.namesMemory { try MemoryCheck.check(request.settings) }
        request.warn(try inputs.checkFiles(output: output, reports: reports.files))
        try SideFileCheck.check(sideFiles, output: output)
        try reports.check(
            output: output,
            inputs: try inputs.allFiles() + sideFiles.map(\.path)
        )
    }

    // MARK: The output and the scratch directory

    private func writeDirectory(_ path: String, _ signals: SignalWatcher) throws {
        let output = try OutputDirectory(path: path, overwrite: request.overwrites)
        do {
            guard request.scratch != nil || request.keepsScratch else {
                let scratch = output.temporaryPath + "/scratch"
                try Files.createDirectory(scratch)
                _ = try produce(in: RunDirectories(output: output, scratch: scratch), signals)
                return
            }
            try withScratch { scratch in
                _ = try produce(in: RunDirectories(output: output, scratch: scratch), signals)
            }
        } catch {
            throw afterCleaning(error) { try output.discard() }
        }
    }

    private func writeStandardOutput(_ signals: SignalWatcher) throws {
        try withScratch { scratch in
            let job = try produce(in: RunDirectories(output: nil, scratch: scratch), signals)
            try StandardOutput(signals: signals).write(
                job.publishedOutputs.flatMap(\.parts).map(\.path),
                request.settings.outputStyle
            )
        }
    }

    private func withScratch(_ body: (String) throws -> Void) throws {
        let base = try request.scratch ?? Host.temporaryDirectory
        let scratch = try ScratchDirectory(below: base)
        let clean = {
            guard request.keepsScratch else { return try scratch.remove() }
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

    /// Runs the clean-up after an error, and returns the error to report: if the clean-up fails as
    /// well, both.
    private func afterCleaning(_ error: any Error, _ clean: () throws -> Void) -> any Error {
        afterwards(error, "the clean-up failed", clean)
    }

    /// Does the same for any other work that follows an error.
    private func afterwards(
        _ error: any Error,
        _ problem: String,
        _ body: () throws -> Void
    ) -> any Error {
        do {
            try body()
            return error
        } catch let second {
            return RunError(.failed, "\(error)\nand \(problem): \(second)")
        }
    }

    // MARK: The run itself

    /// Runs all tasks and puts the parts of the output in place.
    private func produce(
        in directories: RunDirectories,
        _ signals: SignalWatcher
    ) throws -> JobState {
        let settings = request.settings
        let spool = Spool(directory: directories.scratch, signals: signals)
        let splits = try splits(spool)
        let id = JobID(1)
        let runner = try LocalRunner(
            job: job.hosted(id, settings),
            slotCount: settings.workerCount,
            directories: directories,
            signals: signals,
            display: request.display,
            dashboard: reports.dashboard
        )
        let context = RunContext(
            output: directories.output?.path ?? "standard output",
            slotCount: settings.workerCount,
            processorCount: Host.processorCount,
            settings: settings.reported,
            replayCommand: spool.names.isEmpty ? replay.words("STAGE.TASK") : nil
        )
        try reports.begin(context)
        let state = try submit(
            JobSubmission(
                id: id,
                plan: job.plan,
                splits: splits,
                retryPolicy: settings.retryPolicy
            ),
            to: runner,
            context,
            copied: spool.names
        )
        try state.checkSucceeded { attempt in
            let task = attempt.task
            let badRecords = state.stages[task.stage].tasks[task.index].badRecords
            return replay.text(task, skipping: badRecords, copied: spool.names)
        }
        return state
    }

    /// Returns the pieces of files that the tasks of each stage read.
    private func splits(_ spool: Spool) throws -> [[Split]] {
        try job.plan.stages.enumerated().map { index, stage in
            guard case .files(let name, let format) = stage.input else { return [] }
            let files = try inputs.files(of: name, spool: spool)
            if !request.readsAnyFile {
                try job.checkText(of: files, stage: index, name: spool.name(of:))
            }
            return try SplitPlanner.splits(
                of: files,
                format: format,
                splitByteCount: request.settings.splitByteCount,
                slotCount: request.settings.workerCount
            )
        }
    }

    /// Has a runner run the job, and keeps its outcome for the reports.
    private func submit(
        _ submission: JobSubmission,
        to runner: LocalRunner,
        _ context: RunContext,
        copied: [String]
    ) throws -> JobState {
        do {
            let state = try runner.run(submission)
            reports.keep(runner.finalSnapshot(), context)
            return state
        } catch {
            reports.keep(runner.finalSnapshot(endedBy: error), context)
            guard let hung = error as? HungThreadError else { throw error }
            let command = replay.text(hung.attempt.task, skipping: [], copied: copied)
            throw RunError(hung, replay: command)
        }
    }
}
