internal import MapReduceEngine
internal import MapReduceModel

/// Makes the plan of a job of the graph of its datasets.
///
/// Neighboring `map` and `filter` run in one pass; each dataset is made once, and handed to all
/// that use it; where pairs must be brought together, a stage ends and another one begins.
///
///     lines ── map ─┬─ combine ═══ map ── output "counts"        ═══ a shuffle: stages end there
///                   └─ filter ── reduce ═══ output "rare"
///
///     stage 0: lines, map, filter  ──► two shuffles in one run
///     stage 1: combine, map        ──► parts of "counts"
///     stage 2: reduce              ──► parts of "rare"
@usableFromInline
final class Planner {
    /// A time that a dataset is made: it is made once more where one stage cannot do for all uses.
    @usableFromInline
    struct Generation: Hashable, Sendable {
        let number: Int
    }

    /// Partitions of a shuffle by the hash of the key.
    @usableFromInline let reducerCount: Int
    /// What parts are written as.
    @usableFromInline let outputStyle: PartStyle
    private var stages: [StageBuilder] = []
    private var outlets: [OutletKey: any PlannedOutlet] = [:]
    private var shuffles: [ShuffleKey: [ShuffleEnd]] = [:]
    private var readers: [ReaderKey: any PlannedOutlet] = [:]
    private var exits: [StageExit] = []
    private var broadcasts: [BroadcastSource] = []
    /// What the job's outputs are made of, by their names.
    private(set) var outputTypes: [String: OutputTypes] = [:]
    private var lastGeneration = 0
    private var iterations: [Iteration] = []
    /// The iterations whose rounds all take place.
    private var fixedIterations: [IterationPlan] = []
    /// The shuffles of the rounds that are planned.
    private var keptRounds: [ObjectIdentifier: [ShuffleEnd]] = [:]
    /// The round that stages belong to which are added now.
    private var round: Round?
    /// What is known by its identity must not go.
    private var kept: [AnyObject] = []

    deinit {
        // What was made first holds nothing of what came after it. Let go of in the other order, a
        // long chain would be released by as deep a recursion.
        outlets = [:]
        readers = [:]
        exits = []
        shuffles = [:]
        keptRounds = [:]
        while stages.popLast() != nil {}
        while kept.popLast() != nil {}
    }

    private struct OutletKey: Hashable {
        let node: ObjectIdentifier
        let generation: Generation
    }

    private struct ShuffleKey: Hashable {
        let object: ObjectIdentifier
        /// nil for a shuffle that only its own reader can use.
        let partitionCount: Int?
    }

    private struct ReaderKey: Hashable {
        let owner: ObjectIdentifier?
        let name: String
        let generation: Generation
    }

    init(reducerCount: Int, outputStyle: OutputStyle) {
        self.reducerCount = reducerCount
        self.outputStyle = PartStyle(outputStyle)
    }

    /// The plan, and what each of its stages does.
    /// - Throws: `JobError` when the graph has a plan that no job can be run by.
    func finish(name: String) throws -> CompiledJob {
        let ordered = inOrder(stages.filter { !$0.outputs.isEmpty })
        for (id, stage) in ordered.enumerated() { stage.number(id) }
        for exit in exits { exit.number() }
        for broadcast in broadcasts { broadcast.number() }
        let all = iterations.map(\.plan) + fixedIterations
        let plan = Plan(
            name: name,
            stages: ordered.map { $0.plan() },
            iterations: all.isEmpty ? nil : all
        )
        for outlet in outlets.values { outlet.forgetStages() }
        for reader in readers.values { reader.forgetStages() }
        if let problem = plan.problem {
            throw JobError(.usage, "the pipeline cannot be run: \(problem)")
        }
        return CompiledJob(
            plan: plan,
            stages: ordered.map {
                CompiledJob.Stage(run: $0.program, keys: $0.keys, readsStrings: $0.readsStrings)
            }
        )
    }

    /// Each stage behind those that it needs, otherwise as they were added.
    private func inOrder(_ stages: [StageBuilder]) -> [StageBuilder] {
        var ordered: [StageBuilder] = []
        var seen: Set<ObjectIdentifier> = []
        // A loop, as an iteration makes long chains: the stages that wait for those they need, and
        // which of them come next.
        var open: [(stage: StageBuilder, needed: ArraySlice<StageBuilder>)] = []
        for stage in stages {
            var next: StageBuilder? = stage
            while true {
                if let stage = next, seen.insert(ObjectIdentifier(stage)).inserted {
                    open.append((stage, stage.dependencies[...]))
                }
                guard let last = open.indices.last else { break }
                next = open[last].needed.popFirst()
                if next == nil { ordered.append(open.removeLast().stage) }
            }
        }
        return ordered
    }
}

