import MapReduceDriver
import MapReduceModel
import MapReduceProcess
import TestSupport
import Testing

@Suite struct CrashReportTests {
    private let directory: TemporaryDirectory
    private let plan = Plan(
        name: "job",
        stages: [
            StagePlan(
                id: 0,
                input: .files(name: ""),
                steps: [Step(verb: "map", file: "A.swift", line: 3)],
                output: .files,
                partitionCount: 0
            )
        ]
    )

    init() throws { directory = try TemporaryDirectory() }

    /// The failure of an attempt that read `in.txt`, died at its second line, and left this log.
    private func failure(log: String?) throws -> Failure {
        let path = try directory.write("in.txt", "first\nsecond\nthird\n")
        let piece = FilePiece(
            path: path,
            offset: 0,
            byteCount: 19,
            compression: .none,
            signature: FileSignature(byteCount: 19, modificationTime: 0)
        )
        if let log { try directory.write("log", log) }
        let recorder = try FlightRecorder()
        recorder.begin(path: path, offset: 0)
        recorder.page.storeBytes(of: 2, toByteOffset: 0, as: Int.self)
        recorder.page.storeBytes(of: 6, toByteOffset: 8, as: Int.self)
        return CrashReport.failure(
            of: TaskSpec(
                attempt: AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 0), number: 0),
                input: .split(Split(pieces: [piece])),
                directory: directory("attempt"),
                logPath: directory("log")
            ),
            plan: plan,
            reason: "it was ended",
            reading: recorder.read(),
            processLogPath: directory("none")
        )
    }

    @Test(arguments: [
        ("printed\njob/A.swift:4: Fatal error: no\n", "job/A.swift:4: Fatal error: no"),
        (
            "*** Swift runtime failure: arithmetic overflow ***\n",
            "Swift runtime failure: arithmetic overflow"
        ),
    ])
    func theFatalErrorIsInTheMessage(_ log: String, _ expected: String) throws {
        let failure = try failure(log: log)
        #expect(failure.message == "the task process crashed: it was ended; \(expected)")
        #expect(!(failure.backtrace ?? "").contains("printed"))
    }

    @Test func withoutALogTheRestIsTold() throws {
        let failure = try failure(log: nil)
        #expect(failure.kind == .crashed)
        #expect(failure.message == "the task process crashed: it was ended")
        #expect(failure.backtrace == nil)
        #expect(failure.steps == "map at A.swift:3")
        #expect(failure.location?.offset == 6 && failure.location?.recordNumber == 2)
    }
}
