import Foundation
import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

/// Plays the files of `Transcripts/`: commands to a coordinator, each followed by what it decided.
///
///     join 1 slots=2
///     ----
///     (nothing)
///
/// `UPDATE=1 swift test --filter Transcript` writes the answers anew; read the difference.
@Suite struct TranscriptTests {
    static let folder = packageRoot + "/Tests/MapReduceControlTests/Transcripts"

    @Test(
        arguments: try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    )
    func transcript(_ name: String) throws {
        let path = Self.folder + "/" + name
        let expected = try readText(path)
        let actual = try Self.play(expected)
        if ProcessInfo.processInfo.environment["UPDATE"] != nil {
            try Data(actual.utf8).write(to: URL(fileURLWithPath: path))
            return
        }
        #expect(actual == expected)
    }

    static func play(_ transcript: String) throws -> String {
        var player = TranscriptPlayer()
        var result = ""
        for block in transcript.components(separatedBy: "\n\n") {
            let lines = block.split(separator: "\n", omittingEmptySubsequences: true)
            let comments = lines.prefix { $0.hasPrefix("#") }
            result += comments.map { $0 + "\n" }.joined()
            if let command = lines.dropFirst(comments.count).first {
                result += "\(command)\n----\n" + (try player.perform(String(command)))
            }
            result += "\n"
        }
        return String(result.dropLast())
    }
}

/// Understands the commands of a transcript.
private struct TranscriptPlayer {
    private var coordinator = Self.plain
    private var now = Instant.zero
    private var journal: [JournalEntry] = []

    struct Mistake: Error { let command: String }

    /// Most transcripts are about something else than preparing tasks.
    private static var plain: Coordinator {
        var policy = Policy()
        policy.preparesTasks = false
        return Coordinator(policy: policy)
    }

