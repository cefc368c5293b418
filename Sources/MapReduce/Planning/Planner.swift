internal import MapReduceEngine
internal import MapReduceModel

/// A planner that makes the plan of a job from the graph of its datasets.
///
/// Neighboring `map` and `filter` steps run in one pass. Each dataset is computed once for all its
/// uses. Where pairs must be brought together, a stage ends and another begins.
///
///     lines ── map ─┬─ combine ═══ map ── output "counts"        ═══ a shuffle: stages end there
///                   └─ filter ── reduce ═══ output "rare"
///
///     stage 0: lines, map, filter  ──► two shuffles in one run
///     stage 1: combine, map        ──► parts of "counts"
///     stage 2: reduce              ──► parts of "rare"
///
/// `finish` returns values that hold no datasets: everything else is released with the planner.
@usableFromInline
final class Planner {
    /// One computation of a dataset: it is computed again if one stage cannot serve all its uses.
    @usableFromInline
    struct Generation: Hashable, Sendable {
        let number: Int
    }

    /// The number of partitions of a shuffle by the hash of the key.
    @usableFromInline let reducerCount: Int
    /// The style in which parts are written.
    @usableFromInline let outputStyle: PartStyle
    /// The stages so far.
    var stages = StageDrafts()
    /// The shuffles and outputs so far.
    var shuffles = PlannedShuffles()
    /// The iterations so far, and the round that is being planned.
    var iterations = PlannedIterations()
    /// The stages that read files, by what they read.
    private var readings: [ReadingKey: Reading] = [:]
    private var datasets: [DatasetKey: PlannedDataset] = [:]
    private var consumers: [any StageConsumers] = []
    private var lastGeneration = 0
    /// Objects known by their identity must stay alive: datasets, in the order in which they were
    /// requested, and all others, in the order in which they were planned.
    private var nodes: [AnyObject] = []
    private var kept: [AnyObject] = []

    init(reducerCount: Int, outputStyle: OutputStyle) {
        self.reducerCount = reducerCount
        self.outputStyle = PartStyle(outputStyle)
    }

    deinit {
        // A dataset holds those that it is made from. In any other order, releasing a long chain of
        // them would recurse as deeply as the chain is long.
        nodes.reverse()
        while nodes.popLast() != nil {}
        while kept.popLast() != nil {}
    }

    /// Returns the plan, and what each of its stages does.
    /// - Throws: `JobError` if the graph's plan is invalid for a job.
    func finish(name: String) throws -> CompiledJob {
        let ordered = stages.inOrder
        let plan = Plan(name: name, stages: ordered.plans, iterations: iterations.plans)
        if let problem = plan.problem {
            throw JobError(.usage, "the pipeline cannot be run: \(problem)")
        }
        let finished = PlannedStages(
            ordered.drafts.map {
                PlannedStages.Stage(run: $0.body, keys: $0.keys, readsStrings: $0.readsStrings)
            },
            consumers: consumers,
            outputs: shuffles.outputs(in: ordered),
            broadcasts: shuffles.broadcasts(in: ordered)
        )
        return CompiledJob(plan: plan, stages: finished, outputTypes: shuffles.outputTypes)
    }

    /// Keeps an object that is known by its identity alive for as long as the plan is being made.
    func keep(_ object: AnyObject) { kept.append(object) }
}

// MARK: Datasets

extension Planner {
    private struct DatasetKey: Hashable {
        let node: ObjectIdentifier
        let generation: Generation
    }

    /// The plan of a dataset that was requested.
    private struct PlannedDataset {
        /// The stages that produce it.
        var stages: [StageHandle]
        /// The number of its consumers' slot.
        let consumers: Int
    }

    @usableFromInline static let first = Generation(number: 0)

    @usableFromInline
    func nextGeneration() -> Generation {
        lastGeneration += 1
        return Generation(number: lastGeneration)
    }

    /// Adds a sink that receives the pairs of a dataset.
    /// - Returns: The stages that produce the pairs.
    @usableFromInline
    func attach<Key, Value>(
        _ node: PairsNode<Key, Value>,
        _ generation: Generation,
        _ makeSink: @escaping MakeSink<Key, Value>
    ) throws -> [StageHandle] {
        let dataset = try dataset(of: node, generation)
        change(ConsumerSlot<DatasetConsumers<Key, Value>>(number: dataset.consumers)) {
            $0.makeSinks.append(makeSink)
        }
        return dataset.stages
    }

