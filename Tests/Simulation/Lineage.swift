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
        /// The outputs that were read, in the order of the tasks that wrote them.
        let sources: [Identity]
    }

    /// Names an output: a hash of what it was made of.
    struct Identity: Hashable {
        let hash: UInt64

        /// The pairs of one partition.
        func pairs(partition: Int) -> PairChecksum {
            let mixed = Dice.mix(hash ^ Dice.mix(UInt64(partition)))
            return PairChecksum(count: Int(mixed % 100), hashSum: mixed)
        }
    }

    private(set) var outputs: [Identity: Output] = [:]

    mutating func add(_ output: Output) -> Identity {
        var hash = Dice.mix(UInt64(output.job) << 32 | UInt64(output.stage) << 16)
        for part in [output.task, output.variant] + output.skipped {
            hash = Dice.mix(hash ^ UInt64(bitPattern: Int64(part)))
        }
        for source in output.sources { hash = Dice.mix(hash ^ source.hash) }
        let identity = Identity(hash: hash)
        outputs[identity] = output
        return identity
    }

    /// What a job without faults writes: the outputs of its last stage.
    mutating func oracle(_ job: Setting.Job, skipping skipped: [Int: [Int]]) -> [Identity] {
        var sources: [Identity] = []
        for stage in 0..<job.stageCount {
            let count = stage == 0 ? job.mapCount : job.reducerCount
            sources = (0..<count).map { task in
                add(
                    Output(
                        job: job.number,
                        stage: stage,
                        task: task,
                        variant: 0,
                        skipped: stage == 0 ? skipped[task]?.sorted() ?? [] : [],
                        sources: sources
                    )
                )
            }
        }
        return sources
    }

    /// Says where these outputs come from different outputs of one task; nil when they do not.
    func mix(in published: [Identity]) -> String? {
        var chosen: [Place: Identity] = [:]
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
            open += output.sources
        }
        return nil
    }

    private struct Place: Hashable {
        let stage: Int
        let task: Int
    }
}
