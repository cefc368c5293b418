import Foundation
import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

/// What the processes of a cluster send each other, and what a journal keeps, pinned byte by byte.
///
/// `UPDATE=1 swift test --filter Golden` writes them anew: a difference is another version of the
/// protocol, or of the journal.
@Suite struct GoldenTests {
    private func check<Value: Codable & Equatable>(_ value: Value, _ name: String) throws {
        try checkGolden(value, "Tests/MapReduceControlTests/Golden/\(name).json")
    }

    private let job = JobID(3)
    private let worker = WorkerID(2)
    private var task: TaskID { TaskID(job: job, stage: 0, index: 7) }
    private var attempt: AttemptID { AttemptID(task: task, number: 1) }
    private var reader: AttemptID {
        AttemptID(task: TaskID(job: job, stage: 1, index: 0), number: 0)
    }

    private let piece = FilePiece(
        path: "logs/a.txt",
        offset: 0,
        byteCount: 192,
        compression: .gzip,
        signature: FileSignature(byteCount: 192, modificationTime: 1_700_000_000)
    )
    private let program = JobProgramFile(
        sha256: String(repeating: "0f", count: 32),
        arguments: ["./wordcount", "logs", "-o", "out"],
        directory: "/home/ada",
        slotCount: 8,
        files: [UploadedFile(name: "stopwords", sha256: String(repeating: "1e", count: 32))]
    )
    private let plan = Plan(
        name: "wordcount",
        stages: [
            StagePlan(
                id: 0,
                input: .files(name: "", format: .lines),
                steps: [Step(verb: "map", file: "WordCount.swift", line: 7)],
                outputs: [.combinedShuffle(partitionCount: 1)]
            ),
            StagePlan(
                id: 1,
                input: .shuffle(stage: 0),
                steps: [Step(verb: "combine", file: "WordCount.swift", line: 10)],
                outputs: [.files]
            ),
        ]
    )
    private let failure = Failure(
        kind: .crashed,
        message: "the task process crashed",
        location: RecordLocation(path: "logs/a.txt", offset: 64, recordNumber: 3),
        record: "\"x\""
    )
    private var output: TaskOutput {
        var counters = Counters()
        counters.add(3, to: BuiltInCounter.recordsRead)
        return TaskOutput(
            run: OutputFile(path: "/scratch/0.run", byteCount: 99, recordCount: 2, checksum: 7),
            parts: [OutputFile(path: "/out/0", byteCount: 9, recordCount: 1, checksum: .max)],
            counters: counters,
            written: [PairChecksum(count: 2, hashSum: .max), PairChecksum()],
            read: PairChecksum(count: 3, hashSum: 1 << 63),
            heaviestKey: HeavyKey(key: "x", pairCount: 2)
        )
    }

    private let position = JournalPosition(epoch: 2, start: "s", write: 57)

    @Test func joining() throws {
        try check(
            JoinRequest(
                incarnation: "6a",
                url: "http://10.0.0.2:9311",
                host: "b0",
                slots: 4,
                localPaths: ["/disk1/"],
                cluster: "c1",
                position: position,
                attempts: [attempt],
                jobs: [HeldJob(id: job, uuid: "5d")]
            ),
            "join-request"
        )
        try check(
            JoinAnswer(
                worker: worker,
                cluster: "c1",
                session: SessionID(epoch: 2, start: "s", number: 9),
                endedJobs: [job],
                position: position
            ),
            "join-answer"
        )
    }

    @Test func polling() throws {
        let report = TaskReport(attempt: attempt, outcome: .succeeded(output))
        let lost = TaskReport(
            attempt: reader,
            outcome: .failed(Failure(kind: .fetchFailed, message: "gone"))
        )
        try check(
            PollRequest(
                session: SessionID(epoch: 2, start: "s", number: 9),
                received: 5,
                ended: [
                    AttemptEnd(report: report, log: "printed\n"),
                    AttemptEnd(report: lost, source: attempt),
                ],
                progress: [AttemptProgress(attempt: attempt, records: 10, bytes: 400)],
                isDraining: true,
                isDiskLow: true,
                machine: HostStatus(
                    load: HostStatus.Load(one: 1.5, processorCount: 4),
                    memory: HostStatus.Memory(availableByteCount: 5, totalByteCount: 9),
                    disk: HostStatus.Disk(freeByteCount: 3, totalByteCount: 7),
                    segments: HostStatus.Segments(count: 2, byteCount: 18)
                ),
                wait: 1000
            ),
            "poll-request"
        )
        let commands: [WorkerCommand] = [
            .start(
                Assignment(
                    attempt: attempt,
                    jobUUID: "5d",
                    input: .split(Split(pieces: [piece])),
                    badRecords: [BadRecord(file: "logs/a.txt", offset: 64, reason: "crashed")]
                )
            ),
            .start(
                Assignment(
                    attempt: reader,
                    jobUUID: "5d",
                    input: .partition(0),
                    sources: [ShuffleInput(stage: 0, outputLogLength: 9)],
                    badRecords: []
                )
            ),
            .stop(attempt), .prepare(job, stage: 1, tasks: [0, 2]), .end(job),
        ]
        try check(
            PollAnswer(
                commands: commands.enumerated().map {
                    NumberedCommand(number: $0.offset + 6, command: $0.element)
                },
                position: position
            ),
            "poll-answer"
        )
    }