    /// Returns the stages that produce a dataset, planning it if necessary.
    @usableFromInline
    func stages<Key, Value>(
        of node: PairsNode<Key, Value>,
        _ generation: Generation
    ) throws -> [StageHandle] {
        try dataset(of: node, generation).stages
    }

    private func dataset<Key, Value>(
        of node: PairsNode<Key, Value>,
        _ generation: Generation
    ) throws -> PlannedDataset {
        let key = DatasetKey(node: ObjectIdentifier(node), generation: generation)
        if let known = datasets[key] { return known }
        nodes.append(node)
        let slot = add(DatasetConsumers<Key, Value>())
        var dataset = PlannedDataset(stages: [], consumers: slot.number)
        dataset.stages = try node.connect(self, generation) { context in
            try context.job.stages[slot].makeSink(context)
        }
        datasets[key] = dataset
        return dataset
    }

    /// Adds a step to the stages in which it runs.
    @usableFromInline
    func add(_ verb: String, _ place: SourcePlace, to stages: [StageHandle]) {
        let step = Step(verb: verb, file: place.fileName, line: place.line)
        for stage in stages { self.stages[stage].add(step) }
    }

    private func add<Consumers>(_ none: Consumers) -> ConsumerSlot<Consumers> {
        consumers.append(none)
        return ConsumerSlot(number: consumers.count - 1)
    }

    private func change<Consumers>(
        _ slot: ConsumerSlot<Consumers>,
        _ change: (inout Consumers) -> Void
    ) {
        guard var found = consumers[slot.number] as? Consumers else {
            preconditionFailure("a slot has consumers of its own type")
        }
        change(&found)
        consumers[slot.number] = found
    }
}

// MARK: Files

extension Planner {
    private struct ReadingKey: Hashable {
        /// nil for lines.
        let records: ObjectIdentifier?
        let name: String
        let generation: Generation
    }

    /// A stage that reads files, and the number of the slot of the consumers that take what it
    /// reads.
    private struct Reading {
        let stage: StageHandle
        let consumers: Int
    }

    /// Adds a sink that receives the lines of files, which are read once for all datasets that
    /// start with them.
    @usableFromInline
    func attach(
        _ lines: Lines,
        _ generation: Generation,
        _ makeSink: @escaping MakeLineSink
    ) -> StageHandle {
        let key = ReadingKey(records: nil, name: lines.name, generation: generation)
        let reading = reading(key, .lines, LineConsumers()) { slot in
            { context in try context.job.stages[slot].run(context) }
        }
        change(ConsumerSlot<LineConsumers>(number: reading.consumers)) {
            $0.makeSinks.append(makeSink)
        }
        for filter in lines.filters { add("filter", filter.place, to: [reading.stage]) }
        if lines.areStrings { stages[reading.stage].readsStrings = true }
        return reading.stage
    }

    /// Adds a sink that receives the records of files, which are read once for all datasets that
    /// start with these same records.
    @usableFromInline
    func attach<Record: ~Copyable & ~Escapable>(
        _ records: Records<Record>,
        _ generation: Generation,
        _ makeSink: @escaping MakeRecordSink<Record>
    ) -> StageHandle {
        keep(records.identity)
        let key = ReadingKey(
            records: ObjectIdentifier(records.identity),
            name: records.name,
            generation: generation
        )
        let isNew = readings[key] == nil
        let none = RecordConsumers(records.format)
        let reading = reading(key, records.format.input, none) { slot in
            { context in try context.job.stages[slot].run(context) }
        }
        change(ConsumerSlot<RecordConsumers<Record>>(number: reading.consumers)) {
            $0.makeSinks.append(makeSink)
        }
        if isNew {
            for filter in records.filters { add("filter", filter.place, to: [reading.stage]) }
        }
        return reading.stage
    }

    private func reading<Consumers>(
        _ key: ReadingKey,
        _ format: InputFormat,
        _ none: @autoclosure () -> Consumers,
        _ body: (ConsumerSlot<Consumers>) -> StageBody
    ) -> Reading {
        if let known = readings[key] { return known }
        let slot = add(none())
        let stage = addStage(readingFilesOf: key.name, format, body(slot))
        let reading = Reading(stage: stage, consumers: slot.number)
        readings[key] = reading
        return reading
    }

    /// Adds a stage that reads files.
    func addStage(
        readingFilesOf name: String,
        _ format: InputFormat,
        _ body: @escaping StageBody
    ) -> StageHandle {
        stages.add(
            StageDraft(
                .files(name: name, format: format),
                round: iterations.round,
                body: body
            )
        )
    }
}
