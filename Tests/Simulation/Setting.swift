internal import MapReduceControl
internal import MapReduceModel

/// What runs where, without the faults: chosen by the seed.
struct Setting {
    let hostCount: Int
    let slotCounts: [Int]
    let jobs: [Job]
    let policy: Policy

    /// A job, and when it is submitted.
    struct Job {
        let number: Int
        let mapCount: Int
        let reducerCount: Int
        let stageCount: Int
        let maxBadRecords: Int
        let auditPercent: Int
        let weight: Int
        /// In milliseconds from the start of the run.
        let submittedAt: Int
    }

    init(seed: UInt64) {
        var dice = Dice(seed: seed)
        let purpose = Dice.Purpose("setting")
        hostCount = dice.draw(2...5, purpose)
        slotCounts = (0..<hostCount).map { _ in dice.draw(1...3, purpose) }
        jobs = (1...dice.draw(1...3, purpose)).map { number in
            Job(
                number: number,
                mapCount: dice.draw(1...6, purpose),
                reducerCount: dice.draw(1...4, purpose),
                stageCount: dice.draw(1...3, purpose),
                maxBadRecords: dice.chance(500, purpose) ? dice.draw(1...3, purpose) : 0,
                auditPercent: dice.chance(300, purpose) ? dice.draw(10...100, purpose) : 0,
                weight: dice.draw(1...3, purpose),
                submittedAt: dice.draw(0...20_000, purpose)
            )
        }
        var policy = Policy()
        policy.placement = dice.pick(Placement.allCases, purpose) ?? .leastLoaded
        // Most runs show that jobs outlive any number of faults of the cluster.
        if !dice.chance(100, purpose) { policy.maxClusterFailures = 100_000 }
        policy.preparesTasks = dice.chance(700, purpose)
        self.policy = policy
    }
}

extension Setting.Job {
    /// The job as it is handed to the control plane.
    func submission(_ id: JobID) -> JobSubmission {
        let stages = (0..<stageCount).map { stage in
            let isLast = stage == stageCount - 1
            return StagePlan(
                id: stage,
                input: stage == 0 ? .files(name: "") : .shuffle(stage: stage - 1),
                steps: [],
                output: isLast ? .files : .shuffle,
                partitionCount: isLast ? 0 : reducerCount
            )
        }
        let splits = (0..<mapCount).map { index in
            Split(pieces: [
                FilePiece(
                    path: inputPath(index),
                    offset: 0,
                    byteCount: 1000,
                    compression: .none,
                    signature: FileSignature(byteCount: 1000, modificationTime: 0)
                )
            ])
        }
        return JobSubmission(
            id: id,
            plan: Plan(name: "job \(number)", stages: stages),
            splits: [splits] + Array(repeating: [], count: stageCount - 1),
            weight: weight,
            maxBadRecords: maxBadRecords,
            auditPercent: auditPercent
        )
    }

    func inputPath(_ task: Int) -> String { "in-\(number)-\(task)" }
}
