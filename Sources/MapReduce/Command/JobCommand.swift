internal import ArgumentParser
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

#if canImport(Glibc)
internal import Glibc
#endif

/// The command of a job: its own options in addition to those that all jobs have.
struct JobCommand<Description: Job>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: JobCommand.name,
            abstract: "Runs the job \(JobCommand.name) on this machine.",
            discussion: """
                It reads the inputs, and writes a directory of files, which appears when all is \
                done or not at all:

                  \(JobCommand.name) [options] logs/*.txt -o results

                The same executable runs on a cluster, with the same options:

                  mapreduce submit \(JobCommand.name) [options] logs/*.txt -o results
                """
        )
    }

    @OptionGroup(title: "Options of this job") var job: Description
    @OptionGroup var options: JobOptions

    /// The job's name, which is the name of its executable.
    static var name: String { Files.name(of: CommandLine.arguments.first ?? "job") }

    /// Runs the process from start to end: as a task process if a driver started it, otherwise as a
    /// driver.
    static func runProcess() -> Never {
        fillStandardDescriptors()
        let inherited = TaskProcess.inherited()
        let arguments: [String]
        let command: JobCommand
        do {
            arguments = try CurrentProcess.arguments()
            try CurrentProcess.checkVariables(["TMPDIR"])
        } catch {
            Terminal.write("\(name): \(error)\n", to: 2)
            Glibc.exit(JobError.Code.usage.number)
        }
        do {
            let words = Array(arguments.dropFirst())
            command = try parse(ParserArguments.splittingEmptyValues(words))
        } catch {
            let isHelp = exitCode(for: error) == .success
            let text = CompletionScript.mended(fullMessage(for: error), for: arguments)
            Terminal.write(text + "\n", to: isHelp ? 1 : 2)
            Glibc.exit(isHelp ? 0 : JobError.Code.usage.number)
        }
        do {
            switch inherited?.purpose {
            case .task: try command.serve(inherited)
            case .describe: try command.describe(to: inherited)
            case nil: try command.drive()
            }
            Glibc.exit(0)
        } catch let error as InterruptionError {
            Glibc.exit(128 + error.signal)
        } catch {
            Terminal.write("\(name): \(describe(error))\n", to: 2)
            Glibc.exit(code(of: error))
        }
    }

    private static func describe(_ error: any Error) -> String {
        error is ValidationError ? message(for: error) : "\(error)"
    }

    private static func code(of error: any Error) -> Int32 {
        switch error {
        case let error as JobError: error.code.number
        case let error as RunError: error.code.rawValue
        case is ArgumentError: JobError.Code.usage.number
        case let error as EngineError where error.kind == .badInput: JobError.Code.usage.number
        default: JobError.Code.failed.number
        }
    }

    private func serve(_ inherited: TaskProcess.Inherited?) throws {
        guard let channel = inherited?.channel else { return }
        let settings = options.settings(slotCount: inherited?.slotCount)
        let program = try program(settings, try options.sideFiles())
        try TaskServer(
            channel: channel,
            job: program,
            settings: settings,
            isOwnProcess: true
        ).serve()
    }

    /// Describes the job for a cluster.
    private func describe(to inherited: TaskProcess.Inherited?) throws {
        let request = options.request(slotCount: inherited?.slotCount)
        let files = try options.sideFiles()
        let program = try program(request.settings, files)
        if options.plan {
            return show(program.plan)
        }
        let describer = JobDescriber(
            job: program.driven(request.settings),
            request: request,
            options: options,
            files: files
        )
        try inherited?.channel.send(try describer.description())
    }

    private func show(_ plan: Plan) {
        let text = options.mermaid ? PlanText.mermaid(of: plan) : PlanText.text(of: plan)
        Terminal.write(text, to: 1)
    }

    private func drive() throws {
        if options.replay != nil || options.replayFrom != nil { return try replay() }
        let files = try options.sideFiles()
        let request = options.request()
        let program = try program(request.settings, files)
        if options.plan {
            return show(program.plan)
        }
        try JobDriver(
            job: program.driven(request.settings),
            request: request,
            sideFiles: files.described
        ).run()
    }

    private func program(_ settings: RunSettings, _ files: SideFiles) throws -> CompiledJob {
        try job.program(name: Self.name, settings: settings, files: files)
    }
}

extension JobCommand {
    /// Runs one task again.
    private func replay() throws {
        let files = try options.sideFiles()
        let skipped = try options.passedOverRecords()
        guard let path = options.replayFrom else {
            let request = options.request()
            let job = try program(request.settings, files).driven(request.settings)
            return try JobReplay(
                try options.replayedTask(),
                of: job,
                request,
                skipping: skipped
            ).run()
        }
        let task = try JSONText.decode(ReplayTask.self, from: try Files.read(path))
        var request = options.request(slotCount: task.slotCount)
        let program = try program(request.settings, files)
        request.settings.clusterSlotCount = task.slotCount
        request.settings.workerCount = Host.processorCount
        let job = program.driven(request.settings)
        try JobReplay(task, of: job, request, skipping: skipped).run()
    }
}

extension Job {
    /// Builds the job's plan and programs.
    /// - Throws: Also if the job has not requested one of the files.
    func program(
        name: String,
        settings: RunSettings,
        files: SideFiles
    ) throws -> CompiledJob {
        let planner = Planner(
            reducerCount: settings.reducerCount,
            outputStyle: settings.outputStyle
        )
        try pipeline(Input(files: files)).plan(into: OutputPlanner(planner: planner, name: ""))
        try files.checkAreAsked()
        let program = try planner.finish(name: name)
        // The shuffles of a stage share a run. A cluster may have more slots than a run may have
        // partitions; then the job has fewer tasks.
        let most = program.plan.stages.map(\.runPartitionCount).max() ?? 0
        if most > EngineLimits.maxPartitionCount, settings.choosesReducerCount,
            settings.reducerCount > 1
        {
            var fewer = settings
            fewer.reducerCount /= 2
            return try self.program(name: name, settings: fewer, files: files)
        }
        return program
    }
}