    @Test func submitting() throws {
        try check(
            SubmitRequest(
                description: JobDescription(
                    plan: plan,
                    inputs: [Split(pieces: [piece]), Split(pieces: [])],
                    files: [
                        DescribedFile(
                            name: "stopwords",
                            path: "/home/ada/words.txt",
                            signature: FileSignature(byteCount: 90, modificationTime: 1_600_000_000)
                        )
                    ],
                    output: "/home/ada/out",
                    overwrites: false,
                    splitByteCount: 128 << 20,
                    retryPolicy: RetryPolicy(),
                    taskTimeout: 600,
                    settings: JobReport.Settings(
                        memoryByteCount: 256 << 20,
                        reducerCount: 2,
                        splitByteCount: 128 << 20,
                        compressesOutput: false
                    ),
                    isQuiet: false,
                    isVerbose: true
                ),
                program: program,
                weight: 2,
                owner: "ada@laptop"
            ),
            "submit-request"
        )
        try check(SubmitAnswer(id: job, uuid: "5d"), "submit-answer")
        try check(
            ReplayAnswer(
                program: program,
                task: ReplayTask(
                    TaskID(job: job, stage: 0, index: 0),
                    of: plan,
                    slotCount: program.slotCount,
                    splits: [[Split(pieces: [piece])], []],
                    badRecords: [BadRecord(file: piece.path, offset: 5, reason: "it threw")]
                )
            ),
            "replay"
        )
        try check(
            JobLaunch(
                uuid: "5d",
                plan: plan,
                program: program,
                outputDirectory: "/home/ada/out/_temporary",
                taskTimeout: 600
            ),
            "launch"
        )
    }

    @Test func outputs() throws {
        try check(
            StageOutputs(
                entries: [
                    StageOutputs.Entry(
                        task: 7,
                        attempt: 1,
                        worker: worker,
                        path: "/scratch/0.run",
                        byteCount: 99
                    )
                ],
                workers: [
                    WorkerAddress(
                        worker: worker,
                        url: "http://10.0.0.2:9311",
                        host: "b0",
                        incarnation: "6a"
                    )
                ],
                isDone: true
            ),
            "outputs"
        )
    }

    @Test func statuses() throws {
        try check(
            ClusterStatus(version: 1, cluster: "c1", epoch: 2, workerCount: 3, slotCount: 12),
            "cluster-status"
        )
        var status = JobStatus(
            id: job,
            name: "wordcount",
            phase: .failed,
            output: "/home/ada/out",
            weight: 1,
            stages: [
                JobStatus.Stage(
                    label: "map at WordCount.swift:7",
                    taskCount: 9,
                    doneCount: 8,
                    runningCount: 0,
                    failureCount: 4,
                    backupCount: 1,
                    seconds: 1.5
                )
            ],
            counters: output.counters,
            inputByteCount: 192
        )
        status.failure = failure
        status.failedAttempt = attempt
        try check(status, "job-status")
        try check(
            [
                TaskStatus(
                    stage: 0,
                    index: 7,
                    state: .done,
                    attempts: [
                        TaskStatus.Attempt(
                            number: 0,
                            worker: worker,
                            state: .failed,
                            message: "it crashed"
                        ),
                        TaskStatus.Attempt(
                            number: 1,
                            worker: worker,
                            state: .succeeded,
                            seconds: 0.5
                        ),
                    ]
                )
            ],
            "task-statuses"
        )
        var workerStatus = WorkerStatus(
            id: worker,
            url: "http://10.0.0.2:9311",
            slotCount: 4,
            runningCount: 1,
            silence: 0.25,
            state: .diskLow
        )
        workerStatus.version = "0.2"
        workerStatus.load = HostStatus.Load(one: 1.5, processorCount: 4)
        workerStatus.memory = HostStatus.Memory(availableByteCount: 5, totalByteCount: 9)
        workerStatus.disk = HostStatus.Disk(freeByteCount: 3, totalByteCount: 7)
        workerStatus.segments = HostStatus.Segments(count: 2, byteCount: 18)
        workerStatus.excludedJobs = [job]
        workerStatus.lostSlotCount = 1
        workerStatus.unreachableFor = [WorkerID(5)]
        try check([workerStatus], "worker-statuses")
        try check([AttemptLog(attempt: attempt, text: "printed\n")], "logs")
        try check(ErrorAnswer(code: "not-found", message: "there is no job 3"), "error")
    }

    @Test func journal() throws {
        let moment = Instant(nanoseconds: 1_700_000_000_000_000_000)
        let entries: [JournalEntry] = [
            .jobSubmitted(
                JobSubmission(
                    id: job,
                    uuid: "5d",
                    plan: plan,
                    splits: [[Split(pieces: [piece])], []]
                ),
                at: moment
            ),
            .attemptStarted(attempt, worker: worker, at: moment),
            .attemptSucceeded(attempt, output, at: moment),
            .attemptFailed(attempt, failure, at: moment),
            .attemptStopped(attempt, at: moment),
            .attemptAudited(attempt, output.digest, at: moment),
            .outputLost(task),
            .inputChanged(job, stage: 1),
            .outputsDiffered(OutputDifference(task: task, first: 0, second: 2)),
            .recordSkipped(task, BadRecord(file: "logs/a.txt", offset: 64, reason: "crashed")),
            .commitBegan(job, at: moment),
            .jobFinished(job, .succeeded, at: moment),
            .jobFinished(job, .failed(failure, attempt: attempt), at: moment),
            .jobFinished(job, .cancelled, at: moment),
            .jobRetired(job),
        ]
        try check(entries, "journal")
    }
}
