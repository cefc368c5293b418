/// What the stages of a plan do: the finished result of planning, which tasks only read.
///
/// A stage's closures refer by slots to what was unknown when they were created: which output a
/// sink writes, and which consumers take the pairs of a dataset. A task looks each of them up here
/// once.
struct PlannedStages: Sendable {
    /// The work of a stage, and the texts of the keys that it reads.
    struct Stage: Sendable {
        let run: StageBody
        /// nil for a stage that reads files.
        let keys: StageKeys?
        /// Whether the stage turns lines of files into strings.
        let readsStrings: Bool
    }

    private let stages: [Stage]
    private let consumers: [any StageConsumers]
    /// The index of an output by the index of the stage that writes it, for each slot.
    private let outputs: [[Int: Int]]
    /// The range of a dataset among those that a stage reads whole, by the stage's index.
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

    /// Returns the index of the stage's output that a sink writes.
    func output(_ slot: StageOutputSlot, ofStage stage: Int) -> Int {
        guard let output = outputs[slot.number][stage] else {
            preconditionFailure("a sink is made for a stage that writes its output")
        }
        return output
    }

    /// Returns the range of a dataset among those that a stage reads whole.
    func broadcasts(_ slot: SharedSlot, toStage stage: Int) -> Range<Int> {
        guard let range = broadcasts[slot]?[stage] else {
            preconditionFailure("a broadcast is read by the stages that it was planned for")
        }
        return range
    }
}

/// A slot for an output that a sink writes.
///
/// After a union, several stages write it, each under its own index.
@usableFromInline
struct StageOutputSlot: Sendable {
    let number: Int
}

/// A slot for an object that all parts of a task share: the sink that joins the datasets of a
/// union, or a small dataset in memory.
@usableFromInline
struct SharedSlot: Hashable, Sendable {
    let number: Int
}
