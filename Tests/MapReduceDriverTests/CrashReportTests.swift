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
                input: .files(name: "", format: .lines),
                steps: [Step(verb: "map", file: "A.swift", line: 3)],
                outputs: [.files]
            )
        ]
    )

    init() throws { directory = try TemporaryDirectory() }

    /// The failure of an attempt that read `in.txt`, died at its second line, and left this log.
    private func failure(log: String?, note: String = "") throws -> Failure {
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
        if !note.isEmpty { recorder.note(note) }
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
        #expect(failure.backtrace == nil)
        #expect(failure.log == String(log.dropLast()), "there is nothing better")
    }

    /// A closure that traps because of an error that it did not see, as it cannot throw.
    @Test func anErrorThatWasNotedBeforeComesFirst() throws {
        let failure = try failure(log: nil, note: "the values are gone through a second time")
        #expect(
            failure.message == "the values are gone through a second time; then "
                + "the task process crashed: it was ended"
        )
        let long = try self.failure(log: nil, note: String(repeating: "é", count: 2000))
        #expect(long.message.hasPrefix(String(repeating: "é", count: 895)))
    }

    /// What Swift's runtime writes, between what the closure printed.
    private let crashLog = """
        printed
        shops/Shops.swift:9: Fatal error: no

        *** Signal 4: Backtracing from 0x7f47664f9361... done ***

        *** Program crashed: Illegal instruction at 0x00007f47664f9361 ***

        Platform: x86_64 Linux (Debian GNU/Linux 12 (bookworm))

        Thread 1 crashed:

          0                0x00007f47664f9361 _assertionFailure(_:_:) + 225 in libswiftCore.so
          1 [inlined]      0x00005647eea154f6 price(at:) in shops at /home/a b/Shops.swift:30:21
          2 [ra]           0x00005647eea154f6 wait in the + 7 in libc.so.6
          3 [ra] [thunk]   0x00005647eea16c15 closure #1 in Shops.pipeline(_:) + 180 in shops at \
        /home/a b/Shops.swift:9:54
          4 [ra] [system]  0x00005647eea16d62 specialized closure #1 in Strings.map<A, B>(_:file:\
        line:) + 81 in shops at //<compiler-generated>
          5 [ra]           0x00005647ee99c551 TaskContext.forEachLine(_:) + 1136 in shops at \
        /src/Sources/MapReduce/Task/TaskContext.swift:85:25
        ...

        Backtrace took 0.25s

        """

    @Test func theBacktraceIsTheUsersPartOfIt() throws {
        let failure = try failure(log: crashLog)
        #expect(
            failure.backtrace == """
                price(at:) at /home/a b/Shops.swift:30:21
                wait in the + 7 in libc.so.6
                closure #1 in Shops.pipeline(_:) at /home/a b/Shops.swift:9:54
                """
        )
        #expect(failure.log == nil)
        #expect(failure.message.hasSuffix("it was ended; shops/Shops.swift:9: Fatal error: no"))
    }

    /// A program without debug information has no places, and then nothing is left out.
    @Test func aBacktraceWithoutPlacesIsWhole() throws {
        let failure = try failure(
            log: """
                Thread 1 crashed:

                  0      0x00005647eea154f6 closure #1 in Shops.pipeline(_:) + 7 in shops
                  1 [ra] 0x00005647eea154f6 TaskContext.forEachLine(_:) + 7 in shops

                """
        )
        #expect(
            failure.backtrace == """
                closure #1 in Shops.pipeline(_:) + 7 in shops
                TaskContext.forEachLine(_:) + 7 in shops
                """
        )
    }

    @Test func theReportEndsInWhatToDo() throws {
        let source = try directory.write("A.swift", "import A\n    let x = y!\n")
        var failure = try failure(log: nil)
        failure.record = nil
        failure.backtrace = "f() at \(source):2:13\ng() at /nowhere/B.swift:1:1"
        let attempt = AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 0), number: 3)
        let text = FailureText.text(of: failure, attempt: attempt, replay: "job --replay 0.0")
        #expect(
            text == """
                the job failed at stage 0, task 0, attempt 4 (map at A.swift:3):
                  the task process crashed: it was ended
                  at \(directory("in.txt")) at byte 6 (record 2)
                  backtrace, the innermost call first:
                    f() at \(source):2:13
                      2 | let x = y!
                    g() at /nowhere/B.swift:1:1
                  to run this task again:
                    job --replay 0.0
                """
        )
    }

    @Test func withoutALogTheRestIsTold() throws {
        let failure = try failure(log: nil)
        #expect(failure.kind == .crashed)
        #expect(failure.message == "the task process crashed: it was ended")
        #expect(failure.backtrace == nil && failure.log == nil)
        #expect(failure.steps == "map at A.swift:3")
        #expect(failure.location?.offset == 6 && failure.location?.recordNumber == 2)
    }
}
