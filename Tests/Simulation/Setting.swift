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
        let plan: Plan
        /// Tasks of each stage that reads files; 0 for the others.
        let splitCounts: [Int]
        /// Of the iteration that may end early, the round that is its last one.
        let lastRound: Int?
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
            let plan = RandomPlan(&dice, purpose)
            return Job(
                number: number,
                plan: Plan(name: "job \(number)", stages: plan.stages),
                splitCounts: plan.stages.map { stage in
                    if case .files = stage.input { return dice.draw(1...5, purpose) }
                    return 0
                },
                lastRound: plan.lastRound,
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
    var mapCount: Int { splitCounts[0] }

    /// The splits of each stage.
    var splits: [[Split]] {
        splitCounts.enumerated().map { stage, count in
            (0..<count).map { index in
                Split(pieces: [
                    FilePiece(
                        path: inputPath(stage, index),
                        offset: 0,
                        byteCount: 1000,
                        compression: .none,
                        signature: FileSignature(byteCount: 1000, modificationTime: 0)
                    )
                ])
            }
        }
    }

    /// The job as it is handed to the control plane.
    func submission(_ id: JobID, uuid: String) -> JobSubmission {
        JobSubmission(
            id: id,
            uuid: uuid,
            plan: plan,
            splits: splits,
            weight: weight,
            retryPolicy: RetryPolicy(maxBadRecords: maxBadRecords, auditPercent: auditPercent)
        )
    }

    func inputPath(_ stage: Int, _ task: Int) -> String {
        stage == 0 ? "in-\(number)-\(task)" : "in-\(number)-\(stage)-\(task)"
    }
}
