import MapReduceControl
import MapReduceModel

/// A job of a stage of maps and then stages of reducers, the last of which writes files; or one of
/// another graph, each of whose inputs has so many maps.
func testJob(
    _ number: Int,
    maps: Int,
    reducers: Int,
    stageCount: Int = 2,
    graph: TestGraph? = nil,
    weight: Int = 1,
    maxAttempts: Int = JobLimits.defaultMaxAttempts,
    maxBadRecords: Int = 0,
    auditPercent: Int = 0
) -> JobSubmission {
    let stages = (0..<stageCount).map { id in
        let isLast = id == stageCount - 1
        return StagePlan(
            id: id,
            input: id == 0 ? .files(name: "", format: .lines) : .shuffle(stage: id - 1),
            steps: [],
            outputs: [isLast ? .files : .shuffle(partitionCount: reducers)]
        )
    }
    let plan = graph?.plan ?? Plan(name: "test", stages: stages)
    let splits = (0..<maps).map { index in
        Split(pieces: [
            FilePiece(
                path: "in\(index)",
                offset: 0,
                byteCount: 1,
                compression: .none,
                signature: FileSignature(byteCount: 1, modificationTime: 0)
            )
        ])
    }
    return JobSubmission(
        id: JobID(number),
        plan: plan,
        splits: plan.stages.map { $0.readsFiles ? splits : [] },
        weight: weight,
        retryPolicy: RetryPolicy(
            maxAttempts: maxAttempts,
            maxBadRecords: maxBadRecords,
            auditPercent: auditPercent
        )
    )
}

/// What an attempt that succeeds leaves behind.
///
/// `variant`: a closure that is not deterministic writes another one in each attempt.
///
/// `changed`: what it counts, by which an iteration ends. `written`, `read`: numbers of pairs.
func testOutput(
    _ attempt: AttemptID,
    variant: Int = 0,
    changed: Int = 0,
    written: Int? = nil,
    read: Int? = nil
) -> TaskOutput {
    var counters = Counters()
    counters.add(1, to: "attempts")
    if changed != 0 { counters.add(changed, to: BuiltInCounter.userPrefix + "changed") }
    return TaskOutput(
        run: OutputFile(
            path: "\(attempt)",
            byteCount: 1,
            recordCount: 1,
            checksum: UInt32(variant)
        ),
        counters: counters,
        written: written.map { [PairChecksum(count: $0)] } ?? [],
        read: read.map { PairChecksum(count: $0) }
    )
}
