/// An attempt, and what it reads.
package struct Assignment: Hashable, Codable, Sendable {
    package var attempt: AttemptID
    /// What distinguishes the attempt's job from any other job with the same number.
    package var jobUUID: String
    package var input: TaskInput
    /// The input from other stages, for each of the stage's sources in the plan's order.
    package var sources: [ShuffleInput]
    /// Records of the split that are skipped.
    package var badRecords: [BadRecord]
    /// Whether the attempt reports the sizes of the partitions of its run.
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

/// The outputs of a stage that an attempt reads: those in the first entries of the stage's log, in
/// the order of their tasks.
package struct ShuffleInput: Hashable, Codable, Sendable {
    /// The stage, which differs from the plan's if an iteration has left out a round.
    package var stage: Int
    /// The number of entries of the stage's log of outputs that count.
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
