internal import MapReduceModel

/// Verbs that compute a dataset repeatedly.
extension Pairs {
    /// Computes a dataset from itself a fixed number of times.
    ///
    ///     let ranks = first.iterate(times: 10) { ranks in links.join(ranks) … }
    ///
    /// Each round's pairs are kept on disk, partitioned and sorted by key, where the next round
    /// reads them. A dataset from outside that the closure uses, such as `links`, is shuffled once
    /// for all rounds.
    ///
    /// `times`: the number of rounds; at least 0.
    ///
    /// `body`: describes one round; called once per round while the pipeline is described.
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

    /// Computes a dataset from itself until a round counts nothing or the limit is reached.
    ///
    ///     let labels = first.iterate(atMost: 50, until: "changed labels") { labels in … }
    ///
    /// A closure in a round counts whatever requires another round, for example with
    /// `emit.count("changed labels")`; the iteration ends with the first round in which nothing is
    /// counted. The job's summary shows the number of rounds, and warns if an iteration ended at
    /// its limit. An iteration within another one must have a fixed number of rounds.
    ///
    /// `atMost`: the maximum number of rounds; at least 1.
    ///
    /// `body`: describes one round; called once per round while the pipeline is described, and must
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

    /// Returns the same pairs, read from where they are kept, however often they are used.
    ///
    /// `before`: the previous round, from whose pairs these are made.
    ///
    /// `roundCount`: the total number of rounds, for the pairs that the last one leaves.
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

/// The result of one round of an iteration that ends by a counter.
private struct State<Key: RecordKey, Value: RecordValue>: Sendable {
    /// The result, not yet kept.
    let pairs: Pairs<Key, Value>
    let number: Int
    /// What the round started with; nil before the first one.
    let keptBefore: Pairs<Key, Value>?
    /// The result of the previous round, if there was one.
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

    /// Returns the pairs, read from where they are kept.
    ///
    /// `before`: the previous round, from whose pairs these are made.
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
        // The previous rounds are planned first, because whatever is planned in a round belongs to
        // it.
        _ = try planner.shuffle(keptBefore.node, partitionCount: count)
        return try planner.planRound(
            planner.iterations.round(number, of: iteration),
            after: try previous.map { try planner.ownShuffle($0.node, partitionCount: count) }
        ) {
            try planner.ownShuffle(pairs.node, partitionCount: count)
        }
    }
}
