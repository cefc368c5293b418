internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel

/// A describer of a run for the cluster that executes it: it finds the files, and leaves splitting
/// them to the coordinator.
struct JobDescriber {
    private let job: DrivenJob
    private let request: RunRequest
    private let options: JobOptions
    private let inputs: InputArguments
    private let files: SideFiles

    init(job: DrivenJob, request: RunRequest, options: JobOptions, files: SideFiles) {
        self.job = job
        self.request = request
        self.options = options
        self.files = files
        inputs = InputArguments(request, of: job.plan)
    }

    func description() throws -> JobDescription {
        try checkOptions()
        try inputs.check()
        guard let output = options.output else {
            throw JobError(.usage, "no output; add --output DIRECTORY")
        }
        request.warn(try inputs.checkFiles(output: output))
        try SideFileCheck.check(files.described, output: output)
        let (plan, settings) = (job.plan, request.settings)
        return JobDescription(
            plan: plan,
            inputs: try plan.stages.enumerated().map { index, stage in
                guard case .files(let name, _) = stage.input else { return Split(pieces: []) }
                let files = try inputs.storedFiles(of: name)
                if !request.readsAnyFile { try job.checkText(of: files, stage: index) }
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
            retryPolicy: settings.retryPolicy,
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

    /// Returns the absolute path, because workers run elsewhere.
    private func absolute(_ path: String) throws -> String {
        if path.hasPrefix("/") { return path }
        return try Files.currentDirectory() + "/" + path
    }
}
