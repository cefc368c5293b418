internal import MapReduceModel

/// Runs one task of a stage: reads its input, and hands its pairs to the sinks.
@usableFromInline
typealias StageBody = @Sendable (TaskContext) throws -> Void

/// A stage while the plan is made.
@usableFromInline
final class StageBuilder {
    /// Where the records come from.
    enum Source {
        case files(name: String, format: InputFormat)
        case sides([[ShuffleEnd]])
    }

    let source: Source
    var program: StageBody
    /// nil for a stage that reads files.
    let keys: StageKeys?
    /// Whether lines of files become strings in it.
    var readsStrings = false
    private(set) var broadcasts: [ShuffleEnd] = []
    private(set) var steps: [Step] = []
    private(set) var outputs: [StageOutput] = []
    var round: Round?
    /// The stage that ended the round before.
    var previous: StageBuilder?
    /// The stage's index in the plan, once that is known.
    private(set) var id: Int?

    init(
        _ source: Source,
        keys: StageKeys? = nil,
        round: Round?,
        program: @escaping StageBody
    ) {
        self.source = source
        self.keys = keys
        self.round = round
        self.program = program
    }

    /// Adds a step, labeled by the place of its closure.
    @usableFromInline
    func add(_ verb: String, _ place: SourcePlace) {
        let step = Step(verb: verb, file: place.fileName, line: place.line)
        // A dataset that is made in two stages of one pipeline adds each of its steps to both.
        if steps.last != step { steps.append(step) }
    }

    /// Adds an output.
    /// - Returns: its index.
    func add(_ output: StageOutput) -> Int {
        outputs.append(output)
        return outputs.count - 1
    }

    /// Has every task read shuffles whole.
    /// - Returns: where they are among what is broadcast.
    func add(broadcasts new: [ShuffleEnd]) -> Range<Int> {
        let start = broadcasts.count
        broadcasts += new
        return start..<broadcasts.count
    }

    /// The shuffles of the stage's own input, side by side.
    var sources: [ShuffleEnd] {
        switch source {
        case .files: []
        case .sides(let sides): Array(sides.joined())
        }
    }

    /// The stages that must be done before this one.
    var dependencies: [StageBuilder] { (sources + broadcasts).map(\.stage) }

    /// Whether a stage is this one, or needed for it.
    func needs(_ stage: StageBuilder) -> Bool {
        var seen: Set<ObjectIdentifier> = []
        var open = [self]
        while let next = open.popLast() {
            if next === stage { return true }
            if seen.insert(ObjectIdentifier(next)).inserted { open += next.dependencies }
        }
        return false
    }

    func number(_ id: Int) { self.id = id }

    /// The stage of the plan; all stages have their numbers.
    func plan() -> StagePlan {
        guard let id else { preconditionFailure("a stage of the plan has a number") }
        let input: StageInput =
            switch source {
            case .files(let name, let format): .files(name: name, format: format)
            case .sides(let sides): .shuffles(sides.map { $0.map(\.source) })
            }
        var round = self.round
        round?.previous = previous?.id
        return StagePlan(
            id: id,
            input: input,
            broadcasts: broadcasts.map(\.source),
            steps: steps,
            outputs: outputs,
            round: round
        )
    }
}

/// One of the shuffles that a stage writes, for those that read it.
@usableFromInline
struct ShuffleEnd {
    let stage: StageBuilder
    let output: Int

    var source: ShuffleSource {
        guard let id = stage.id else { preconditionFailure("a stage of the plan has a number") }
        return ShuffleSource(stage: id, output: output)
    }
}

/// What a sink at the end of a stage must know when it runs: which output of the stage it writes.
///
/// After a union several stages write it, each under an index of its own.
///
/// Unchecked: filled while one thread plans, and only read once tasks run.
@usableFromInline
final class StageExit: @unchecked Sendable {
    /// Only while the plan is made.
    var ends: [ShuffleEnd] = []
    private(set) var indexes: [Int: Int] = [:]

    /// Notes the numbers of the stages.
    func number() {
        for end in ends { if let id = end.stage.id { indexes[id] = end.output } }
        // Their programs know this object in turn.
        ends = []
    }
}

/// Where a closure stands in the source.
@usableFromInline
struct SourcePlace: Sendable {
    let file: StaticString
    let line: Int

    @usableFromInline
    init(_ file: StaticString, _ line: UInt) {
        self.file = file
        self.line = Int(line)
    }

    /// The file's base name.
    var fileName: String { "\(file)".split(separator: "/").last.map(String.init) ?? "\(file)" }
}
