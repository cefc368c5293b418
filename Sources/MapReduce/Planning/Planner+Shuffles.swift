internal import MapReduceModel

/// Where stages end, and what the next ones read.
extension Planner {
    /// A shuffle by the hash of the key, for all that read the dataset in as many partitions.
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

    /// That shuffle, if it is planned already.
    func plannedShuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        partitionCount: Int
    ) -> [ShuffleHandle]? {
        shuffles[
            PlannedShuffles.Key(object: ObjectIdentifier(node), partitionCount: partitionCount)
        ]
    }

    /// A shuffle that is made for one reader.
    ///
    /// `reader`: stands for it; for the same one, the same shuffle is returned.
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

    /// Has the stages that produce a dataset write it.
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

    /// Adds a stage that reads its partition of shuffles: those of each side.
    @usableFromInline
    func addStage(
        reading sides: [[ShuffleHandle]],
        keys: StageKeys,
        _ body: @escaping StageBody
    ) -> StageHandle {
        addStage(reading: sides, keys: keys, round: iterations.round, body)
    }

    /// The same, of a stage that belongs to a round.
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
    /// A slot for what the sinks of a task share.
    @usableFromInline
    func addSharedSlot() -> SharedSlot { shuffles.addSharedSlot() }

    /// Has every task of some stages read a small dataset whole.
    @usableFromInline
    func broadcast(_ small: [ShuffleHandle], to stages: [StageHandle], _ slot: SharedSlot) {
        for stage in stages {
            let range = self.stages[stage].add(broadcasts: small)
            shuffles.note(slot, isReadBy: stage, at: range)
        }
    }

    /// The generation in which a stage can read shuffles whole and produce a dataset: a new one
    /// where the stage that produces it is itself needed for them.
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
