import MapReduceDriver
import MapReduceModel
import MapReduceProcess
import Testing

/// A slot event by event, without a process.
@Suite struct TaskHostTests {
    private var host = TaskHost()

    private static let program = TaskHost.Program(
        job: JobID(1),
        fingerprint: "abc",
        taskTimeoutSeconds: 1
    )
    private static let other = TaskHost.Program(
        job: JobID(2),
        fingerprint: "def",
        taskTimeoutSeconds: nil
    )

    private static func spec(_ index: Int, job: Int = 1) -> TaskSpec {
        let task = TaskID(job: JobID(job), stage: 0, index: index)
        return TaskSpec(
            attempt: AttemptID(task: task, number: 0),
            input: .partition(index),
            segments: [],
            directory: "scratch/\(index)"
        )
    }

    private static func report(_ index: Int) -> TaskReport {
        TaskReport(
            attempt: spec(index).attempt,
            outcome: .succeeded(TaskOutput(run: nil, parts: [], counters: Counters()))
        )
    }

    private mutating func run(
        _ index: Int = 0,
        _ program: TaskHost.Program = program
    )
        -> [TaskHost.Action]
    {
        host.apply(.run(Self.spec(index, job: program.job.number), of: program, at: .zero))
    }

    /// A process runs the attempt 0.
    private mutating func start() {
        _ = run()
        _ = host.apply(.started)
    }

    private static let killed = TaskHost.End.exited(.signal(9), reason: "it was killed")

    private static func failure(_ actions: [TaskHost.Action]) -> Failure? {
        for case .report(let report) in actions {
            if case .failed(let failure) = report.outcome { return failure }
        }
        return nil
    }

    private static func crash(_ actions: [TaskHost.Action]) -> TaskHost.Crash? {
        for case .reportCrash(let crash) in actions { return crash }
        return nil
    }

    @Test mutating func aProcessIsStartedOnceForAJob() {
        #expect(host.isFree && host.spec == nil)
        #expect(run() == [.spawn(Self.program)])
        #expect(!host.isFree && host.spec == Self.spec(0))
        #expect(host.apply(.started) == [.send(.run(Self.spec(0)))])
        #expect(host.apply(.notice(.ready(fingerprint: "abc"))) == [])
        #expect(host.apply(.notice(.ended(Self.report(0)))) == [.report(Self.report(0))])
        #expect(host.isFree && host.spec == nil)
        #expect(run(1) == [.send(.run(Self.spec(1)))])
    }

    @Test mutating func aProcessOfAnotherJobIsReplaced() {
        start()
        _ = host.apply(.notice(.ended(Self.report(0))))
        #expect(run(1, Self.other) == [.kill])
        #expect(host.spec == Self.spec(1, job: 2))
        // What the old process still says belongs to nobody's attempt.
        #expect(host.apply(.notice(.ended(Self.report(0)))) == [])
        #expect(host.apply(.closed(error: nil)) == [])
        #expect(host.apply(.ended(Self.killed)) == [.spawn(Self.other)])
        #expect(host.apply(.started) == [.send(.run(Self.spec(1, job: 2)))])
    }

    @Test mutating func aProcessThatCannotBeStartedFailsTheAttempt() {
        _ = run()
        let failure = Self.failure(host.apply(.notStarted("no memory")))
        #expect(failure?.kind == .outOfResources)
        #expect(failure?.message == "cannot start a task process: no memory")
        #expect(host.isFree)
        #expect(run(1) == [.spawn(Self.program)])
    }

    @Test mutating func anotherPlanFailsTheAttempt() {
        start()
        #expect(host.apply(.notice(.ready(fingerprint: "xyz"))) == [.kill])
        let failure = Self.failure(host.apply(.ended(Self.killed)))
        #expect(failure?.kind == .badInput)
        #expect(failure?.message.contains("(fingerprints xyz and abc)") ?? false)
        #expect(host.isFree)
    }

    @Test mutating func aClosedChannelIsACrashThatSaysHowTheProcessEnded() {
        start()
        #expect(host.apply(.closed(error: nil)) == [.kill])
        let crash = Self.crash(host.apply(.ended(.exited(.signal(4), reason: "by signal 4"))))
        #expect(crash?.kind == .crashed && crash?.reason == "by signal 4")
        #expect(crash?.isTrap == true && crash?.hasExited == true)
        #expect(host.isFree)
    }

    @Test mutating func anErrorOfTheChannelSaysMoreThanTheKillThatFollows() {
        start()
        #expect(host.apply(.closed(error: "a frame of 9 GiB")) == [.kill])
        #expect(Self.crash(host.apply(.ended(Self.killed)))?.reason == "a frame of 9 GiB")
    }

    @Test mutating func aProcessThatEndsBetweenAttemptsIsStartedAgain() {
        start()
        _ = host.apply(.notice(.ended(Self.report(0))))
        #expect(host.apply(.closed(error: nil)) == [.kill])
        #expect(host.apply(.ended(Self.killed)) == [.didFree])
        #expect(run(1) == [.spawn(Self.program)])
    }

    @Test mutating func aReportOfAnotherAttemptIsIgnored() {
        start()
        #expect(host.apply(.notice(.ended(Self.report(7)))) == [])
        #expect(host.spec == Self.spec(0))
    }

    // MARK: Hangs

