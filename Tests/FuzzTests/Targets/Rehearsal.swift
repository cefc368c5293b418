import MapReduceModel

@testable import MapReduceControl

/// Scripts of jobs that run to their ends, for mutants to begin with.
enum Rehearsal {
    /// `failures`: how many of the first attempts fail.
    static func steps(_ failures: Int) throws -> [CoordinatorTarget.Step] {
        var stage = CoordinatorTarget.Stage(Coordinator())
        var steps: [CoordinatorTarget.Step] = []
        var waiting: [CoordinatorTarget.Step] = [
            .submit(submission), join(1), join(2), .tick(milliseconds: 500),
        ]
        var failuresLeft = failures
        while !waiting.isEmpty, steps.count < 60 {
            let step = waiting.removeFirst()
            steps.append(step)
            try stage.apply(step)
            for item in stage.commands {
                guard case .start(let assignment) = item.command else { continue }
                let end = end(of: assignment, fails: failuresLeft > 0)
                failuresLeft -= 1
                waiting.append(.poll(item.worker, poll([end])))
            }
            for action in stage.actions {
                switch action {
                case .publishOutput(let job, _): waiting.append(.published(job, nil))
                case .jobFinished(let job, _): waiting.append(.retire(job))
                case .workerUnreachable: break
                }
            }
        }
        return steps
    }

    /// The journal of such a script.
    static func journal(_ failures: Int) throws -> [JournalEntry] {
        var stage = CoordinatorTarget.Stage(Coordinator())
        return try steps(failures).flatMap { step in
            try stage.apply(step)
            return stage.entries
        }
    }

    private static var submission: JobSubmission {
        let splits = (0..<3).map { index in
            Split(pieces: [
                FilePiece(
                    path: "in\(index)",
                    offset: 0,
                    byteCount: 10,
                    compression: .none,
                    signature: FileSignature(byteCount: 10, modificationTime: 0)
                )
            ])
        }
        let step = Step(verb: "map", file: "A.swift", line: 3)
        return JobSubmission(
            id: JobID(1),
            plan: Plan(
                name: "job",
                stages: [
                    StagePlan(
                        id: 0,
                        input: .files(name: "", format: .lines),
                        steps: [step],
                        outputs: [.shuffle(partitionCount: 2)]
                    ),
                    StagePlan(
                        id: 1,
                        input: .shuffle(stage: 0),
                        steps: [step],
                        outputs: [.files]
                    ),
                ]
            ),
            splits: [splits, []],
            retryPolicy: RetryPolicy(maxBadRecords: 5)
        )
    }

    private static func join(_ number: Int) -> CoordinatorTarget.Step {
        .join(
            WorkerID(number),
            JoinRequest(
                incarnation: "i\(number)",
                url: "http://h",
                host: "h",
                slots: 2,
                localPaths: ["in\(number)"]
            )
        )
    }

    private static func poll(_ ended: [AttemptEnd]) -> PollRequest {
        PollRequest(session: SessionID(epoch: 1, start: "s", number: 1), received: 0, ended: ended)
    }

    private static func end(of assignment: Assignment, fails: Bool) -> AttemptEnd {
        let attempt = assignment.attempt
        var counters = Counters()
        counters.add(1, to: "attempts")
        counters.add(7, to: BuiltInCounter.recordsRead)
        let file = OutputFile(path: "\(attempt)", byteCount: 9, recordCount: 2, checksum: 5)
        if !fails {
            let output = TaskOutput(run: file, counters: counters)
            return AttemptEnd(report: TaskReport(attempt: attempt, outcome: .succeeded(output)))
        }
        var failure = Failure(kind: .threw, message: "no")
        failure.location = RecordLocation(path: "in0", offset: 3, recordNumber: 1)
        if case .partition = assignment.input { failure.kind = .fetchFailed }
        let map = TaskID(job: attempt.task.job, stage: 0, index: 0)
        return AttemptEnd(
            report: TaskReport(attempt: attempt, outcome: .failed(failure)),
            source: failure.kind == .fetchFailed ? AttemptID(task: map, number: 0) : nil
        )
    }
}
