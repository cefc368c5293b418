internal import MapReduceEngine

extension PairsNode {
    /// A dataset that a stage of its own makes of the shuffles that it reads.
    ///
    /// `keys`: shows the keys of these shuffles.
    ///
    /// `sides`: plans these shuffles.
    ///
    /// `program`: hands the pairs of one task to a sink.
    @inlinable
    convenience init(
        _ verb: String,
        _ place: SourcePlace,
        keys: StageKeys,
        prefix: (@Sendable (Int, SourcePlace) -> PairsNode)? = nil,
        source: (@Sendable (Planner) throws -> [ShuffleEnd])? = nil,
        reading sides: @escaping @Sendable (Planner) throws -> [[ShuffleEnd]],
        _ program:
            @escaping @Sendable (TaskContext, any PairSink<Key, Value>) throws -> Void
    ) {
        self.init(prefix: prefix, source: source) { planner, _, makeSink in
            let stage = planner.addStage(reading: try sides(planner), keys: keys) { context in
                let sink = try makeSink(context)
                try program(context, sink)
                try sink.flush()
            }
            stage.add(verb, place)
            return [stage]
        }
    }
}

// The sinks are made in code that is specialized for the user's types.
extension Planner {
    /// A shuffle of a dataset's pairs by the hash of their keys, sorted: one for all that read it.
    ///
    /// A dataset that is read from such a shuffle as it is needs none of its own.
    @inlinable
    func shuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        partitionCount: Int
    ) throws -> [ShuffleEnd] {
        if partitionCount == reducerCount, let source = node.source { return try source(self) }
        return try ownShuffle(node, partitionCount: partitionCount)
    }

    /// The same, but never the one that the dataset is read from.
    @inlinable
    func ownShuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        partitionCount: Int
    ) throws -> [ShuffleEnd] {
        try shuffle(node, forAll: partitionCount) { exit in
            { context in
                try SortingSink<Key, Value>(
                    context: context,
                    exit: exit,
                    partition: .byHash(count: partitionCount)
                ).revocable()
            }
        }
    }

    /// A sorted shuffle that is made for one reader.
    ///
    /// `limit`: how many pairs of each partition are wanted; nil wants all.
    @inlinable
    func sort<Key, Value>(
        _ node: PairsNode<Key, Value>,
        for reader: Reader,
        _ kind: ShuffleKind,
        _ partitioning: SortingSink<Key, Value>.Partitioning,
        limit: Int? = nil
    ) throws -> [ShuffleEnd] {
        try shuffle(node, for: reader, kind) { exit in
            { context in
                try SortingSink<Key, Value>(
                    context: context,
                    exit: exit,
                    partition: partitioning,
                    limit: limit
                ).revocable()
            }
        }
    }
}