    /// Lets time pass without progress until something is to be done.
    private mutating func hang(from start: Int64 = 0) -> [TaskHost.Action] {
        let progress = FlightRecorder.Progress(
            recordNumber: 1,
            offset: 0,
            pairCount: 0,
            ownerChanges: 2
        )
        for tick in start..<(start + 1000) {
            let now = Instant(nanoseconds: tick * 100_000_000)
            let actions = host.apply(.tick(progress, at: now))
            if !actions.isEmpty { return actions }
        }
        return []
    }

    @Test mutating func aHangIsAskedAboutAndThenKilled() {
        start()
        #expect(hang() == [.askWhereItHangs])
        #expect(hang(from: 100) == [.kill])
        let crash = Self.crash(host.apply(.ended(Self.killed)))
        #expect(crash?.kind == .timedOut)
        #expect(crash?.reason.contains("no progress for 1 s") ?? false)
    }

    @Test mutating func aHangThatCannotBeAskedAboutIsKilled() {
        start()
        #expect(hang() == [.askWhereItHangs])
        #expect(host.apply(.cannotAsk) == [.kill])
        #expect(Self.crash(host.apply(.ended(.left)))?.kind == .timedOut)
    }

    @Test mutating func aSlotWithoutAnAttemptDoesNotHang() {
        #expect(hang() == [])
        start()
        _ = host.apply(.notice(.ended(Self.report(0))))
        #expect(hang() == [])
    }

    // MARK: Stopping

    @Test mutating func stoppingFreesTheSlotWithoutAReport() {
        #expect(host.apply(.stop) == [.didFree])
        start()
        #expect(host.apply(.stop) == [.kill])
        #expect(host.spec == nil && !host.isFree)
        #expect(host.apply(.stop) == [], "the end of the process is on its way")
        #expect(host.apply(.ended(Self.killed)) == [.didFree])
        #expect(host.isFree)
    }

    @Test mutating func stoppingWhileAProcessIsEndedDropsItsReport() {
        start()
        #expect(host.apply(.closed(error: nil)) == [.kill])
        #expect(host.apply(.stop) == [])
        #expect(host.apply(.ended(Self.killed)) == [.didFree])
    }

    // MARK: Processes that do not end

    @Test mutating func aStuckProcessCostsTheSlotUntilItIsReleased() {
        start()
        _ = host.apply(.closed(error: nil))
        let actions = host.apply(.ended(.stuck))
        #expect(actions.first == .didLose, "before the attempt is reported, and the slot filled")
        let crash = Self.crash(actions)
        #expect(crash?.reason.contains("its process cannot be ended") ?? false)
        #expect(crash?.hasExited == false)
        #expect(host.isLost && !host.isFree)
        #expect(host.apply(.stop) == [])
        #expect(Self.failure(run(1))?.kind == .workerLost)
        #expect(host.isLost)
        #expect(host.apply(.released) == [.didFree])
        #expect(host.isFree)
        #expect(run(2) == [.spawn(Self.program)])
    }

    @Test mutating func aStuckProcessOfAnotherJobFailsTheNewAttempt() {
        start()
        _ = host.apply(.notice(.ended(Self.report(0))))
        _ = run(1, Self.other)
        let actions = host.apply(.ended(.stuck))
        #expect(actions.first == .didLose)
        #expect(Self.failure(actions)?.kind == .workerLost)
    }

    @Test mutating func aStoppedProcessThatIsStuckIsNotFree() {
        start()
        _ = host.apply(.stop)
        #expect(host.apply(.ended(.stuck)) == [.didLose])
        #expect(host.apply(.released) == [.didFree])
    }

    // MARK: All of them

    /// Whatever comes in whatever order: at most one report for each attempt, never one for none,
    /// and a process is killed or spawned only where that makes sense.
    @Test func anyOrderOfEventsKeepsThePromises() {
        let tail = FlightRecorder.Progress(
            recordNumber: 1,
            offset: 0,
            pairCount: 0,
            ownerChanges: 2
        )
        let inputs: [TaskHost.Input] = [
            .started, .notStarted("x"), .notice(.ready(fingerprint: "abc")),
            .notice(.ready(fingerprint: "xyz")), .notice(.ended(Self.report(0))),
            .closed(error: nil), .tick(tail, at: .zero), .cannotAsk, .stop, .ended(Self.killed),
            .ended(.stuck), .ended(.left), .released,
        ]
        func explore(_ host: TaskHost, _ owed: Bool, _ killing: Bool, depth: Int) {
            guard depth > 0 else { return }
            if host.isFree {
                var next = host
                let actions = next.apply(.run(Self.spec(0), of: Self.program, at: .zero))
                #expect(!owed)
                explore(next, true, actions.contains(.kill), depth: depth - 1)
            }
            for input in inputs {
                // A driver says so only of what it was asked to do.
                if case .ended = input, !killing { continue }
                var next = host
                let actions = next.apply(input)
                var isOwed = owed
                for action in actions {
                    switch action {
                    case .report, .reportCrash:
                        #expect(isOwed, "a report of no attempt")
                        isOwed = false
                    default: break
                    }
                }
                if case .stop = input { isOwed = false }
                #expect(isOwed == (next.spec != nil) || !isOwed)
                if isOwed { #expect(next.spec != nil, "an attempt is forgotten") }
                var isKilling = killing
                if case .ended = input { isKilling = false }
                if actions.contains(.kill) {
                    #expect(!isKilling, "killed twice")
                    isKilling = true
                }
                explore(next, isOwed, isKilling, depth: depth - 1)
            }
        }
        explore(TaskHost(), false, false, depth: 5)
    }
}
