internal import ArgumentParser
internal import MapReduceDriver
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport
internal import MapReduceWorker

#if canImport(Glibc)
internal import Glibc
#endif

/// The command `mapreduce doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks what usually goes wrong, and says how to mend it.",
        discussion: """
            Looks at this machine, the coordinator and the workers. With a job, whose command line \
            is that of `mapreduce submit`, it looks as well whether every worker sees the input \
            files, can write to the output, and can run the executable; the job is not run. It \
            ends with 1 if there is a problem.
            """
    )

    @OptionGroup var connection: ClientOptions
    @OptionGroup var format: FormatOptions

    @Argument(help: "The executable of a job.", completion: .file())
    var executable: String?

    @Argument(
        parsing: .captureForPassthrough,
        help: "The job's own arguments.",
        completion: .file()
    )
    var arguments: [String] = []

    func run() async throws {
        let scratch = try await Settings.load().string("SCRATCH") ?? Host.temporaryDirectory
        let observations = try await connection.withClient { client, url, hasToken in
            let doctor = Doctor(client: client, url: url, hasToken: hasToken, scratch: scratch)
            guard let executable else { return try await doctor.observe(nil) }
            let program = try JobProgram(executable, arguments)
            return try await doctor.observe { try Self.job(program, slotCount: $0) }
        }
        let findings = Findings(Diagnosis(observations).findings)
        if format.json {
            try format.write(findings) { "" }
        } else {
            Terminal.writeRaw(FindingFormatter.text(of: findings, isColored: Self.isColored), to: 1)
        }
        if findings.problemCount > 0 { throw ExitCode(1) }
    }

    private static var isColored: Bool {
        Terminal.style(1) == .live(isColored: true)
    }

    /// Asks the executable to describe its job, as `mapreduce submit` does.
    private static func job(_ program: JobProgram, slotCount: Int) throws -> Doctor.JobToCheck {
        let description: Observations.Job.Description
        do {
            try ExecutableImage.checkIsJob(program.path)
            switch try program.describe(slotCount: slotCount) {
            case .description(let answer): description = .described(answer)
            case .ended(let code): description = .ended(code: code)
            }
        } catch  where error is ProcessError || error is NotAJobError {
            description = .failed(
                ProgramFailure(
                    reason: "\(error)",
                    log: "",
                    image: try ExecutableImage.read(program.path)
                )
            )
        }
        return Doctor.JobToCheck(
            description: description,
            path: program.path,
            arguments: program.commandLine,
            directory: try JobProgram.directory(),
            slotCount: slotCount
        )
    }
}

extension DoctorCommand: Documented {
    static let notes = CommandNotes(
        failure: "There is a problem, or the coordinator refuses or does not answer.",
        examples: [
            ("Look at the cluster", "mapreduce doctor"),
            (
                "Whether a job would run on it",
                "mapreduce doctor ./wordcount logs/*.txt -o counts"
            ),
        ],
        related: ["submit", "workers"]
    )
}
