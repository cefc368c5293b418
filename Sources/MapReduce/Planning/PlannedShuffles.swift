internal import MapReduceModel

/// The shuffles and outputs that the planner has added so far, and what is read whole.
struct PlannedShuffles {
    /// What a shuffle is known by.
    struct Key: Hashable {
        /// The dataset, or the identity of the only reader.
        let object: ObjectIdentifier
        /// nil for a shuffle that only its own reader can use.
        let partitionCount: Int?
    }

    /// Those that are planned.
    private var known: [Key: [ShuffleHandle]] = [:]
    /// What the job's outputs are made of, by their names.
    var outputTypes: [String: OutputTypes] = [:]
    /// What is written at each slot.
    private var written: [[ShuffleHandle]] = []
    /// Where each small dataset is among what stages read whole.
    private var broadcasts: [SharedSlot: [(stage: StageHandle, range: Range<Int>)]] = [:]
    private var sharedCount = 0

    subscript(key: Key) -> [ShuffleHandle]? {
        get { known[key] }
        set { known[key] = newValue }
    }

    /// A slot for what is not written yet.
    mutating func addSlot() -> StageOutputSlot {
        written.append([])
        return StageOutputSlot(number: written.count - 1)
    }

    /// Notes what is written at a slot.
    mutating func note(_ shuffles: [ShuffleHandle], at slot: StageOutputSlot) {
        written[slot.number] = shuffles
    }

    mutating func addSharedSlot() -> SharedSlot {
        sharedCount += 1
        return SharedSlot(number: sharedCount)
    }

    /// Notes where a small dataset is among what a stage reads whole.
    mutating func note(_ slot: SharedSlot, isReadBy stage: StageHandle, at range: Range<Int>) {
        broadcasts[slot, default: []].append((stage, range))
    }

    /// The outputs at each slot, by the indexes of the stages that write them.
    func outputs(in stages: OrderedStages) -> [[Int: Int]] {
        written.map { shuffles in
            var outputs: [Int: Int] = [:]
            for shuffle in shuffles {
                if let stage = stages.index(of: shuffle.stage) { outputs[stage] = shuffle.output }
            }
            return outputs
        }
    }

    /// Where small datasets are among what stages read whole, by the indexes of these.
    func broadcasts(in stages: OrderedStages) -> [SharedSlot: [Int: Range<Int>]] {
        broadcasts.mapValues { places in
            var ranges: [Int: Range<Int>] = [:]
            for place in places {
                if let stage = stages.index(of: place.stage) { ranges[stage] = place.range }
            }
            return ranges
        }
    }
}

/// Stands for the reader of a shuffle that no other one can use.
@usableFromInline
final class ShuffleIdentity: Sendable {
    @usableFromInline
    init() {}
}

/// What a shuffle that is made for one reader does.
@usableFromInline
enum ShuffleKind {
    case combined(partitionCount: Int)
    case sorted(partitionCount: Int)
    case ranges(count: Int)

    var output: StageOutput {
        switch self {
        case .combined(let count): .combinedShuffle(partitionCount: count)
        case .sorted(let count): .shuffle(partitionCount: count)
        case .ranges(let count): .rangeShuffle(partitionCount: count)
        }
    }
}
