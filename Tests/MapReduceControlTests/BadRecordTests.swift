import MapReduceControl
import MapReduceModel
import Testing

/// Records that attempts have skipped by themselves, and report when they succeed.
@Suite struct BadRecordTests {
    private let worker = WorkerID(1)

    /// A coordinator that runs the maps of a job on one worker.
    private func coordinator(maps: Int, maxBadRecords: Int) -> (Coordinator, [JournalEntry]) {
        var coordinator = Coordinator()
        var journal: [JournalEntry] = []
        for event: Event in [
            .workerJoined(worker, WorkerProfile(slots: maps), attempts: []),
            .jobSubmitted(testJob(1, maps: maps, reducers: 1, maxBadRecords: maxBadRecords)),
        ] {
            journal += coordinator.apply(event, at: .zero).journal
        }
        return (coordinator, journal)
    }

    private func attempt(_ index: Int, _ number: Int = 0) -> AttemptID {
        AttemptID(task: TaskID(job: JobID(1), stage: 0, index: index), number: number)
    }

    /// That an attempt succeeds without records of a file.
    private func success(_ attempt: AttemptID, _ offsets: [Int], file: String = "in") -> Event {
        var output = testOutput(attempt)
        output.badRecords = offsets.map {
            BadRecord(file: file, offset: $0, reason: "it threw", bytes: "text")
        }
        return .attemptReported(worker, TaskReport(attempt: attempt, outcome: .succeeded(output)))
    }

    @Test func whatAnAttemptSkipsIsJournaledAndSkippedFromNowOn() throws {
        var (coordinator, journal) = coordinator(maps: 1, maxBadRecords: 2)
        let effects = coordinator.apply(success(attempt(0), [3, 9, 3]), at: .zero)
        journal += effects.journal
        let skipped = effects.journal.compactMap { entry in
            if case .recordSkipped(_, let record) = entry { record } else { nil }
        }
        #expect(skipped.map(\.offset) == [3, 9])
        #expect(skipped.allSatisfy { $0.bytes == nil }, "the text is in the output")
        let task = try #require(coordinator.jobs[task: attempt(0).task])
        #expect(task.badRecords == skipped)
        #expect(task.winner == 0)
        #expect(Coordinator(journal: journal).jobs == coordinator.jobs)
    }

    @Test(arguments: 0...3)
    func oneTooManyOfSeveralTasksEndsTheJob(_ most: Int) throws {
        var (coordinator, _) = coordinator(maps: 2, maxBadRecords: most)
        _ = coordinator.apply(success(attempt(0), [3]), at: .zero)
        _ = coordinator.apply(success(attempt(1), [7, 9]), at: .zero)
        let job = try #require(coordinator.jobs[JobID(1)])
        guard most < 3 else {
            #expect(job.isRunning)
            return
        }
        guard case .failed(let failure, let last) = job.outcome else {
            Issue.record("the job goes on")
            return
        }
        #expect(failure.message == "there are more bad records than the \(most) allowed; it threw")
        let offset = [3, 7, 9][most]
        #expect(failure.location?.description == "in at byte \(offset)")
        #expect(last == (most == 0 ? attempt(0) : attempt(1)))
    }

    @Test func aRecordOfTwoTasksCountsOnce() throws {
        var (coordinator, _) = coordinator(maps: 3, maxBadRecords: 1)
        _ = coordinator.apply(success(attempt(0), [3]), at: .zero)
        _ = coordinator.apply(success(attempt(1), [3]), at: .zero)
        var job = try #require(coordinator.jobs[JobID(1)])
        #expect(job.isRunning && job.badRecordCount == 1)
        #expect(job.skippedRecords.count == 1)
        // The same offset of another file is another record.
        _ = coordinator.apply(success(attempt(2), [3], file: "other"), at: .zero)
        job = try #require(coordinator.jobs[JobID(1)])
        #expect(!job.isRunning)
    }
}