    mutating func perform(_ command: String) throws -> String {
        let words = command.split(separator: " ").map(String.init)
        func number(_ index: Int) throws -> Int {
            guard words.indices.contains(index), let number = Int(words[index]) else {
                throw Mistake(command: command)
            }
            return number
        }
        func option(_ name: String) -> Int? {
            words.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) }
        }
        switch words[0] {
        case "policy":
            var policy = Policy()
            policy.preparesTasks = words.contains("prepares")
            for placement in Placement.allCases where words.contains(placement.rawValue) {
                policy.placement = placement
            }
            coordinator = Coordinator(policy: policy)
            return "ok\n"
        case "join":
            return apply(
                .workerJoined(
                    WorkerID(try number(1)),
                    WorkerProfile(
                        slots: option("slots") ?? 1,
                        localPaths: words.filter { $0.hasPrefix("local=") }
                            .map { String($0.dropFirst("local=".count)) }
                    ),
                    attempts: try words.filter { $0.hasPrefix("runs=") }
                        .map { try parseAttempt(String($0.dropFirst("runs=".count))) }
                )
            )
        case "leave": return apply(.workerLeft(WorkerID(try number(1))))
        case "poll":
            return apply(
                .workerPolled(
                    WorkerID(try number(1)),
                    WorkerHealth(
                        isDraining: words.contains("draining"),
                        isDiskLow: words.contains("disk-low"),
                        lostSlots: option("lost") ?? 0
                    )
                )
            )
        case "retire": return apply(.jobRetired(JobID(try number(1))))
        case "needed":
            return coordinator.isNeeded(WorkerID(try number(1))) ? "yes\n" : "no\n"
        case "submit":
            let stages = option("stages") ?? 2
            return apply(
                .jobSubmitted(
                    testJob(
                        try number(1),
                        maps: option("maps") ?? 1,
                        reducers: option("reducers") ?? 1,
                        stageCount: stages,
                        graph: words.firstMatch("graph=").flatMap(TestGraph.init),
                        weight: option("weight") ?? 1,
                        maxAttempts: option("attempts") ?? JobLimits.defaultMaxAttempts,
                        maxBadRecords: option("bad-records") ?? 0,
                        auditPercent: option("audit") ?? 0
                    )
                )
            )
        case "succeed", "fail":
            let attempt = try parseAttempt(words[1])
            let outcome: TaskReport.Outcome =
                words[0] == "succeed"
                ? .succeeded(
                    testOutput(
                        attempt,
                        variant: option("variant") ?? 0,
                        changed: option("changed") ?? 0,
                        written: option("written"),
                        read: option("read")
                    )
                )
                : .failed(
                    Failure(
                        kind: FailureKind(rawValue: words[2]) ?? .threw,
                        message: "as told",
                        location: option("at").map {
                            RecordLocation(path: "in", offset: $0, recordNumber: 1)
                        }
                    )
                )
            let worker = option("by") ?? coordinator.jobs[attempt: attempt]?.worker.number ?? 0
            return apply(
                .attemptReported(WorkerID(worker), TaskReport(attempt: attempt, outcome: outcome))
            )
        case "lost", "silent":
            return apply(
                .fetchFailed(
                    coordinator.jobs[attempt: try parseAttempt(words[1])]?.worker ?? WorkerID(0),
                    try parseAttempt(words[1]),
                    source: try parseAttempt(words[2]),
                    isSilent: words[0] == "silent",
                    message: "as told"
                )
            )
        case "published": return apply(.outputPublished(JobID(try number(1)), nil))
        case "unpublished":
            return apply(
                .outputPublished(
                    JobID(try number(1)),
                    Failure(kind: .outOfResources, message: "disk full")
                )
            )
        case "cancel": return apply(.jobCancelled(JobID(try number(1))))
        case "stall":
            let duration = Duration.seconds(try number(1))
            now = now + duration
            return apply(.stalled(duration))
        case "wait":
            now = now + .seconds(try number(1))
            return apply(.tick)
        case "restart":
            coordinator = Coordinator(policy: coordinator.policy, journal: journal, at: now)
            return "replayed \(journal.count) entries\n" + apply(.recovered)
        default: throw Mistake(command: command)
        }
    }

    private mutating func apply(_ event: Event) -> String {
        let effects = coordinator.apply(event, at: now)
        journal += effects.journal
        let lines =
            effects.journal.map { "journal  \(describe($0))" }
            + effects.commands.map { "message  \(describe($0))" }
            + effects.actions.map { "message  \(describe($0))" }
        return lines.isEmpty ? "(nothing)\n" : lines.map { $0 + "\n" }.joined()
    }

    private func parseAttempt(_ text: String) throws -> AttemptID {
        // job.stage.task.attempt
        let parts = text.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 4 else { throw Mistake(command: text) }
        return AttemptID(
            task: TaskID(job: JobID(parts[0]), stage: parts[1], index: parts[2]),
            number: parts[3]
        )
    }

    private func describe(_ attempt: AttemptID) -> String {
        "\(attempt.task.job.number).\(attempt.task.stage).\(attempt.task.index).\(attempt.number)"
    }

    private func describe(_ entry: JournalEntry) -> String {
        switch entry {
        case .jobSubmitted(let submission, _): "\(submission.id) submitted"
        case .attemptStarted(let attempt, let worker, _):
            "\(describe(attempt)) started on \(worker)"
        case .attemptSucceeded(let attempt, _, _): "\(describe(attempt)) succeeded"
        case .attemptFailed(let attempt, let failure, _):
            "\(describe(attempt)) failed: \(failure.kind)"
        case .attemptStopped(let attempt, _): "\(describe(attempt)) stopped"
        case .attemptAudited(let attempt, _, _): "\(describe(attempt)) audited"
        case .inputChanged(let job, let stage): "input of \(job)-stage\(stage) changed"
        case .outputsDiffered(let difference):
            "outputs \(difference.first) and \(difference.second) of \(difference.task) differ"
        case .outputLost(let task): "output of \(task) lost"
        case .recordSkipped(let task, let record):
            "record \(record.file):\(record.offset) of \(task) skipped"
        case .commitBegan(let job, _): "\(job) commits"
        case .jobFinished(let job, let outcome, _): "\(job) finished: \(describe(outcome))"
        case .jobRetired(let job): "\(job) retired"
        }
    }

    private func describe(_ outcome: JobOutcome) -> String {
        switch outcome {
        case .succeeded: "succeeded"
        case .failed(let failure, _): "failed: \(failure.message)"
        case .cancelled: "cancelled"
        }
    }

    private func describe(_ item: AddressedCommand) -> String {
        switch item.command {
        case .start(let assignment):
            "\(item.worker): start \(describe(assignment.attempt)), "
                + describe(assignment.input)
                + (assignment.sources.isEmpty ? "" : " of ")
                + assignment.sources.map { describe($0, in: assignment.attempt.task.job) }
                .joined(separator: ", and of ")
                + assignment.badRecords.map { ", without \($0.file):\($0.offset)" }.joined()
        case .stop(let attempt): "\(item.worker): stop \(describe(attempt))"
        case .prepare(let job, let stage, let tasks):
            "\(item.worker): prepare \(job.number).\(stage), tasks "
                + tasks.map(String.init).joined(separator: " ")
        case .end(let job): "\(item.worker): end \(job)"
        }
    }

    private func describe(_ action: CoordinatorAction) -> String {
        switch action {
        case .workerUnreachable(let worker, let others):
            "\(worker) is unreachable for \(others.map(\.description).joined(separator: ", "))"
        case .publishOutput(let job, let outputs):
            "publish \(job): \(outputs.flatMap(\.files).map(\.path).joined(separator: " "))"
        case .jobFinished(let job, let outcome): "\(job) finished: \(describe(outcome))"
        }
    }

    private func worker(of attempt: AttemptID) -> Int {
        coordinator.jobs[attempt: attempt]?.worker.number ?? -1
    }

    private func describe(_ input: TaskInput) -> String {
        switch input {
        case .split(let split): "split \(split.pieces[0].path)"
        case .partition(let number): "partition \(number)"
        }
    }

    private func describe(_ source: ShuffleInput, in job: JobID) -> String {
        (coordinator.jobs[job]?
            .sources(stage: source.stage, outputLogLength: source.outputLogLength) ?? [])
            .map { "\(describe($0))@\(worker(of: $0))" }
            .joined(separator: " ")
    }
}

extension [String] {
    /// What follows a prefix in the first word that has it.
    fileprivate func firstMatch(_ prefix: String) -> String? {
        first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
}
