/// What a job computes, as a graph of stages in topological order: a stage's input stages come
/// before it.
///
/// Every process of a job builds the plan anew, and the fingerprints must agree.
package struct Plan: Hashable, Codable, Sendable {
    /// The job's name, as its command is typed.
    package var name: String
    package var stages: [StagePlan]

    package init(name: String, stages: [StagePlan]) {
        self.name = name
        self.stages = stages
    }

    /// A digest of everything that two processes of one job must agree on: 64-bit FNV-1a over the
    /// plan's canonical text, in hexadecimal.
    package var fingerprint: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in canonicalText.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }

    private var canonicalText: String {
        var text = "\(name)\n"
        for stage in stages {
            text += "\(stage.id) \(stage.input) \(stage.output) \(stage.partitionCount)\n"
            for step in stage.steps { text += "  \(step)\n" }
        }
        return text
    }
}

/// One stage: where its records come from, the user's steps that it runs, and where pairs go.
package struct StagePlan: Hashable, Codable, Sendable {
    /// The stage's index in the plan.
    package var id: Int
    package var input: StageInput
    package var steps: [Step]
    package var output: StageOutput
    /// How many partitions a shuffling stage writes; 0 for a stage that writes files.
    package var partitionCount: Int

    package init(
        id: Int,
        input: StageInput,
        steps: [Step],
        output: StageOutput,
        partitionCount: Int
    ) {
        self.id = id
        self.input = input
        self.steps = steps
        self.output = output
        self.partitionCount = partitionCount
    }

    /// The stage in a few words: its steps.
    package var label: String {
        steps.isEmpty ? "stage \(id)" : steps.map(\.description).joined(separator: ", ")
    }
}

/// Where a stage's records come from.
package enum StageInput: Hashable, Codable, Sendable {
    /// The input files of this name; the empty name is that of the files given without one.
    case files(name: String)
    /// The pairs that another stage shuffled.
    case shuffle(stage: Int)
}

/// What a stage does with the pairs that it produces.
package enum StageOutput: Hashable, Codable, Sendable {
    /// Partitioned by the hash of the key and sorted, for a stage that reads them.
    case shuffle
    /// The same, with the values of equal keys merged before they are written.
    case combinedShuffle
    /// The job's output files, one for each task.
    case files
}

/// One of the user's closures, labelled by where it stands in the source.
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
