import MapReduceControl
import MapReduceModel
import Testing

/// Journals that were damaged: what cannot be is told, and nothing traps.
@Suite struct JournalReplayTests {
    private let worker = WorkerID(1)

    private func attempt(_ number: Int, task: Int = 0, stage: Int = 0) -> AttemptID {
        AttemptID(task: TaskID(job: JobID(1), stage: stage, index: task), number: number)
    }

    private func start(_ attempt: AttemptID, at nanoseconds: Int64 = 0) -> JournalEntry {
        .attemptStarted(attempt, worker: worker, at: Instant(nanoseconds: nanoseconds))
    }

    private func success(_ attempt: AttemptID, at nanoseconds: Int64 = 0) -> JournalEntry {
        .attemptSucceeded(attempt, testOutput(attempt), at: Instant(nanoseconds: nanoseconds))
    }

    private func replay(_ entries: [JournalEntry]) throws -> JournalReplay {
        var replay = JournalReplay()
        for entry in [.jobSubmitted(testJob(1, maps: 2, reducers: 1), at: .zero)] + entries {
            try replay.add(entry)
        }
        return replay
    }

    private func expectRefused(
        _ entry: JournalEntry,
        after entries: [JournalEntry],
        _ reason: String
    ) throws {
        var replay = try replay(entries)
        let before = replay.jobs
        let flaw = #expect(throws: JournalError.self) { try replay.add(entry) }
        #expect(flaw?.description == reason)
        #expect(replay.jobs == before, "what is refused changes nothing")
    }

    @Test func attemptsThatCannotBeAreRefused() throws {
        let first = attempt(0)
        try expectRefused(
            start(attempt(1)),
            after: [],
            "job1-stage0-task0-attempt1 starts, and the task had 0 attempts"
        )
        try expectRefused(
            start(first),
            after: [start(first), success(first)],
            "the task of \(first) is done"
        )
        try expectRefused(success(first), after: [], "\(first) was never started")
        for (stage, task) in [(2, 0), (-1, 0), (0, 2), (0, .min), (.max, .max)] {
            let missing = attempt(0, task: task, stage: stage)
            try expectRefused(start(missing), after: [], "there is no \(missing.task)")
        }
        try expectRefused(
            success(first),
            after: [start(first), start(attempt(1)), success(attempt(1))],
            "\(first) wins, and the task is done"
        )
        try expectRefused(
            .attemptStarted(first, worker: WorkerID(.max), at: .zero),
            after: [],
            "there is no worker \(Int.max)"
        )
    }

    @Test func jobsThatCannotBeAreRefused() throws {
        let changes: [(inout JobSubmission) -> Void] = [
            { $0 = testJob(1, maps: 1, reducers: 1) },
            { $0 = testJob(.max, maps: 1, reducers: 1) },
            { $0.splits.removeLast() },
            { $0.plan.stages[0].outputs = [.shuffle(partitionCount: .max)] },
            { $0.plan.stages[0].outputs = [.shuffle(partitionCount: 0)] },
            { $0.plan.stages[0].outputs = [.shuffle(partitionCount: -1)] },
            { $0.plan.stages[0].id = 1 },
            { $0.plan.stages[1].input = .shuffle(stage: 1) },
            { $0.plan.stages[1].input = .shuffle(stage: -1) },
            { $0.weight = .max },
            { $0.weight = 0 },
            { $0.splits[0][0].pieces[0].byteCount = -1 },
            { $0.splits[0][0].pieces[0].offset = .max },
            { job in for index in 0..<2 { job.splits[0][index].pieces[0].byteCount = 1 << 60 } },
        ]
        for (number, change) in changes.enumerated() {
            var submission = testJob(2, maps: 2, reducers: 1)
            change(&submission)
            var replay = try replay([])
            #expect(throws: JournalError.self, "change \(number)") {
                try replay.add(.jobSubmitted(submission, at: .zero))
            }
        }
    }

    @Test func endsThatCannotBeAreRefused() throws {
        try expectRefused(.commitBegan(JobID(1), at: .zero), after: [], "job1 is not done")
        try expectRefused(.jobRetired(JobID(1)), after: [], "job1 has not ended")
        let end = JournalEntry.jobFinished(JobID(1), .cancelled, at: .zero)
        try expectRefused(end, after: [end], "job1 has ended before")
        try expectRefused(start(attempt(0)), after: [end], "the job of \(attempt(0)) is over")
        let both = [start(attempt(0)), start(attempt(1)), success(attempt(1))]
        let replay = try replay(both)
        #expect(throws: JournalError.self) { try replay.checkEnd() }
        #expect(throws: Never.self) {
            try self.replay(both + [.attemptStopped(attempt(0), at: .zero)]).checkEnd()
        }
    }

    @Test func timesThatAreFarApartAreNoTrap() throws {
        let replay = try replay([start(attempt(0), at: .min), success(attempt(0), at: .max)])
        try replay.checkEnd()
        let status = JobStatus(try #require(replay.jobs[JobID(1)]), output: "")
        #expect(try #require(status.stages[0].seconds) > 9e9)
    }

    /// A round that is left out has no tasks.
    @Test func aStageThatIsLeftOutDoesNotBegin() throws {
        var replay = JournalReplay()
        try replay.add(.jobSubmitted(testJob(1, maps: 1, reducers: 2, graph: .rounds), at: .zero))
        for attempt in [attempt(0), attempt(0, stage: 1), attempt(0, task: 1, stage: 1)] {
            try replay.add(start(attempt))
            try replay.add(success(attempt))
        }
        let job = try #require(replay.jobs[JobID(1)])
        #expect(job.stages.map(\.isLeftOut) == [false, false, true, true, false])
        #expect(job.sources(of: 4).map(\.stage) == [1])
        let left = attempt(0, stage: 2)
        let flaw = #expect(throws: JournalError.self) { try replay.add(start(left)) }
        #expect(flaw?.description == "\(left) starts, and its stage is left out")
        let status = JobStatus(job, output: "")
        #expect(status.stages.map(\.isDone) == [true, true, true, true, false])
    }
}
