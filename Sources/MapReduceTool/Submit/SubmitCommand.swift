internal import ArgumentParser
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// The command `mapreduce submit`.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Runs a job on the cluster, and shows how it goes.",
        discussion: """
            What follows the executable is its own command line, as it would be typed to run it on \
            this machine; options of this command stand before it:

              mapreduce submit --weight 2 ./wordcount logs/*.txt -o counts

            Ctrl-C asks whether to cancel the job, or to let it go on.
            """
    )

    @OptionGroup var connection: ClientOptions

    @Option(
        help: ArgumentHelp(
            "The job's share of the slots, relative to other jobs.",
            valueName: "number"
        )
    )
    var weight: Int = 1

    @Flag(help: "Print the job's id, and do not wait for its end.")
    var detach = false

    @Argument(help: "The executable of the job.", completion: .file())
    var executable: String

    @Argument(
        parsing: .captureForPassthrough,
        help: "The job's own arguments.",
        completion: .file()
    )
    var arguments: [String] = []

    func run() async throws {
        let program = try JobProgram(executable, arguments)
        try program.check()
        let start = ContinuousClock.now
        try await connection.withClient { client in
            let cluster = try await client.cluster()
            let slotCount = max(cluster.slotCount, 1)
            let description: JobDescription
            switch try program.describe(slotCount: slotCount) {
            case .ended(let code): throw ExitCode(code)
            case .description(let answer): description = answer
            }
            let job = try await traced("submit") {
                let digest = try await client.upload(executable: program.path)
                var files: [UploadedFile] = []
                for file in description.files { files.append(try await client.upload(file)) }
                return try await client.submit(
                    SubmitRequest(
                        description: description,
                        program: JobProgramFile(
                            sha256: digest,
                            arguments: program.commandLine,
                            directory: try JobProgram.directory(),
                            slotCount: slotCount,
                            files: files
                        ),
                        weight: weight,
                        owner: Owner.current
                    )
                )
            }
            let id = job.id
            if detach { return Terminal.write("\(id.number)\n", to: 1) }
            if cluster.slotCount == 0, !description.isQuiet {
                Terminal.write("no workers are connected; job \(id.number) waits for them\n", to: 2)
            }
            let watcher = JobWatcher(
                client: client,
                connection: connection,
                id: id,
                uuid: job.uuid,
                description: description,
                start: start
            )
            try await watcher.watch()
        }
    }
}

extension SubmitCommand: Documented {
    static let notes = CommandNotes(
        failure: "The job failed, or the coordinator refuses or does not answer.",
        otherCodes: [
            ("130", "The job was cancelled, or Ctrl-C ended the watching."),
            ("128+n", "A signal of number n ended it; the job is cancelled."),
        ],
        showsRuns: true,
        examples: [
            ("Run a job, and watch it", "mapreduce submit ./wordcount logs/*.txt -o counts"),
            (
                "Print its number, and go on",
                "mapreduce submit --detach ./wordcount logs/*.txt -o counts"
            ),
        ],
        related: ["doctor", "jobs", "wait"]
    )
}
