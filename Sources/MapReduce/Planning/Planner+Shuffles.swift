internal import MapReduceModel

/// Planning of where stages end and what the next ones read.
extension Planner {
    /// Returns a shuffle by the hash of the key, for all readers that need the dataset in that many
    /// partitions.
    @usableFromInline
    func shuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        forAll partitionCount: Int,
        _ makeSink: (StageOutputSlot) -> MakeSink<Key, Value>
    ) throws -> [ShuffleHandle] {
        let key = PlannedShuffles.Key(
            object: ObjectIdentifier(node),
            partitionCount: partitionCount
        )
        return try shuffle(node, key, .shuffle(partitionCount: partitionCount), makeSink)
    }

    /// Returns that shuffle if it is already planned.
    func plannedShuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        partitionCount: Int
    ) -> [ShuffleHandle]? {
        shuffles[
            PlannedShuffles.Key(object: ObjectIdentifier(node), partitionCount: partitionCount)
        ]
    }

    /// Returns a shuffle that is made for one reader.
    ///
    /// `reader`: identifies the reader; the same one always gets the same shuffle.
    @usableFromInline
    func shuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        for reader: ShuffleIdentity,
        _ kind: ShuffleKind,
        _ makeSink: (StageOutputSlot) -> MakeSink<Key, Value>
    ) throws -> [ShuffleHandle] {
        keep(reader)
        let key = PlannedShuffles.Key(object: ObjectIdentifier(reader), partitionCount: nil)
        return try shuffle(node, key, kind.output, makeSink)
    }

    private func shuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        _ key: PlannedShuffles.Key,
        _ output: StageOutput,
        _ makeSink: (StageOutputSlot) -> MakeSink<Key, Value>
    ) throws -> [ShuffleHandle] {
        if let known = shuffles[key] { return known }
        let ends = try end(node, output, makeSink)
        shuffles[key] = ends
        return ends
    }

    /// Adds an output of the job.
    @usableFromInline
    func write<Key, Value>(
        _ node: PairsNode<Key, Value>,
        name: String,
        _ makeSink: (StageOutputSlot) -> MakeSink<Key, Value>
    ) throws {
        shuffles.outputTypes[name] = OutputTypes(key: Key.self, value: Value.self)
        _ = try end(node, .files(name: name), makeSink)
    }

    /// Makes the stages that produce a dataset write it.
    private func end<Key, Value>(
        _ node: PairsNode<Key, Value>,
        _ output: StageOutput,
        _ makeSink: (StageOutputSlot) -> MakeSink<Key, Value>
    ) throws -> [ShuffleHandle] {
        let slot = shuffles.addSlot()
        var written: [ShuffleHandle] = []
        for stage in try attach(node, Self.first, makeSink(slot))
        where !written.contains(where: { $0.stage == stage }) {
            written.append(ShuffleHandle(stage: stage, output: stages[stage].add(output)))
        }
        shuffles.note(written, at: slot)
        return written
    }

    /// Adds a stage that reads its partition of the shuffles on each side.
    @usableFromInline
    func addStage(
        reading sides: [[ShuffleHandle]],
        keys: StageKeys,
        _ body: @escaping StageBody
    ) -> StageHandle {
        addStage(reading: sides, keys: keys, round: iterations.round, body)
    }

    /// Adds such a stage as part of a round.
    func addStage(
        reading sides: [[ShuffleHandle]],
        keys: StageKeys,
        round: Round?,
        _ body: @escaping StageBody
    ) -> StageHandle {
        stages.add(StageDraft(.shuffles(sides), keys: keys, round: round, body: body))
    }
}

// MARK: Broadcasts

extension Planner {
    /// Returns a slot for an object that the sinks of a task share.
    @usableFromInline
    func addSharedSlot() -> SharedSlot { shuffles.addSharedSlot() }

    /// Makes every task of the given stages read a small dataset whole.
    @usableFromInline
    func broadcast(_ small: [ShuffleHandle], to stages: [StageHandle], _ slot: SharedSlot) {
        for stage in stages {
            let range = self.stages[stage].add(broadcasts: small)
            shuffles.note(slot, isReadBy: stage, at: range)
        }
    }

    /// Returns the generation in which a stage can read shuffles whole and produce a dataset: a new
    /// generation if the shuffles themselves need the stage that produces the dataset.
    @usableFromInline
    func generation<Key, Value>(
        of node: PairsNode<Key, Value>,
        _ generation: Generation,
        reading small: [ShuffleHandle]
    ) throws -> Generation {
        let stages = try stages(of: node, generation)
        let isCircle = small.contains { shuffle in
            stages.contains { self.stages.does(shuffle.stage, need: $0) }
        }
        return isCircle ? nextGeneration() : generation
    }
}
