/// An attempt, and what it reads.
package struct Assignment: Hashable, Codable, Sendable {
    package var attempt: AttemptID
    package var input: AssignedInput
    /// Records of the split that are passed over.
    package var badRecords: [BadRecord]

    package init(attempt: AttemptID, input: AssignedInput, badRecords: [BadRecord]) {
        self.attempt = attempt
        self.input = input
        self.badRecords = badRecords
    }
}

/// What an attempt reads.
package enum AssignedInput: Hashable, Codable, Sendable {
    case split(Split)
    /// A partition of the runs that a stage wrote: of those that the first `outputCount` entries of
    /// the log of its outputs name, in the order of their tasks.
    case segments(partition: Int, stage: Int, outputCount: Int)
}
