internal import MapReduceEngine
internal import MapReduceModel

/// Makes the plan of a job from the graph of its datasets.
///
/// Neighboring `map` and `filter` run in one pass; each dataset is computed once for all its uses;
/// where pairs must be brought together, a stage ends and another begins.
///
///     lines ── map ─┬─ combine ═══ map ── output "counts"        ═══ a shuffle: stages end there
///                   └─ filter ── reduce ═══ output "rare"
///
///     stage 0: lines, map, filter  ──► two shuffles in one run
///     stage 1: combine, map        ──► parts of "counts"
///     stage 2: reduce              ──► parts of "rare"
///
/// `finish` returns values that hold no dataset: all else is released with the planner.
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
    /// What is known by its identity must not go: datasets, in the order in which they were asked
    /// for, and all else, in the order in which it was planned.
    private var nodes: [AnyObject] = []
    private var kept: [AnyObject] = []

    init(reducerCount: Int, outputStyle: OutputStyle) {
        self.reducerCount = reducerCount
        self.outputStyle = PartStyle(outputStyle)
    }

    deinit {
        // A dataset holds those that it is made of. Released in another order than this one, a long
        // chain of them would be released by as deep a recursion.
        nodes.reverse()
        while nodes.popLast() != nil {}
        while kept.popLast() != nil {}
    }

    /// The plan, and what each of its stages does.
    /// - Throws: `JobError` when the graph has a plan that no job can be run by.
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

    /// Keeps what is known by its identity for as long as the plan is made.
    func keep(_ object: AnyObject) { kept.append(object) }
}

// MARK: Datasets

extension Planner {
    private struct DatasetKey: Hashable {
        let node: ObjectIdentifier
        let generation: Generation
    }

    /// What is known of a dataset that was asked for.
    private struct PlannedDataset {
        /// Those that produce it.
        var stages: [StageHandle]
        /// The number of its slot.
        let consumers: Int
    }

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
        _ makeSink: @escaping MakeSink<Key, Value>
    ) throws -> [StageHandle] {
        let dataset = try dataset(of: node, generation)
        change(ConsumerSlot<DatasetConsumers<Key, Value>>(number: dataset.consumers)) {
            $0.makeSinks.append(makeSink)
        }
        return dataset.stages
    }

    /// The stages that produce a dataset, which is planned now if it was not.
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

    /// Adds a step to the stages that it runs in.
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

    /// A stage that reads files, and the number of the slot of those that take what it reads.
    private struct Reading {
        let stage: StageHandle
        let consumers: Int
    }

    /// Has the lines of files handed to one more sink: read once, for all datasets that begin with
    /// them.
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

    /// Has the records of files handed to one more sink: read once, for all datasets that begin
    /// with these very records.
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
