internal import ArgumentParser
internal import Foundation
internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

/// Measures how many tasks a coordinator can give out and take back in a second: workers that only
/// pretend to work, over real HTTP.
@main
struct Completions: AsyncParsableCommand {
    @Option(help: "The URL of a coordinator that has no workers.") var coordinator: String
    @Option(help: "How many workers to pretend to be.") var workers = 32
    @Option(help: "Slots of each.") var slots = 32
    @Option(help: "Tasks of the job.") var tasks = 50_000
    @Option(help: "A directory for the output that never comes.") var directory: String

    func run() async throws {
        let client = ClusterClient(token: nil, tls: nil, connectionCount: workers + 4)
        let base = "\(coordinator)/v1"
        let control = CoordinatorClient(url: coordinator, token: nil, tls: nil)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<workers {
                group.addTask {
                    try await pretend(client, base, "pretender\(number)", tally)
                }
            }
            let id = try await submit(control)
            let clock = ContinuousClock()
            let start = clock.now
            while tally.count.load(ordering: .relaxed) < tasks {
                try await Task.sleep(for: .milliseconds(5))
            }
            let seconds = (clock.now - start).inSeconds
            print(
                "\(tasks) tasks, \(workers) workers of \(slots) slots: "
                    + "\(Int(Double(tasks) / seconds)) completions a second"
            )
            try await control.cancel(id)
            tally.isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        try await client.shutdown()
        try await control.shutdown()
    }

    /// A job of maps that shuffle: when all of them are done, it is cancelled.
    private func submit(_ control: CoordinatorClient) async throws -> JobID {
        let plan = Plan(
            name: "pretended",
            stages: [
                StagePlan(
                    id: 0,
                    input: .files(name: "", format: .lines),
                    steps: [],
                    outputs: [.shuffle(partitionCount: 1)]
                ),
                StagePlan(
                    id: 1,
                    input: .shuffle(stage: 0),
                    steps: [],
                    outputs: [.files]
                ),
            ]
        )
        let splitByteCount = 1 << 20
        let file = FilePiece(
            path: "/input/that/is/never/read.txt",
            offset: 0,
            byteCount: tasks * splitByteCount,
            compression: .none,
            signature: FileSignature(byteCount: tasks * splitByteCount, modificationTime: 0)
        )
        let answer = try await control.submit(
            SubmitRequest(
                description: JobDescription(
                    plan: plan,
                    inputs: [Split(pieces: [file]), Split(pieces: [])],
                    output: directory + "/out",
                    overwrites: true,
                    splitByteCount: splitByteCount,
                    retryPolicy: RetryPolicy(),
                    taskTimeout: nil,
                    isQuiet: true,
                    isVerbose: false
                ),
                program: JobProgramFile(
                    sha256: try await control.upload(executable: "/proc/self/exe"),
                    arguments: ["pretended"],
                    directory: "/",
                    slotCount: workers * slots
                )
            )
        )
        return answer.id
    }

    /// A worker that reports each attempt as done as soon as it is told to start it.
    private func pretend(
        _ client: ClusterClient,
        _ base: String,
        _ name: String,
        _ tally: Tally
    ) async throws {
        let joined: JoinAnswer = try await client.post(
            "\(base)/workers",
            JoinRequest(incarnation: name, url: "http://\(name)", host: name, slots: slots)
        )
        var received = 0
        var ended: [AttemptEnd] = []
        while !tally.isOver.load(ordering: .relaxed) {
            let request = PollRequest(
                session: joined.session,
                received: received,
                ended: ended,
                wait: ended.isEmpty ? 200 : 0
            )
            let answer: PollAnswer = try await client.post(
                "\(base)/workers/\(joined.worker.number)/poll",
                request
            )
            tally.count.add(ended.count, ordering: .relaxed)
            ended = []
            for command in answer.commands {
                received = command.number
                // The reducer never ends, so that the job can be cancelled.
                if case .start(let assignment) = command.command,
                    assignment.attempt.task.stage == 0
                {
                    ended.append(AttemptEnd(report: Self.success(assignment.attempt)))
                }
            }
        }
        try await client.delete("\(base)/workers/\(joined.worker.number)")
    }

    /// What a map of a hundred megabytes would report.
    private static func success(_ attempt: AttemptID) -> TaskReport {
        var counters = Counters()
        for name in [
            BuiltInCounter.recordsRead, BuiltInCounter.bytesRead, BuiltInCounter.pairsEmitted,
            BuiltInCounter.pairsShuffled, BuiltInCounter.bytesShuffled,
        ] {
            counters.add(1_000_000, to: name)
        }
        let path = "/scratch/mapreduce-a1b2c3/\(attempt.task.job)/\(attempt)/0.run"
        return TaskReport(
            attempt: attempt,
            outcome: .succeeded(
                TaskOutput(
                    run: OutputFile(
                        path: path,
                        byteCount: 1_000_000,
                        recordCount: 10_000,
                        checksum: 0
                    ),
                    counters: counters
                )
            )
        )
    }
}

/// What all pretenders count together, and whether they may stop.
final class Tally: Sendable {
    let count = Atomic(0)
    let isOver = Atomic(false)
}
