/// What a job computes, as a graph of stages in topological order: a stage's input stages come
/// before it.
///
/// Every process of a job rebuilds the plan, and the fingerprints must agree.
package struct Plan: Hashable, Codable, Sendable {
    /// The job's name, as typed in its command.
    package var name: String
    package var stages: [StagePlan]
    /// The iterations, first those that the rounds of stages name; nil if there are none.
    package var iterations: [IterationPlan]?

    package init(name: String, stages: [StagePlan], iterations: [IterationPlan]? = nil) {
        self.name = name
        self.stages = stages
        self.iterations = iterations
    }

    /// A digest of everything that two processes of one job must agree on: the 64-bit FNV-1a hash
    /// of the plan's canonical text, in hexadecimal.
    package var fingerprint: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in canonicalText.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }

    /// The stages that read a stage's output.
    package func readers(of stage: Int) -> [Int] {
        stages.indices.filter { stages[$0].sources.contains { $0.stage == stage } }
    }

    private var canonicalText: String {
        var text = "\(name)\n"
        for stage in stages {
            text += "\(stage.id) \(stage.input) \(stage.broadcasts) \(stage.outputs)"
            text += " \(stage.round.map { "\($0)" } ?? "")\n"
            for step in stage.steps { text += "  \(step)\n" }
        }
        return text
    }
}

/// One stage: where its records come from, the user's steps that it runs, and where they go.
package struct StagePlan: Hashable, Codable, Sendable {
    /// The stage's index in the plan.
    package var id: Int
    package var input: StageInput
    /// What every task of the stage reads whole, in addition to its input: the first partition of
    /// each.
    package var broadcasts: [ShuffleSource]
    package var steps: [Step]
    package var outputs: [StageOutput]
    /// The round of an iteration that the stage belongs to, if any.
    package var round: Round?

    package init(
        id: Int,
        input: StageInput,
        broadcasts: [ShuffleSource] = [],
        steps: [Step],
        outputs: [StageOutput],
        round: Round? = nil
    ) {
        self.id = id
        self.input = input
        self.broadcasts = broadcasts
        self.steps = steps
        self.outputs = outputs
        self.round = round
    }

    /// The stage in a few words: its steps.
    package var label: String {
        steps.isEmpty ? "stage \(id)" : steps.map(\.description).joined(separator: ", ")
    }

    /// All shuffles that the stage reads, broadcasts last; a task receives one list of segments for
    /// each.
    package var sources: [ShuffleSource] { input.sources + broadcasts }

    /// Whether the attempts of the stage write a run, for other stages to read.
    package var writesRun: Bool { outputs.contains { $0.runPartitionCount > 0 } }

    /// Whether the attempts of the stage write parts of the job's output.
    package var writesParts: Bool { outputs.contains { $0.isPart } }

    /// The number of an output's first partition in the run of an attempt, where the partitions of
    /// all shuffles follow one another.
    package func firstPartition(ofOutput output: Int) -> Int {
        outputs[..<output].reduce(0) { $0 + $1.runPartitionCount }
    }

    /// The number of partitions of the run of an attempt.
    package var runPartitionCount: Int { firstPartition(ofOutput: outputs.count) }
}

/// The source of a stage's records.
package enum StageInput: Hashable, Codable, Sendable {
    /// The input files with this name, whose records have this format; the empty name stands for
    /// the files given without one.
    case files(name: String, format: InputFormat)
    /// Pairs from shuffles with equal numbers of partitions, of which a task reads one: the sides
    /// of a join, or the only side.
    ///
    /// The shuffles of one side are read as one.
    case shuffles([[ShuffleSource]])

    /// The pairs that another stage shuffled.
    package static func shuffle(stage: Int, output: Int = 0) -> StageInput {
        .shuffles([[ShuffleSource(stage: stage, output: output)]])
    }

    /// The shuffles of all sides.
    package var sources: [ShuffleSource] {
        switch self {
        case .files: []
        case .shuffles(let sides): Array(sides.joined())
        }
    }
}

/// One of the shuffles that a stage writes.
package struct ShuffleSource: Hashable, Codable, Sendable {
    package var stage: Int
    /// The index in the stage's outputs.
    package var output: Int

    package init(stage: Int, output: Int) {
        self.stage = stage
        self.output = output
    }
}

/// What a stage does with the pairs that it produces.
package enum StageOutput: Hashable, Codable, Sendable {
    /// Partitioned by the hash of the key and sorted, for a stage that reads them.
    case shuffle(partitionCount: Int)
    /// The same, with the values of equal keys merged before they are written.
    case combinedShuffle(partitionCount: Int)
    /// Sorted, in one partition of the run with an index of its blocks, which the reading stage
    /// uses to cut all runs into `partitionCount` ranges.
    case rangeShuffle(partitionCount: Int)
    /// An output of the job, with a part for each task; the empty name stands for the only output.
    case files(name: String)

    /// The only output of the job.
    package static var files: StageOutput { .files(name: "") }

    /// The number of tasks of a stage that reads it.
    package var partitionCount: Int {
        switch self {
        case .shuffle(let count), .combinedShuffle(let count), .rangeShuffle(let count): count
        case .files: 0
        }
    }

    /// The number of its partitions in the run of an attempt.
    package var runPartitionCount: Int {
        switch self {
        case .shuffle(let count), .combinedShuffle(let count): count
        case .rangeShuffle: 1
        case .files: 0
        }
    }

    package var isPart: Bool { if case .files = self { true } else { false } }
    package var isRange: Bool { if case .rangeShuffle = self { true } else { false } }
}

/// A round of an iteration; its stages are stages of the plan.
package struct Round: Hashable, Codable, Sendable {
    /// The index of the iteration in the plan.
    package var iteration: Int
    /// The number of the round, from 0.
    package var number: Int
    /// The user's counter that ends the iteration when it is 0 in a round; nil if all rounds of the
    /// plan take place.
    package var until: String?
    /// For the stage that ends a round: the stage that ended the round before, whose output is read
    /// in place of its own if the round is left out.
    package var previous: Int?

    /// Whether the iteration may end before this round.
    package var mayBeLeftOut: Bool { until != nil && number > 0 }

    package init(iteration: Int, number: Int, until: String? = nil, previous: Int? = nil) {
        self.iteration = iteration
        self.number = number
        self.until = until
        self.previous = previous
    }
}

/// An iteration, for reports on how it ended.
package struct IterationPlan: Hashable, Codable, Sendable {
    /// Its location in the source.
    package var step: Step
    /// The maximum number of rounds.
    package var maxRoundCount: Int
    /// The counter that ends it when it is 0 in a round; nil if all rounds take place.
    package var until: String?

    package init(step: Step, maxRoundCount: Int, until: String? = nil) {
        self.step = step
        self.maxRoundCount = maxRoundCount
        self.until = until
    }
}

/// One of the user's closures, labeled by its location in the source.
package struct Step: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The verb, for example `map`.
    package var verb: String
    /// The file's base name.
    package var file: String
    package var line: Int

    package init(verb: String, file: String, line: Int) {
        self.verb = verb
        self.file = file
        self.line = line
    }

    package var description: String { "\(verb) at \(file):\(line)" }
}
