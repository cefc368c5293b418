internal import MapReduceModel

/// A stage while the plan is being made; what other datasets need from it is added later.
struct StageDraft {
    /// The source of the stage's records.
    enum Input {
        case files(name: String, format: InputFormat)
        case shuffles([[ShuffleHandle]])
    }

    let input: Input
    /// nil for a stage that reads files.
    let keys: StageKeys?
    let round: Round?
    let body: StageBody
    /// Whether the stage turns lines of files into strings.
    var readsStrings = false
    /// The stage that ended the previous round.
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
        // A dataset that is produced in two stages of one pipeline adds each of its steps to both.
        if steps.last != step { steps.append(step) }
    }

    /// Adds an output.
    /// - Returns: The index of the output.
    mutating func add(_ output: StageOutput) -> Int {
        outputs.append(output)
        return outputs.count - 1
    }

    /// Makes every task read shuffles whole.
    /// - Returns: The range of the shuffles among those that the stage reads whole.
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

/// A function that runs one task of a stage: it reads the input and passes the pairs to the sinks.
@usableFromInline
typealias StageBody = @Sendable (TaskContext) throws -> Void

/// The planner's handle of a stage: its number in the order in which stages were added.
@usableFromInline
struct StageHandle: Hashable, Sendable {
    let number: Int
}

/// A handle of one of the shuffles that a stage writes, for its readers.
@usableFromInline
struct ShuffleHandle: Sendable {
    let stage: StageHandle
    /// The index of the stage's output.
    let output: Int
}
