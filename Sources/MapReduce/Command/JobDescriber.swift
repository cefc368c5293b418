internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

/// Says what a run of a job is, for a cluster to do it: finds the files, and leaves it to the
/// coordinator to cut them.
struct JobDescriber {
    let program: CompiledJob
    let settings: RunSettings
    let options: JobOptions
    private let inputs: InputArguments
    private let files: SideFiles

    init(program: CompiledJob, settings: RunSettings, options: JobOptions, files: SideFiles) {
        self.program = program
        self.settings = settings
        self.options = options
        self.files = files
        inputs = InputArguments(options, of: program.plan)
    }

    private var plan: Plan { program.plan }

    func description() throws -> JobDescription {
        try checkOptions()
        try inputs.check()
        guard let output = options.output else {
            throw JobError(.usage, "no output; add --output DIRECTORY")
        }
        let warnings = try inputs.checkFiles(output: output)
        if !options.quiet {
            for warning in warnings { Terminal.write("warning: \(warning)\n", to: 2) }
        }
        try files.check(output: output)
        return JobDescription(
            plan: plan,
            inputs: try plan.stages.enumerated().map { index, stage in
                guard case .files(let name, _) = stage.input else { return Split(pieces: []) }
                let files = try inputs.storedFiles(of: name)
                try program.check(files, of: index, as: options.inputFormat)
                return Split(pieces: files.map(\.wholePiece))
            },
            files: try files.described.map { file in
                var file = file
                file.path = try absolute(file.path)
                return file
            },
            output: try absolute(output),
            overwrites: options.overwrite,
            splitByteCount: settings.splitByteCount,
            maxAttempts: settings.maxAttempts,
            maxBadRecords: settings.maxBadRecords,
            auditPercent: settings.auditPercent,
            taskTimeout: settings.taskTimeout,
            settings: settings.reported,
            isQuiet: options.quiet,
            isVerbose: options.verbose
        )
    }

    private func checkOptions() throws {
        let local = [
            ("workers", options.workers != nil), ("in-process", options.inProcess),
            ("scratch", options.scratch != nil), ("keep-scratch", options.keepScratch),
            ("files-from", options.filesFrom != nil),
            ("replay", options.replay != nil), ("pass-over", !options.passOver.isEmpty),
        ]
        for (name, isGiven) in local where isGiven {
            throw JobError(
                .usage,
                "--\(name) is for a run on one machine; a cluster has the slots and the scratch "
                    + "directories of its workers (leave it out)"
            )
        }
        for (name, isGiven) in options.reportOptions where isGiven {
            throw JobError(
                .usage,
                "--\(name) is for a run on one machine; the coordinator serves the dashboard of a "
                    + "cluster, and `mapreduce report` and `mapreduce trace` write these files "
                    + "(leave it out)"
            )
        }
        if options.output == "-" {
            throw JobError(
                .usage,
                "the output of a job on a cluster is a directory that all workers can write to; "
                    + "give one with --output"
            )
        }
    }

    /// The path from the root on, as workers run elsewhere.
    private func absolute(_ path: String) throws -> String {
        if path.hasPrefix("/") { return path }
        return try Files.currentDirectory() + "/" + path
    }
}
