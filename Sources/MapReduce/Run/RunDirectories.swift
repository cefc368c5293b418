internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// Where a run keeps its files.
struct RunDirectories {
    /// Takes the job's output; nil for a run whose parts are read from the scratch directory.
    let output: OutputDirectory?
    /// Takes runs, logs and flight recorders.
    let scratch: String

    /// Where intermediate files go when nothing else is asked for: `TMPDIR`, or `/tmp`.
    static var temporaryBase: String {
        let variable = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        return variable.isEmpty ? "/tmp" : variable
    }

    /// The specification of an attempt.
    ///
    /// Parts are written on the output's own disk, so that they can be renamed into place.
    func spec(for assignment: Assignment, plan: Plan) -> TaskSpec {
        let attempt = assignment.attempt
        let isPart = plan.stages[attempt.task.stage].output == .files
        let base = isPart ? output?.temporaryPath ?? scratch : scratch
        let input: TaskInput
        switch assignment.input {
        case .split(let split): input = .split(split)
        case .segments(let partition, let sources):
            input = .segments(partition: partition, runs: sources.map(\.path))
        }
        return TaskSpec(
            attempt: attempt,
            input: input,
            directory: "\(base)/\(attempt)",
            logPath: "\(scratch)/\(attempt).log",
            badRecords: assignment.badRecords
        )
    }

    /// Puts the parts in place.
    func publish(_ outputs: [TaskOutput], of job: JobState) throws {
        guard let output else { return }
        let manifest = Manifest(
            job: job.submission.plan.name,
            files: outputs.map { output in
                let digits = String(output.file.checksum, radix: 16)
                return Manifest.File(
                    name: Files.name(of: output.file.path),
                    bytes: output.file.byteCount,
                    records: output.file.recordCount,
                    crc32: String(repeating: "0", count: 8 - digits.count) + digits
                )
            },
            counters: job.counters
        )
        try output.commit(
            files: outputs.map(\.file),
            manifest: Wire.prettyJSON(manifest),
            badRecords: Wire.jsonLines(job.skippedRecords)
        )
    }
}
