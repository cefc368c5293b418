/// An attempt, and what it reads.
package struct Assignment: Hashable, Codable, Sendable {
    package var attempt: AttemptID
    /// What tells the attempt's job from any other one of the same number.
    package var jobUUID: String
    package var input: TaskInput
    /// What is read of other stages, for each of the stage's sources in the plan's order.
    package var sources: [ShuffleInput]
    /// Records of the split that are passed over.
    package var badRecords: [BadRecord]
    /// Whether the attempt is to tell how large the partitions of its run are.
    package var tellsPartitions: Bool

    package init(
        attempt: AttemptID,
        jobUUID: String = "",
        input: TaskInput,
        sources: [ShuffleInput] = [],
        badRecords: [BadRecord],
        tellsPartitions: Bool = false
    ) {
        self.attempt = attempt
        self.jobUUID = jobUUID
        self.input = input
        self.sources = sources
        self.badRecords = badRecords
        self.tellsPartitions = tellsPartitions
    }
}

/// The outputs of a stage that an attempt reads: those that the first entries of their log name,
/// in the order of their tasks.
package struct ShuffleInput: Hashable, Codable, Sendable {
    /// The stage, which is not the plan's where an iteration has left out a round.
    package var stage: Int
    /// How many entries of the stage's log of outputs count.
    package var outputLogLength: Int

    private enum CodingKeys: String, CodingKey {
        case stage
        case outputLogLength = "outputCount"
    }

    package init(stage: Int, outputLogLength: Int) {
        self.stage = stage
        self.outputLogLength = outputLogLength
    }
}
