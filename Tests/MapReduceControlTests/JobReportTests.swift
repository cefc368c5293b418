import MapReduceControl
import MapReduceModel
import Testing

@Suite struct JobReportTests {
    private let first = TaskID(job: JobID(1), stage: 0, index: 0)
    private let second = TaskID(job: JobID(1), stage: 0, index: 1)

    private func moment(_ seconds: Double) -> Instant {
        Instant(nanoseconds: Int64(seconds * 1e9))
    }

    private func attempt(_ task: TaskID, _ number: Int) -> AttemptID {
        AttemptID(task: task, number: number)
    }

    /// The first task fails and runs again; the second one has a backup that wins.
    private func job() throws -> JobState {
        var output = testOutput(attempt(first, 1))
        output.times = TaskTimes(read: 1, closure: 2)
        output.counters = Counters()
        output.counters.add(7, to: BuiltInCounter.recordsRead)
        output.counters.add(5, to: BuiltInCounter.pairsShuffled)
        output.partitionByteCounts = [3, 4]
        let other = testOutput(attempt(second, 1))
        let failure = Failure(kind: .threw, message: "no")
        let worker = WorkerID(3)
        let journal: [JournalEntry] = [
            .jobSubmitted(testJob(1, maps: 2, reducers: 2), at: moment(10)),
            .attemptStarted(attempt(first, 0), worker: worker, at: moment(10.5)),
            .attemptStarted(attempt(second, 0), worker: worker, at: moment(10.5)),
            .attemptFailed(attempt(first, 0), failure, at: moment(11)),
            .attemptStarted(attempt(first, 1), worker: worker, at: moment(11)),
            .attemptStarted(attempt(second, 1), worker: WorkerID(4), at: moment(12)),
            .attemptSucceeded(attempt(first, 1), output, at: moment(13)),
            .attemptSucceeded(attempt(second, 1), other, at: moment(14)),
            .attemptStopped(attempt(second, 0), at: moment(14)),
        ]
        return try #require(Jobs(replaying: journal)[JobID(1)])
    }

    @Test func attemptsAreToldInTheOrderOfTasksWithTheirTimes() throws {
        let job = try job()
        let report = JobReport(job, JobStatus(job, output: "/out"))
        let told = report.attempts.map { attempt in
            "\(attempt.stage).\(attempt.task)#\(attempt.number) \(attempt.state) "
                + "\(attempt.start) \(attempt.end ?? -1) \(attempt.isBackup ? "backup" : "")"
        }
        #expect(
            told == [
                "0.0#0 failed 0.5 1.0 ", "0.0#1 succeeded 1.0 3.0 ", "0.1#0 stopped 0.5 4.0 ",
                "0.1#1 succeeded 2.0 4.0 backup",
            ]
        )
        #expect(report.attempts.map(\.worker) == [3, 3, 3, 4])
        let winner = report.attempts[1]
        #expect(winner.times == TaskTimes(read: 1, closure: 2))
        #expect(winner.recordsIn == 7 && winner.recordsOut == 5)
        #expect(report.attempts[0].times == nil)
    }

    @Test func stagesHaveTheSumsOfTheirWinners() throws {
        let job = try job()
        let report = JobReport(job, JobStatus(job, output: "/out"))
        #expect(report.stages.map(\.start) == [0.5, nil])
        #expect(report.stages.map(\.end) == [4, nil])
        #expect(report.stages[0].times.closure == 2 && report.stages[0].times.read == 1)
        #expect(report.stages[0].counters[BuiltInCounter.recordsRead] == 7)
        #expect(job.counters[BuiltInCounter.recordsRead] == 7)
        #expect(report.failures.map(\.failure.message) == ["no"])
        #expect(report.failures.map(\.number) == [0])
    }

    @Test func partitionsAreToldWhereTheyAreFew() throws {
        let job = try job()
        let report = JobReport(job, JobStatus(job, output: "/out"))
        let matrix = try #require(report.shuffles.first)
        #expect(matrix.stage == 0 && matrix.output == 0)
        #expect(matrix.byteCounts == [[3, 4], []])
        #expect(report.shuffles.count == 1, "the last stage writes parts")

        let maps = Policy.maxMatrixCellCount / 2 + 1
        let many = Jobs(replaying: [
            .jobSubmitted(testJob(1, maps: maps, reducers: 2), at: .zero)
        ])
        let large = try #require(many[JobID(1)])
        #expect(JobReport(large, JobStatus(large, output: "")).shuffles.isEmpty)
    }

    @Test func anAttemptIsAskedForItsPartitionsWhereTheyAreFew() {
        func asked(maps: Int) -> [Bool] {
            var coordinator = Coordinator()
            let profile = WorkerProfile(slots: 1)
            _ = coordinator.apply(.workerJoined(WorkerID(1), profile, attempts: []), at: .zero)
            let job = testJob(1, maps: maps, reducers: 2)
            return coordinator.apply(.jobSubmitted(job), at: .zero).commands.compactMap { item in
                if case .start(let assignment) = item.command {
                    assignment.tellsPartitions
                } else {
                    nil
                }
            }
        }
        #expect(asked(maps: 2) == [true])
        #expect(asked(maps: Policy.maxMatrixCellCount) == [false])
    }
}
