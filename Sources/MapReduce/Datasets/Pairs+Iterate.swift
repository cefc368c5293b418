/// What is computed again and again.
extension Pairs {
    /// Computes a dataset of itself a number of times.
    ///
    ///     let ranks = first.iterate(times: 10) { ranks in links.join(ranks) … }
    ///
    /// Each round's pairs are kept on disk, partitioned and sorted by key, where the next round
    /// reads them; a dataset from outside that the closure uses, such as `links`, is shuffled once
    /// for all rounds.
    ///
    /// `times`: how many rounds; at least 0.
    ///
    /// `body`: describes one round; called once for each when the pipeline is described.
    @inlinable
    public func iterate(
        times: Int,
        _ body: (_ pairs: Pairs<Key, Value>) throws -> Pairs<Key, Value>,
        file: StaticString = #fileID,
        line: UInt = #line
    ) rethrows -> Pairs<Key, Value> {
        let place = SourcePlace(file, line)
        var pairs = kept(place)
        for _ in 0..<max(times, 0) { pairs = try body(pairs).kept(place) }
        return pairs
    }

    /// Computes a dataset of itself until a round has counted nothing, or often enough.
    ///
    ///     let labels = first.iterate(atMost: 50, until: "changed labels") { labels in … }
    ///
    /// A closure of a round counts what asks for another round, with `emit.count("changed labels")`
    /// for example; the iteration ends with the first round in which nobody did. Such an iteration
    /// cannot have another one of its kind inside.
    ///
    /// `atMost`: the most rounds; at least 1.
    ///
    /// `body`: describes one round; called once for each when the pipeline is described, and must
    /// describe the same each time.
    public func iterate(
        atMost: Int,
        until counter: Counter,
        _ body: (_ pairs: Pairs<Key, Value>) throws -> Pairs<Key, Value>,
        file: StaticString = #fileID,
        line: UInt = #line
    ) rethrows -> Pairs<Key, Value> {
        let place = SourcePlace(file, line)
        let iteration = Iteration(until: counter.name)
        let rounds = max(atMost, 1)
        var state = State(before: self)
        for number in 0..<rounds {
            let pairs = state.kept(place, iteration, readIn: number)
            state = State(pairs: try body(pairs), number: number, keptBefore: pairs, last: state)
        }
        return state.kept(place, iteration, readIn: nil)
    }

    /// The same pairs, read from where they are kept, as often as they are used.
    @inlinable
    func kept(_ place: SourcePlace) -> Pairs<Key, Value> {
        let node = self.node
        let source: @Sendable (Planner) throws -> [ShuffleEnd] = { planner in
            try planner.shuffle(node, partitionCount: planner.reducerCount)
        }
        return Pairs(
            PairsNode("iterate", place, keys: StageKeys(Key.self), source: source) { planner in
                [try source(planner)]
            } _: { context, sink in
                try context.passOn(to: sink)
            }
        )
    }
}

/// What a round of an iteration with an end of its own has computed.
private struct State<Key: RecordKey, Value: RecordValue>: Sendable {
    /// Not yet kept.
    let pairs: Pairs<Key, Value>
    let number: Int
    /// What the round began with; nil before the first one.
    let keptBefore: Pairs<Key, Value>?
    /// What the round before it has computed, if that was a round.
    let previous: Pairs<Key, Value>?

    init(before pairs: Pairs<Key, Value>) {
        self.pairs = pairs
        number = -1
        keptBefore = nil
        previous = nil
    }

    init(pairs: Pairs<Key, Value>, number: Int, keptBefore: Pairs<Key, Value>, last: State) {
        self.pairs = pairs
        self.number = number
        self.keptBefore = keptBefore
        previous = last.number >= 0 ? last.pairs : nil
    }

    /// The pairs, read from where they are kept.
    ///
    /// `round`: the round that reads them; nil behind the last one.
    func kept(
        _ place: SourcePlace,
        _ iteration: Iteration,
        readIn round: Int?
    ) -> Pairs<Key, Value> {
        let state = self
        let source: @Sendable (Planner) throws -> [ShuffleEnd] = { planner in
            try state.ends(planner, iteration)
        }
        return Pairs(
            PairsNode(source: source) { planner, _, makeSink in
                let stage = planner.addStage(
                    reading: [try source(planner)],
                    keys: StageKeys(Key.self),
                    round: round.map { planner.round($0, of: iteration) }
                ) { context in
                    let sink = try makeSink(context)
                    try context.passOn(to: sink)
                    try sink.flush()
                }
                stage.add("iterate", place)
                return [stage]
            }
        )
    }

    private func ends(_ planner: Planner, _ iteration: Iteration) throws -> [ShuffleEnd] {
        let count = planner.reducerCount
        if let known = planner.plannedShuffle(pairs.node, partitionCount: count) { return known }
        guard let keptBefore else {
            return try planner.ownShuffle(pairs.node, partitionCount: count)
        }
        // The rounds before are planned first, as what is planned in a round belongs to it.
        _ = try planner.shuffle(keptBefore.node, partitionCount: count)
        return try planner.planRound(
            planner.round(number, of: iteration),
            after: try previous.map { try planner.ownShuffle($0.node, partitionCount: count) }
        ) {
            try planner.ownShuffle(pairs.node, partitionCount: count)
        }
    }
}

/// An iteration that may end before its last round.
final class Iteration: Sendable {
    let counter: String

    init(until counter: String) { self.counter = counter }
}
