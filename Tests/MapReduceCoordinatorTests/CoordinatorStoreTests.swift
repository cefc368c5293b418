import GRDB
import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// What a coordinator keeps, and what it refuses to open.
@Suite struct CoordinatorStoreTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func job(_ number: Int, digest: String) -> CoordinatorStore.Job {
        CoordinatorStore.Job(
            id: JobID(number),
            launch: JobLaunch(
                uuid: "uuid\(number)",
                plan: Plan(name: "job\(number)", stages: []),
                program: JobProgramFile(
                    sha256: digest,
                    arguments: ["job"],
                    directory: "/",
                    slotCount: 1,
                    files: [UploadedFile(name: "words", sha256: digest + "-words")]
                ),
                outputDirectory: "/out/_temporary"
            ),
            output: "/out",
            submittedAt: 1
        )
    }

    private func submission(_ number: Int) -> JournalEntry {
        .jobSubmitted(
            JobSubmission(
                id: JobID(number),
                plan: Plan(
                    name: "",
                    stages: [
                        StagePlan(
                            id: 0,
                            input: .files(name: "", format: .lines),
                            steps: [],
                            outputs: [.files]
                        )
                    ]
                ),
                splits: [[Split(pieces: [])]]
            ),
            at: .zero
        )
    }

    private func status(_ number: Int) -> JobStatus {
        JobStatus(
            id: JobID(number),
            name: "",
            phase: .succeeded,
            output: "/out",
            weight: 1,
            stages: [],
            counters: Counters(),
            inputByteCount: 0
        )
    }

    @Test func onlyJobsThatHaveNotEndedAreReplayed() async throws {
        do {
            let store = try CoordinatorStore(directory: directory.path)
            #expect(store.epoch == 1)
            try await store.write(
                CoordinatorStore.Batch(
                    entries: [submission(1), submission(2)],
                    jobs: [job(1, digest: "a"), job(2, digest: "b")]
                )
            )
            #expect(
                try await store.finish(JobID(1), status(1), keeping: 10, endedBefore: .infinity)
                    .isEmpty
            )
        }
        let store = try CoordinatorStore(directory: directory.path)
        #expect(store.epoch == 2)
        let (jobs, entries) = try store.replay()
        #expect(jobs.map(\.id) == [JobID(2)])
        #expect(entries == [submission(2)])
        #expect(try await store.jobs().map(\.id) == [JobID(1), JobID(2)])
        #expect(try store.lastJob() == JobID(2))
    }

    /// An executable and a side file go with the last job that has them.
    @Test func theOldestJobsAreForgotten() async throws {
        let store = try CoordinatorStore(directory: directory.path)
        for (number, digest) in [(1, "a"), (2, "b"), (3, "a")] {
            try await store.write(
                CoordinatorStore.Batch(
                    entries: [submission(number)],
                    jobs: [job(number, digest: digest)]
                )
            )
        }
        for number in 1...2 {
            let unused = try await store.finish(
                JobID(number),
                status(number),
                keeping: 1,
                endedBefore: .infinity
            )
            #expect(unused.isEmpty, "job 3 has the executable of job 1")
        }
        #expect(try await store.jobs().map(\.id) == [JobID(2), JobID(3)])
        #expect(try await store.storedEvents(of: JobID(1), after: 0, limit: 9).isEmpty)
        let recent = try await store.finish(JobID(3), status(3), keeping: 0, endedBefore: 0)
        #expect(recent.isEmpty, "somebody may be watching what has just ended")
        let unused = try await store.finish(
            JobID(3),
            status(3),
            keeping: 0,
            endedBefore: .infinity
        )
        #expect(unused.sorted() == ["a", "a-words", "b", "b-words"])
        #expect(try await store.jobs().isEmpty)
        #expect(try store.lastJob() == JobID(3), "no id is given twice")
    }

    @Test func aWorkerKeepsItsIdAndNoOtherGetsIt() async throws {
        let store = try CoordinatorStore(directory: directory.path)
        func worker(_ name: String) async throws -> Int {
            try await store.worker(incarnation: name, url: "u", host: "h", slots: 1).number
        }
        let first = try await worker("a")
        let second = try await worker("b")
        #expect(try await worker("a") == first)
        func kept(_ count: Int) throws -> [Int] {
            try store.workers(keeping: [WorkerID(first)], and: count).map(\.worker.number)
        }
        #expect(try kept(1) == [first])
        let both = [WorkerID(first), WorkerID(second)]
        #expect(try await store.knownWorkers(both).keys.sorted() == both, "reports name it")
        #expect(try kept(0) == [first])
        let known = try await store.knownWorkers(both)
        #expect(known.keys.sorted() == [WorkerID(first)])
        #expect(known[WorkerID(first)]?.url == "u" && known[WorkerID(first)]?.slotCount == 1)
        #expect(try await worker("c") > second, "the id of a forgotten worker is not given again")
    }

    /// Entries that are what was written, and cannot follow each other: the coordinator says which
    /// one it is, and does not start.
    @Test(arguments: [
        JournalEntry.jobRetired(JobID(1)), .commitBegan(JobID(7), at: .zero),
        .attemptStopped(
            AttemptID(task: TaskID(job: JobID(1), stage: 9, index: -1), number: 0),
            at: .zero
        ),
    ])
    func anEntryThatCannotBeIsNamed(_ entry: JournalEntry) async throws {
        let store = try CoordinatorStore(directory: directory.path)
        try await store.write(
            CoordinatorStore.Batch(entries: [submission(1)], jobs: [job(1, digest: "a")])
        )
        // It is of job 1 for whoever looks for the job's entries.
        try await store.write(CoordinatorStore.Batch(entries: [entry, submission(1)]))
        let error = #expect(throws: ConfigurationError.self) { try store.replay() }
        let number = entry.job == JobID(1) ? 2 : 3
        #expect(error?.description.contains("at its entry \(number):") ?? false, "\(error as Any)")
        #expect(error?.description.contains("--data") ?? false)
    }

    /// Whatever is in a row that was not written as it is, and whatever its type.
    @Test(arguments: [
        "UPDATE jobs SET output = x'ff'", "UPDATE jobs SET owner = 'eve'",
        "UPDATE jobs SET launch = 7", "UPDATE jobs SET submitted = 'x'",
        "UPDATE entries SET body = CAST('{' AS BLOB)", "UPDATE entries SET number = 9",
        "UPDATE workers SET url = x'ff'", "UPDATE logs SET text = 'sad'", "DELETE FROM entries",
        "INSERT INTO entries VALUES (2, 1, 0, CAST('[1]' AS BLOB))", "UPDATE starts SET id = 's'",
        "UPDATE state SET job = 7", "UPDATE state SET write = 1000", "DELETE FROM state",
        "UPDATE state SET sum = x'ff'", "CREATE TABLE more (x)", "DROP INDEX entriesOfJob",
        "PRAGMA user_version = 0", "ALTER TABLE logs RENAME TO log",
    ])
    func aRowThatWasNotWrittenIsRefused(_ change: String) async throws {
        do {
            let store = try CoordinatorStore(directory: directory.path)
            let attempt = AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 0), number: 0)
            try await store.write(
                CoordinatorStore.Batch(
                    entries: [submission(1)],
                    jobs: [job(1, digest: "a")],
                    logs: [AttemptLog(attempt: attempt, text: "said")]
                )
            )
            _ = try await store.worker(incarnation: "a", url: "u", host: "h", slots: 1)
        }
        try await DatabaseQueue(path: directory("journal.sqlite")).write { db in
            try db.execute(sql: change)
        }
        let error = #expect(throws: ConfigurationError.self) {
            try CoordinatorStore(directory: directory.path)
        }
        #expect(error?.description.contains("is damaged") ?? false, "\(error as Any)")
        #expect(error?.description.contains("put back a copy of the whole directory") ?? false)
    }

    /// What is replaced, and what is removed, leaves nothing in the checksum.
    @Test func whatIsWrittenAndRemovedCanBeOpened() async throws {
        for round in 1...3 {
            let store = try CoordinatorStore(directory: directory.path)
            #expect(store.epoch == round)
            #expect(store.history.starts.map(\.epoch) == Array(1...round))
            for number in [2 * round - 1, 2 * round] {
                let attempt = AttemptID(
                    task: TaskID(job: JobID(number), stage: 0, index: 0),
                    number: 0
                )
                for text in ["first", "again"] {
                    try await store.write(
                        CoordinatorStore.Batch(logs: [AttemptLog(attempt: attempt, text: text)])
                    )
                }
                try await store.write(
                    CoordinatorStore.Batch(
                        entries: [submission(number)],
                        jobs: [job(number, digest: "a")]
                    )
                )
            }
            _ = try await store.worker(incarnation: "a", url: "u\(round)", host: "h", slots: 1)
            _ = try await store.worker(incarnation: "b\(round)", url: "u", host: "h", slots: 1)
            let last = JobID(2 * round)
            _ = try await store.finish(
                last,
                status(last.number),
                keeping: 0,
                endedBefore: .infinity
            )
            #expect(try store.workers(keeping: [WorkerID(1)], and: 1).map(\.url) == ["u\(round)"])
            #expect(try await store.logs(of: JobID(1), attempt: nil).map(\.text) == ["again"])
            #expect(store.position.write == store.head.lastWrite)
        }
        let store = try CoordinatorStore(directory: directory.path)
        #expect(try await store.jobs().map(\.id.number) == [1, 3, 5])
        #expect(try store.lastJob() == JobID(6), "no id is given twice")
        let next = try await store.write(CoordinatorStore.Batch(entries: [submission(7)]))
        #expect(next == 7, "no number of an entry either")
    }

    @Test func aSecondCoordinatorIsRefused() throws {
        let store = try CoordinatorStore(directory: directory.path)
        let error = #expect(throws: ConfigurationError.self) {
            try CoordinatorStore(directory: directory.path)
        }
        #expect(error?.description.contains(directory.path) ?? false)
        #expect(store.epoch == 1)
    }

    @Test func aJournalOfAnotherVersionNamesBoth() throws {
        _ = try CoordinatorStore(directory: directory.path)
        let database = try DatabaseQueue(path: directory("journal.sqlite"))
        try database.write { try $0.execute(sql: "PRAGMA user_version = 9") }
        let error = #expect(throws: ConfigurationError.self) {
            try CoordinatorStore(directory: directory.path)
        }
        #expect(error?.description.contains("version 9") ?? false)
        #expect(error?.description.contains("version 3") ?? false)
    }

    @Test func aFileThatIsNoJournalIsRefused() throws {
        try directory.write("journal.sqlite", String(repeating: "not a database ", count: 100))
        #expect(throws: (any Error).self) { try CoordinatorStore(directory: directory.path) }
    }
}