// MARK: Datasets

extension Planner {
    @usableFromInline static let first = Generation(number: 0)

    @usableFromInline
    func nextGeneration() -> Generation {
        lastGeneration += 1
        return Generation(number: lastGeneration)
    }

    /// Has the pairs of a dataset handed to one more sink.
    /// - Returns: the stages that produce them.
    @usableFromInline
    func attach<Key, Value>(
        _ node: PairsNode<Key, Value>,
        _ generation: Generation,
        _ consumer: @escaping MakeSink<Key, Value>
    ) throws -> [StageBuilder] {
        let outlet = try outlet(of: node, generation)
        outlet.consumers.append(consumer)
        return outlet.stages
    }

    /// The stages that produce a dataset, which is planned now if it was not.
    @usableFromInline
    func stages<Key, Value>(
        of node: PairsNode<Key, Value>,
        _ generation: Generation
    ) throws -> [StageBuilder] {
        try outlet(of: node, generation).stages
    }

    private func outlet<Key, Value>(
        of node: PairsNode<Key, Value>,
        _ generation: Generation
    ) throws -> Outlet<Key, Value> {
        let key = OutletKey(node: ObjectIdentifier(node), generation: generation)
        if let known = outlets[key] as? Outlet<Key, Value> { return known }
        let outlet = Outlet(node)
        outlets[key] = outlet
        outlet.stages = try node.connect(self, generation) { try outlet.makeSink($0) }
        return outlet
    }

    /// Adds a stage that reads its partition of shuffles: those of each side.
    @usableFromInline
    func addStage(
        reading sides: [[ShuffleEnd]],
        keys: StageKeys,
        _ program: @escaping StageBody
    ) -> StageBuilder {
        addStage(reading: sides, keys: keys, round: round, program)
    }

    /// The same, of a stage that belongs to a round.
    func addStage(
        reading sides: [[ShuffleEnd]],
        keys: StageKeys,
        round: Round?,
        _ program: @escaping StageBody
    ) -> StageBuilder {
        let stage = StageBuilder(.sides(sides), keys: keys, round: round, program: program)
        stages.append(stage)
        return stage
    }

    /// What reads the files of a name as lines: once, for all datasets that begin with them.
    func lineReader(_ name: String, _ generation: Generation) -> LinesOfFiles {
        reader(nil, name, generation) {
            let reader = LinesOfFiles()
            reader.stage = addStage(readingFilesOf: name, .lines) { try reader.run($0) }
            return reader
        }
    }

    /// What reads the records of files: once, for all datasets that begin with these very records.
    @usableFromInline
    func recordReader<Record: ~Copyable & ~Escapable>(
        _ records: Records<Record>,
        _ generation: Generation
    ) -> RecordsOfFiles<Record> {
        kept.append(records.owner)
        return reader(records.owner, records.name, generation) {
            let reader = RecordsOfFiles(records.format)
            reader.stage = addStage(readingFilesOf: records.name, records.format.input) {
                try reader.run($0)
            }
            for filter in records.filters { reader.stage.add("filter", filter.place) }
            return reader
        }
    }

    private func reader<Reader: PlannedOutlet>(
        _ owner: AnyObject?,
        _ name: String,
        _ generation: Generation,
        _ make: () -> Reader
    ) -> Reader {
        let key = ReaderKey(
            owner: owner.map { ObjectIdentifier($0) },
            name: name,
            generation: generation
        )
        if let known = readers[key] as? Reader { return known }
        let reader = make()
        readers[key] = reader
        return reader
    }

    /// Adds a stage that reads files.
    func addStage(
        readingFilesOf name: String,
        _ format: InputFormat,
        _ program: @escaping StageBody
    ) -> StageBuilder {
        let stage = StageBuilder(
            .files(name: name, format: format),
            round: round,
            program: program
        )
        stages.append(stage)
        return stage
    }
}

// MARK: Ends of stages

