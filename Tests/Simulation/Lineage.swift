internal import MapReduceModel

/// Outputs of tasks, not by their bytes but by what they were made of: equal if and only if the
/// bytes would be.
struct Lineage {
    /// An output: which task wrote it, the how-manieth of its possible outputs it is, and what it
    /// was computed from.
    struct Output {
        /// The job as it was planned; a job that is submitted anew has the same.
        let job: Int
        let stage: Int
        let task: Int
        /// 0, unless the closure is not deterministic.
        let variant: Int
        /// Records of the input that were passed over.
        let skipped: [Int]
        /// What was read of each of the stage's sources, in the order of the tasks that wrote it.
        let sources: [[Piece]]
    }

    /// A partition of the run of an output.
    struct Piece: Hashable {
        let identity: Identity
        let partition: Int
    }

    /// Names an output: a hash of what it was made of.
    struct Identity: Hashable {
        let hash: UInt64

        /// The pairs of one partition.
        func pairs(partition: Int) -> PairChecksum {
            let mixed = Dice.mix(hash ^ Dice.mix(UInt64(partition)))
            return PairChecksum(count: Int(mixed % 100), hashSum: mixed)
        }

        /// The pairs of one of the ranges that a partition is cut into.
        func pairs(partition: Int, range: Int, of count: Int) -> PairChecksum {
            let all = pairs(partition: partition)
            func part(_ range: Int) -> PairChecksum {
                let hashSum = Dice.mix(all.hashSum ^ UInt64(range))
                return PairChecksum(count: all.count / count, hashSum: hashSum)
            }
            if range < count - 1 { return part(range) }
            return (0..<count - 1).reduce(into: all) { $0 -= part($1) }
        }
    }

    private(set) var outputs: [Identity: Output] = [:]

    mutating func add(_ output: Output) -> Identity {
        var hash = Dice.mix(UInt64(output.job) << 32 | UInt64(output.stage) << 16)
        func mix(_ part: Int) { hash = Dice.mix(hash ^ UInt64(bitPattern: Int64(part))) }
        for part in [output.task, output.variant] + output.skipped { mix(part) }
        for (number, pieces) in output.sources.enumerated() {
            mix(-1 - number)
            for piece in pieces {
                hash = Dice.mix(hash ^ piece.identity.hash)
                mix(piece.partition)
            }
        }
        let identity = Identity(hash: hash)
        outputs[identity] = output
        return identity
    }

    /// What a job without faults writes: the outputs of each of its stages, none of those that are
    /// left out.
    mutating func oracle(_ job: Setting.Job, skipping skipped: [Int: [Int]]) -> [[Identity]] {
        var written: [[Identity]] = []
        for stage in job.plan.stages {
            guard !job.leavesOut(stage) else {
                written.append([])
                continue
            }
            let sources = stage.sources.map { source in
                var source = source
                while job.leavesOut(job.plan.stages[source.stage]) {
                    source.stage = job.plan.stages[source.stage].round?.previous ?? 0
                }
                return source
            }
            let identities = (0..<job.taskCount(of: stage)).map { task in
                add(
                    Output(
                        job: job.number,
                        stage: stage.id,
                        task: task,
                        variant: 0,
                        skipped: stage.id == 0 ? skipped[task]?.sorted() ?? [] : [],
                        sources: sources.enumerated().map { number, source in
                            let partition = job.partition(of: source, number, stage, task)
                            return written[source.stage].map {
                                Piece(identity: $0, partition: partition)
                            }
                        }
                    )
                )
            }
            written.append(identities)
        }
        return written
    }

    /// Says where these outputs come from different outputs of one task, or from what a task was
    /// not to read; nil when they do not.
    func mix(in published: [Identity], of job: Setting.Job) -> String? {
        var chosen: [Place: Identity] = [:]
        var replaced: Set<Int> = []
        var open = published
        while let identity = open.popLast() {
            guard let output = outputs[identity] else {
                return "an output that no task has written"
            }
            let place = Place(stage: output.stage, task: output.task)
            if let other = chosen[place] {
                guard other == identity else {
                    return "two outputs of task \(output.task) of stage \(output.stage) are in it"
                }
                continue
            }
            chosen[place] = identity
            if let wrong = check(output, job, &replaced) { return wrong }
            open += output.sources.joined().map(\.identity)
        }
        let used = Set(chosen.keys.map(\.stage))
        return replaced.isDisjoint(with: used) ? nil : "a round is in it that was left out"
    }

    /// Whether a task has read one output of each task of each of its sources.
    private func check(_ output: Output, _ job: Setting.Job, _ replaced: inout Set<Int>) -> String?
    {
        let stage = job.plan.stages[output.stage]
        let name = "task \(output.task) of stage \(output.stage)"
        guard output.sources.count == stage.sources.count else {
            return "\(name) reads \(output.sources.count) of \(stage.sources.count) sources"
        }
        for (number, source) in stage.sources.enumerated() {
            let pieces = output.sources[number].compactMap { piece in
                outputs[piece.identity].map { (output: $0, partition: piece.partition) }
            }
            var source = source
            while let first = pieces.first, first.output.stage != source.stage,
                let previous = job.plan.stages[source.stage].round?.previous
            {
                replaced.insert(source.stage)
                source.stage = previous
            }
            let expected = Array(0..<job.taskCount(of: job.plan.stages[source.stage]))
            let partition = job.partition(of: source, number, stage, output.task)
            guard pieces.map(\.output.task) == expected,
                pieces.allSatisfy({
                    $0.output.stage == source.stage && $0.partition == partition
                })
            else { return "\(name) does not read stage \(source.stage) once" }
        }
        return nil
    }

    private struct Place: Hashable {
        let stage: Int
        let task: Int
    }
}

extension Setting.Job {
    /// Whether a stage belongs to a round that is not run, where nothing goes wrong.
    func leavesOut(_ stage: StagePlan) -> Bool {
        guard let round = stage.round, round.until != nil, let lastRound else { return false }
        return round.number > lastRound
    }

    func taskCount(of stage: StagePlan) -> Int {
        guard let first = stage.input.sources.first else { return splitCounts[stage.id] }
        return plan.stages[first.stage].outputs[first.output].partitionCount
    }

    /// The partition of a run that a task reads of one of its sources: that of its own number, or
    /// all there is of what is cut into ranges and of what is broadcast.
    func partition(of source: ShuffleSource, _ number: Int, _ stage: StagePlan, _ task: Int) -> Int
    {
        var first = 0
        for output in plan.stages[source.stage].outputs.prefix(source.output) {
            switch output {
            case .shuffle(let count), .combinedShuffle(let count): first += count
            case .rangeShuffle: first += 1
            case .files: break
            }
        }
        let isRange = plan.stages[source.stage].outputs[source.output].isRange
        return isRange || number >= stage.input.sources.count ? first : first + task
    }
}
