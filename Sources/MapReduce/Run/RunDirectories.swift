internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceModel

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
    func spec(for assignment: Assignment, of job: JobState) -> TaskSpec {
        let attempt = assignment.attempt
        let isPart = job.submission.plan.stages[attempt.task.stage].output == .files
        let base = isPart ? output?.temporaryPath ?? scratch : scratch
        let input: TaskInput
        switch assignment.input {
        case .split(let split): input = .split(split)
        case .segments(let partition, let stage, let outputCount):
            let runs = job.sources(stage: stage, outputCount: outputCount).map { source in
                job.stages[stage].tasks[source.task.index].attempts[source.number].output?.file.path
            }
            input = .segments(
                partition: partition,
                of: runs.map { Segment(run: $0 ?? "", partition: partition) }
            )
        }
        return TaskSpec(
            attempt: attempt,
            input: input,
            directory: "\(base)/\(attempt)",
            logPath: "\(scratch)/\(attempt).log",
            badRecords: assignment.badRecords
        )
    }
}