extension Planner {
    /// A shuffle by the hash of the key, for all that read the dataset in so many partitions.
    @usableFromInline
    func shuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        forAll partitionCount: Int,
        _ makeSink: (StageExit) -> MakeSink<Key, Value>
    ) throws -> [ShuffleEnd] {
        try shuffle(
            node,
            ShuffleKey(object: ObjectIdentifier(node), partitionCount: partitionCount),
            .shuffle(partitionCount: partitionCount),
            makeSink
        )
    }

    /// That shuffle, if it is planned already.
    func plannedShuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        partitionCount: Int
    ) -> [ShuffleEnd]? {
        shuffles[ShuffleKey(object: ObjectIdentifier(node), partitionCount: partitionCount)]
    }

    /// A shuffle that is made for one reader.
    ///
    /// `reader`: stands for it; asked again for the same one, the same shuffle is the answer.
    @usableFromInline
    func shuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        for reader: AnyObject,
        _ kind: ShuffleKind,
        _ makeSink: (StageExit) -> MakeSink<Key, Value>
    ) throws -> [ShuffleEnd] {
        kept.append(reader)
        let key = ShuffleKey(object: ObjectIdentifier(reader), partitionCount: nil)
        return try shuffle(node, key, kind.output, makeSink)
    }

    private func shuffle<Key, Value>(
        _ node: PairsNode<Key, Value>,
        _ key: ShuffleKey,
        _ output: StageOutput,
        _ makeSink: (StageExit) -> MakeSink<Key, Value>
    ) throws -> [ShuffleEnd] {
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
        _ makeSink: (StageExit) -> MakeSink<Key, Value>
    ) throws {
        outputTypes[name] = OutputTypes(key: Key.self, value: Value.self)
        _ = try end(node, .files(name: name), makeSink)
    }

    private func end<Key, Value>(
        _ node: PairsNode<Key, Value>,
        _ output: StageOutput,
        _ makeSink: (StageExit) -> MakeSink<Key, Value>
    ) throws -> [ShuffleEnd] {
        let exit = StageExit()
        exits.append(exit)
        for stage in try attach(node, Self.first, makeSink(exit))
        where !exit.ends.contains(where: { $0.stage === stage }) {
            exit.ends.append(ShuffleEnd(stage: stage, output: stage.add(output)))
        }
        return exit.ends
    }

    /// Has every task of some stages read a small dataset whole.
    @usableFromInline
    func broadcast(_ source: BroadcastSource, _ ends: [ShuffleEnd], to stages: [StageBuilder]) {
        if !broadcasts.contains(where: { $0 === source }) { broadcasts.append(source) }
        for stage in stages { source.add(stage, stage.add(broadcasts: ends)) }
    }
}

// MARK: Iterations

extension Planner {
    /// The shuffle of what a round is read from, which is planned now if it was not: after those of
    /// the rounds before it, one by one.
    @usableFromInline
    func ends(of round: KeptRound) throws -> [ShuffleEnd] {
        if let known = keptRounds[ObjectIdentifier(round)] { return known }
        var open: [KeptRound] = []
        var next: KeptRound? = round
        while let round = next, keptRounds[ObjectIdentifier(round)] == nil {
            open.append(round)
            next = round.before
        }
        var ends: [ShuffleEnd] = []
        while let round = open.popLast() {
            ends = try round.plan(self)
            keptRounds[ObjectIdentifier(round)] = ends
            kept.append(round)
        }
        return ends
    }

    /// Notes an iteration whose rounds all take place.
    @usableFromInline
    func note(iterationAt place: SourcePlace, roundCount: Int) {
        let step = Step(verb: "iterate", file: place.fileName, line: place.line)
        // One within the rounds of another is one in the source.
        guard let known = fixedIterations.firstIndex(where: { $0.step == step }) else {
            return fixedIterations.append(IterationPlan(step: step, maxRoundCount: roundCount))
        }
        let most = max(fixedIterations[known].maxRoundCount, roundCount)
        fixedIterations[known].maxRoundCount = most
    }

    /// A round as the plan names it.
    func round(_ number: Int, of iteration: Iteration) -> Round {
        let index =
            iterations.firstIndex { $0 === iteration }
            ?? {
                iterations.append(iteration)
                return iterations.count - 1
            }()
        return Round(iteration: index, number: number, until: iteration.counter)
    }

    /// Plans what one round computes.
    ///
    /// `previous`: the ends of the round before; nil for the first one.
    func planRound(
        _ round: Round,
        after previous: [ShuffleEnd]?,
        _ body: () throws -> [ShuffleEnd]
    ) throws -> [ShuffleEnd] {
        guard self.round == nil else {
            throw JobError(
                .usage,
                "the pipeline cannot be run: an iteration that ends when a counter is 0 lies "
                    + "within another one; give the inner one a number of rounds"
            )
        }
        self.round = round
        defer { self.round = nil }
        let ends = try body()
        if let previous {
            for (end, before) in zip(ends, previous) { end.stage.previous = before.stage }
        }
        return ends
    }
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
