/// What the stages of a plan do: the finished result of planning, which tasks only read.
///
/// A stage's closures know by slots what was not known yet when they were made: which output a
/// sink writes, and who takes the pairs of a dataset. A task looks them up here, once each.
struct PlannedStages: Sendable {
    /// What a stage does, and how the keys that it reads are shown.
    struct Stage: Sendable {
        let run: StageBody
        /// nil for a stage that reads files.
        let keys: StageKeys?
        /// Whether lines of files become strings in it.
        let readsStrings: Bool
    }

    private let stages: [Stage]
    private let consumers: [any StageConsumers]
    /// The indexes of an output by those of the stages that write it, for each slot.
    private let outputs: [[Int: Int]]
    /// Where a dataset is among what a stage reads whole, by the stage's index.
    private let broadcasts: [SharedSlot: [Int: Range<Int>]]

    init(
        _ stages: [Stage],
        consumers: [any StageConsumers],
        outputs: [[Int: Int]],
        broadcasts: [SharedSlot: [Int: Range<Int>]]
    ) {
        self.stages = stages
        self.consumers = consumers
        self.outputs = outputs
        self.broadcasts = broadcasts
    }

    var indices: Range<Int> { stages.indices }

    subscript(index: Int) -> Stage { stages[index] }

    /// The consumers that were planned in a slot.
    subscript<Consumers>(slot: ConsumerSlot<Consumers>) -> Consumers {
        guard let found = consumers[slot.number] as? Consumers else {
            preconditionFailure("a slot has consumers of its own type")
        }
        return found
    }

    /// Which of a stage's outputs a sink writes.
    func output(_ slot: StageOutputSlot, ofStage stage: Int) -> Int {
        guard let output = outputs[slot.number][stage] else {
            preconditionFailure("a sink is made for a stage that writes its output")
        }
        return output
    }

    /// Where a dataset is among what a stage reads whole.
    func broadcasts(_ slot: SharedSlot, toStage stage: Int) -> Range<Int> {
        guard let range = broadcasts[slot]?[stage] else {
            preconditionFailure("a broadcast is read by the stages that it was planned for")
        }
        return range
    }
}

/// Stands for an output that a sink writes.
///
/// After a union several stages write it, each under an index of its own.
@usableFromInline
struct StageOutputSlot: Sendable {
    let number: Int
}

/// Stands for an object that all parts of a task share: what joins the datasets of a union, or a
/// small dataset in memory.
@usableFromInline
struct SharedSlot: Hashable, Sendable {
    let number: Int
}
