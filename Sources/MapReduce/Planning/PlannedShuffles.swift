internal import MapReduceModel

/// The shuffles and outputs that the planner has added so far, and the datasets that stages read
/// whole.
struct PlannedShuffles {
    /// The identity of a shuffle.
    struct Key: Hashable {
        /// The dataset, or the identity of the only reader.
        let object: ObjectIdentifier
        /// nil for a shuffle that only its own reader can use.
        let partitionCount: Int?
    }

    /// The shuffles planned so far.
    private var known: [Key: [ShuffleHandle]] = [:]
    /// The types of the pairs in the job's outputs, by name.
    var outputTypes: [String: OutputTypes] = [:]
    /// The shuffles written at each slot.
    private var written: [[ShuffleHandle]] = []
    /// The range of each small dataset among those that stages read whole.
    private var broadcasts: [SharedSlot: [(stage: StageHandle, range: Range<Int>)]] = [:]
    private var sharedCount = 0

    subscript(key: Key) -> [ShuffleHandle]? {
        get { known[key] }
        set { known[key] = newValue }
    }

    /// Returns a slot for shuffles that are not yet known.
    mutating func addSlot() -> StageOutputSlot {
        written.append([])
        return StageOutputSlot(number: written.count - 1)
    }

    /// Notes the shuffles that are written at a slot.
    mutating func note(_ shuffles: [ShuffleHandle], at slot: StageOutputSlot) {
        written[slot.number] = shuffles
    }

    mutating func addSharedSlot() -> SharedSlot {
        sharedCount += 1
        return SharedSlot(number: sharedCount)
    }

    /// Notes the range of a small dataset among those that a stage reads whole.
    mutating func note(_ slot: SharedSlot, isReadBy stage: StageHandle, at range: Range<Int>) {
        broadcasts[slot, default: []].append((stage, range))
    }

    /// Returns the index of the output at each slot, by the indexes of the stages that write it.
    func outputs(in stages: OrderedStages) -> [[Int: Int]] {
        written.map { shuffles in
            var outputs: [Int: Int] = [:]
            for shuffle in shuffles {
                if let stage = stages.index(of: shuffle.stage) { outputs[stage] = shuffle.output }
            }
            return outputs
        }
    }

    /// Returns the ranges of small datasets among those that stages read whole, by the indexes of
    /// the stages.
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

/// The identity of the reader of a shuffle that only this reader can use.
@usableFromInline
final class ShuffleIdentity: Sendable {
    @usableFromInline
    init() {}
}

/// The kind of a shuffle that is made for one reader.
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
