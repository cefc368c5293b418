internal import MapReduceModel

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
        if times < 0 {
            return .mistaken("iterate(times: \(times)) has fewer than no rounds", place)
        }
        var (pairs, round) = kept(place, after: nil, roundCount: times == 0 ? 0 : nil)
        for number in 0..<times {
            let isLast = number + 1 == times
            (pairs, round) = try body(pairs)
                .kept(place, after: round, roundCount: isLast ? times : nil)
        }
        return pairs
    }

    /// Computes a dataset of itself until a round has counted nothing, or often enough.
    ///
    ///     let labels = first.iterate(atMost: 50, until: "changed labels") { labels in … }
    ///
    /// A closure of a round counts what asks for another round, with `emit.count("changed labels")`
    /// for example; the iteration ends with the first round in which nothing was counted. The
    /// summary of the job says how many rounds there were, and warns of an iteration that ended at
    /// its limit. One within another must have a number of rounds.
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
        guard atMost > 0 else {
            return .mistaken("iterate(atMost: \(atMost)) has no round to count in", place)
        }
        let iteration = Iteration(until: counter.name, place, maxRoundCount: atMost)
        var state = State(before: self)
        var last: KeptRound?
        for number in 0..<atMost {
            let (pairs, kept) = state.kept(place, iteration, after: last, readIn: number)
            state = State(pairs: try body(pairs), number: number, keptBefore: pairs, last: state)
            last = kept
        }
        return state.kept(place, iteration, after: last, readIn: nil).0
    }

    /// The same pairs, read from where they are kept, as often as they are used.
    ///
    /// `before`: the round before, whose pairs these are made of.
    ///
    /// `roundCount`: how many rounds there were, for those that are left after the last one.
    @inlinable
    func kept(
        _ place: SourcePlace,
        after before: KeptRound?,
        roundCount: Int?
    ) -> (Pairs<Key, Value>, KeptRound) {
        let node = self.node
        let round = KeptRound(after: before) { planner in
            if let roundCount { planner.note(iterationAt: place, roundCount: roundCount) }
            return try planner.shuffle(node, partitionCount: planner.reducerCount)
        }
        let source: @Sendable (Planner) throws -> [ShuffleHandle] = { try $0.shuffle(of: round) }
        let pairs = Pairs<Key, Value>(
            PairsNode("iterate", place, keys: StageKeys(Key.self), source: source) { planner in
                [try source(planner)]
            } emit: { context, sink in
                try context.passOn(to: sink)
            }
        )
        return (pairs, round)
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
    /// `before`: the round before, of whose pairs these are made.
    ///
    /// `round`: the round that reads them; nil after the last one.
    func kept(
        _ place: SourcePlace,
        _ iteration: Iteration,
        after before: KeptRound?,
        readIn round: Int?
    ) -> (Pairs<Key, Value>, KeptRound) {
        let state = self
        let kept = KeptRound(after: before) { try state.shuffle($0, iteration) }
        let source: @Sendable (Planner) throws -> [ShuffleHandle] = { try $0.shuffle(of: kept) }
        let pairs = Pairs<Key, Value>(
            PairsNode(source: source) { planner, _, makeSink in
                let stage = planner.addStage(
                    reading: [try source(planner)],
                    keys: StageKeys(Key.self),
                    round: round.map { planner.iterations.round($0, of: iteration) }
                ) { context in
                    let sink = try makeSink(context)
                    try context.passOn(to: sink)
                    try sink.flush()
                }
                planner.add("iterate", place, to: [stage])
                return [stage]
            }
        )
        return (pairs, kept)
    }

    private func shuffle(_ planner: Planner, _ iteration: Iteration) throws -> [ShuffleHandle] {
        let count = planner.reducerCount
        if let known = planner.plannedShuffle(pairs.node, partitionCount: count) { return known }
        guard let keptBefore else {
            return try planner.ownShuffle(pairs.node, partitionCount: count)
        }
        // The rounds before are planned first, as what is planned in a round belongs to it.
        _ = try planner.shuffle(keptBefore.node, partitionCount: count)
        return try planner.planRound(
            planner.iterations.round(number, of: iteration),
            after: try previous.map { try planner.ownShuffle($0.node, partitionCount: count) }
        ) {
            try planner.ownShuffle(pairs.node, partitionCount: count)
        }
    }
}
