internal import MapReduceControl
package import MapReduceEngine
internal import MapReduceModel

/// The directories where a run keeps its files.
package struct RunDirectories {
    /// The directory of the job's output; nil if the parts are read from the scratch directory.
    package let output: OutputDirectory?
    /// The directory of runs, logs and flight recorders.
    package let scratch: String

    package init(output: OutputDirectory?, scratch: String) {
        self.output = output
        self.scratch = scratch
    }

    /// Returns the specification of an attempt.
    ///
    /// Parts are written on the output's own disk, so that they can be renamed into place.
    func spec(for assignment: Assignment, of job: JobState) -> TaskSpec {
        let attempt = assignment.attempt
        let plan = job.submission.plan
        let task = attempt.task
        let partitions = plan.partitionsRead(byTask: task.index, ofStage: task.stage)
        let segments = zip(assignment.sources, partitions).map { source, partition in
            job.sources(stage: source.stage, outputLogLength: source.outputLogLength).map {
                Segment(run: job.output(of: $0)?.run?.path ?? "", partition: partition)
            }
        }
        return TaskSpec(
            attempt: attempt,
            input: assignment.input,
            segments: segments,
            directory: "\(scratch)/\(attempt)",
            partDirectory: output.map { "\($0.temporaryPath)/\(attempt)" },
            logPath: "\(scratch)/\(attempt).log",
            badRecords: assignment.badRecords,
            tellsPartitions: assignment.tellsPartitions
        )
    }
}
