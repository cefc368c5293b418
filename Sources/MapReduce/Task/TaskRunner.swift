internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

/// A runner of attempts, one at a time, on its owner's thread.
final class TaskRunner {
    let job: CompiledJob
    let limits: EngineLimits
    let testConditions: TestConditions?
    let recorder: FlightRecorder
    /// The maximum number of records, over all tasks, on which closures may fail.
    let maxBadRecords: Int
    private let memory = TaskMemory()

    init(
        job: CompiledJob,
        limits: EngineLimits,
        testConditions: TestConditions? = nil,
        recorder: FlightRecorder,
        maxBadRecords: Int = 0
    ) {
        self.maxBadRecords = maxBadRecords
        self.job = job
        self.limits = limits
        self.testConditions = testConditions
        self.recorder = recorder
    }

    /// Runs one attempt to its end.
    ///
    /// A thrown error becomes a failure that names the record.
    func run(_ spec: TaskSpec) -> TaskReport {
        recorder.noteThread()
        let clock = PhaseClock()
        let begin = PhaseClock.ofThread
        let stage = spec.attempt.task.stage
        guard job.stages.indices.contains(stage),
            spec.segments.count == job.plan.stages[stage].sources.count
        else {
            let message = "the job has no stage \(stage) that reads \(spec.segments.count) shuffles"
            return TaskReport(
                attempt: spec.attempt,
                outcome: .failed(Failure(kind: .badInput, message: message))
            )
        }
        let outcome =
            run(spec, clock, holdsEmissions: false) ?? run(spec, clock, holdsEmissions: true)
        switch outcome {
        case .succeeded(var output)?:
            output.times = clock.times
            output.times.cpu = Float(Double(PhaseClock.ofThread - begin) / 1e9)
            return TaskReport(attempt: spec.attempt, outcome: .succeeded(output))
        case .failed(let failure)?:
            return TaskReport(attempt: spec.attempt, outcome: .failed(failure))
        case nil: preconditionFailure("what is held can be taken back")
        }
    }

    /// Runs an attempt, or restarts it.
    /// - Returns: nil if the attempt must restart with emissions held.
    private func run(
        _ spec: TaskSpec,
        _ clock: PhaseClock,
        holdsEmissions: Bool
    ) -> TaskReport.Outcome? {
        memory.beginTask()
        let context = TaskContext(
            spec: spec,
            job: job,
            limits: limits,
            testConditions: testConditions,
            memory: memory,
            recorder: recorder,
            clock: clock,
            maxBadRecords: maxBadRecords,
            holdsEmissions: holdsEmissions
        )
        defer { context.end() }
        do {
            if holdsEmissions { try removeOutputs(of: context) }
            return .succeeded(
                try ExecutionOwner.$current.withValue(context.owner) {
                    try PhaseClock.$current.withValue(clock) { try run(context) }
                }
            )
        } catch is HoldEmissions {
            return nil
        } catch {
            return .failed(failure(of: context.failure ?? error, in: context))
        }
    }

    /// Removes what the attempt wrote before it restarted.
    private func removeOutputs(of context: TaskContext) throws {
        try Files.remove(context.spec.directory)
        if context.spec.partDirectory != context.spec.directory {
            try Files.remove(context.spec.partDirectory)
        }
    }

    private func run(_ context: TaskContext) throws -> TaskOutput {
        let spec = context.spec
        try context.clock.measure(.write) {
            // Creates no parent directories: once a job is over, they are gone for good.
            try Files.createNewDirectory(spec.directory)
            if spec.partDirectory != spec.directory, context.stage.writesParts {
                try Files.createNewDirectory(spec.partDirectory)
            }
        }
        return try context.owner.closure {
            try job.stages[spec.attempt.task.stage].run(context)
            return try context.finishOutputs()
        }
    }

    private func failure(of error: any Error, in context: TaskContext) -> Failure {
        let stage = context.spec.attempt.task.stage
        let steps =
            job.plan.stages[stage].steps.map(\.description).joined(separator: ", ")
        if let error = error as? EngineError {
            return Failure(
                kind: error.kind,
                message: error.message,
                run: error.run,
                location: error.location ?? context.location,
                record: context.failedRecord,
                steps: steps
            )
        }
        let error = (error as? RecordError).map { context.located($0) } ?? error
        return Failure(
            kind: .threw,
            message: "\(error)",
            location: context.location,
            record: context.failedRecord,
            key: context.failedKey,
            steps: steps
        )
    }
}
