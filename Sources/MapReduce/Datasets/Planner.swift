internal import MapReduceEngine
internal import MapReduceModel

/// Runs one task of a stage: reads its input, calls the user's closures, writes its output.
@usableFromInline
typealias StageProgram = @Sendable (TaskContext) throws -> TaskResult

/// Collects the stages of a job while its datasets are lowered to them.
@usableFromInline
final class Planner {
    private(set) var stages: [StagePlan] = []
    private(set) var programs: [StageProgram] = []
    /// Partitions of a stage that shuffles by the hash of the key.
    @usableFromInline let reducerCount: Int
    /// Whether the last stage writes encoded pairs instead of lines.
    @usableFromInline let writesPairs: Bool

    init(reducerCount: Int, writesPairs: Bool) {
        self.reducerCount = reducerCount
        self.writesPairs = writesPairs
    }

    /// Adds a stage behind those that it reads.
    /// - Returns: its index.
    private func addStage(
        _ source: StageSource,
        output: StageOutput,
        partitionCount: Int,
        program: @escaping StageProgram
    ) -> Int {
        let id = stages.count
        stages.append(
            StagePlan(
                id: id,
                input: source.input,
                steps: source.steps,
                output: output,
                partitionCount: partitionCount
            )
        )
        programs.append(program)
        return id
    }
}

/// Where the records of steps that run in one pass come from, and which steps these are.
@usableFromInline
struct StageSource: Sendable {
    let input: StageInput
    let steps: [Step]

    /// The same with one more step, labelled by the place of its closure.
    @usableFromInline
    func adding(_ verb: String, _ file: StaticString, _ line: UInt) -> StageSource {
        let step = Step(verb: verb, file: Files.name(of: "\(file)"), line: Int(line))
        return StageSource(input: input, steps: steps + [step])
    }
}

/// A dataset as the part of a stage that produces it.
@usableFromInline
struct Lowered<Key: RecordKey, Value: RecordValue>: Sendable {
    /// Produces the pairs of one task.
    @usableFromInline
    typealias Drive = @Sendable (TaskContext, any PairSink<Key, Value>) throws -> Void

    @usableFromInline let source: StageSource
    @usableFromInline let drive: Drive

    @inlinable
    init(source: StageSource, drive: @escaping Drive) {
        self.source = source
        self.drive = drive
    }
}

extension Planner {
    /// Adds a stage that sorts its pairs into partitions.
    /// - Returns: what a stage that reads them begins with.
    @usableFromInline
    func addShuffleStage(
        _ source: StageSource,
        partitionCount: Int,
        program: @escaping StageProgram
    ) -> StageSource {
        let id = addStage(
            source,
            output: .shuffle,
            partitionCount: partitionCount,
            program: program
        )
        return StageSource(input: .shuffle(stage: id), steps: [])
    }

    /// Adds a stage that merges the values of equal keys before they are shuffled.
    @usableFromInline
    func addCombinedShuffleStage(
        _ source: StageSource,
        program: @escaping StageProgram
    ) -> StageSource {
        let id = addStage(
            source,
            output: .combinedShuffle,
            partitionCount: reducerCount,
            program: program
        )
        return StageSource(input: .shuffle(stage: id), steps: [])
    }

    /// Adds the stage that writes the job's output.
    @usableFromInline
    func addFilesStage(_ source: StageSource, program: @escaping StageProgram) -> Int {
        addStage(source, output: .files, partitionCount: 0, program: program)
    }
}
