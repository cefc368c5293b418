internal import MapReduceEngine

/// Datasets that a stage makes from shuffles, and planning of these shuffles.
extension PairsNode {
    /// Creates a dataset that its own stage makes from the shuffles that it reads.
    ///
    /// `keys`: the texts of the keys of these shuffles.
    ///
    /// `sides`: plans these shuffles.
    ///
    /// `emit`: passes the pairs of one task to a sink.
    @inlinable
    convenience init(
        _ verb: String,
        _ place: SourcePlace,
        keys: StageKeys,
        prefix: (@Sendable (Int, SourcePlace) -> PairsNode)? = nil,
        source: (@Sendable (Planner) throws -> [ShuffleHandle])? = nil,
        reading sides: @escaping @Sendable (Planner) throws -> [[ShuffleHandle]],
        emit: @escaping @Sendable (TaskContext, any PairSink<Key, Value>) throws -> Void
    ) {
        self.init(prefix: prefix, source: source) { planner, _, makeSink in
            let stage = planner.addStage(reading: try sides(planner), keys: keys) { context in
                let sink = try makeSink(context)
                try emit(context, sink)
                try sink.flush()
            }
            planner.add(verb, place, to: [stage])
            return [stage]
        }
    }
}

// The sinks are created in code that is specialized for the user's types.
extension Planner {
    /// Returns a shuffle of a dataset's pairs by the hash of their keys, sorted: a single one for
    /// all its readers.
    ///
    /// A dataset that is itself read unchanged from such a shuffle does not need another one.
    @inlinable
    func shuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        partitionCount: Int
    ) throws -> [ShuffleHandle] {
        if partitionCount == reducerCount, let source = node.source { return try source(self) }
        return try ownShuffle(node, partitionCount: partitionCount)
    }

    /// Returns such a shuffle, but never the one that the dataset is read from.
    @inlinable
    func ownShuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        partitionCount: Int
    ) throws -> [ShuffleHandle] {
        try shuffle(node, forAll: partitionCount) { slot in
            { context in
                try SortingSink<Key, Value>(
                    context: context,
                    slot: slot,
                    partition: .byHash(count: partitionCount)
                ).revocable()
            }
        }
    }

    /// Returns a sorted shuffle that is made for one reader.
    ///
    /// `limit`: the number of pairs needed from each partition; nil for all.
    @inlinable
    func sort<Key, Value>(
        _ node: PairsNode<Key, Value>,
        for reader: ShuffleIdentity,
        _ kind: ShuffleKind,
        _ partitioning: SortingSink<Key, Value>.Partitioning,
        limit: Int? = nil
    ) throws -> [ShuffleHandle] {
        try shuffle(node, for: reader, kind) { slot in
            { context in
                try SortingSink<Key, Value>(
                    context: context,
                    slot: slot,
                    partition: partitioning,
                    limit: limit
                ).revocable()
            }
        }
    }
}
