internal import MapReduceModel

/// A stage while the plan is made: what other datasets need of it is added later.
struct StageDraft {
    /// Where the records come from.
    enum Input {
        case files(name: String, format: InputFormat)
        case shuffles([[ShuffleHandle]])
    }

    let input: Input
    /// nil for a stage that reads files.
    let keys: StageKeys?
    let round: Round?
    let body: StageBody
    /// Whether lines of files become strings in it.
    var readsStrings = false
    /// The stage that ended the round before.
    var previous: StageHandle?
    private(set) var broadcasts: [ShuffleHandle] = []
    private(set) var steps: [Step] = []
    private(set) var outputs: [StageOutput] = []

    init(_ input: Input, keys: StageKeys? = nil, round: Round?, body: @escaping StageBody) {
        self.input = input
        self.keys = keys
        self.round = round
        self.body = body
    }

    /// Adds a step, labeled by the place of its closure.
    mutating func add(_ step: Step) {
        // A dataset that is made in two stages of one pipeline adds each of its steps to both.
        if steps.last != step { steps.append(step) }
    }

    /// Adds an output.
    /// - Returns: its index.
    mutating func add(_ output: StageOutput) -> Int {
        outputs.append(output)
        return outputs.count - 1
    }

    /// Has every task read shuffles whole.
    /// - Returns: where they are among those that the stage reads whole.
    mutating func add(broadcasts new: [ShuffleHandle]) -> Range<Int> {
        let start = broadcasts.count
        broadcasts += new
        return start..<broadcasts.count
    }

    /// The stages that must be done before this one.
    var dependencies: [StageHandle] {
        switch input {
        case .files: broadcasts.map(\.stage)
        case .shuffles(let sides): (sides.joined() + broadcasts).map(\.stage)
        }
    }
}

/// Runs one task of a stage: reads its input, and hands its pairs to the sinks.
@usableFromInline
typealias StageBody = @Sendable (TaskContext) throws -> Void

/// A stage as the planner knows it: its number in the order in which stages were added.
@usableFromInline
struct StageHandle: Hashable, Sendable {
    let number: Int
}

/// One of the shuffles that a stage writes, for those that read it.
@usableFromInline
struct ShuffleHandle: Sendable {
    let stage: StageHandle
    /// Which of the stage's outputs.
    let output: Int
}
