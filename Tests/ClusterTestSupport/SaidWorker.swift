import MapReduceModel

/// A worker that runs nothing, and says what the test wants it to say.
package struct SaidWorker {
    package let service: TestService
    package let answer: JoinAnswer
    private var received = 0
    /// What it was told to run, and has not ended.
    package private(set) var running: [AttemptID] = []

    package init(
        _ service: TestService,
        slots: Int,
        incarnation: String = "w",
        running: [AttemptID] = []
    ) async throws {
        self.service = service
        self.running = running
        answer = try await service.post(
            "/v1/workers",
            JoinRequest(
                incarnation: incarnation,
                url: "http://127.0.0.1:1/\(incarnation)",
                host: "h",
                slots: slots,
                attempts: running
            )
        )
    }

    /// Says how attempts ended, and hears what to do.
    package mutating func poll(
        _ ended: [TaskReport] = [],
        progress: [AttemptProgress] = [],
        machine: HostStatus? = nil
    ) async throws {
        let told: PollAnswer = try await service.post(
            "/v1/workers/\(answer.worker.number)/poll",
            PollRequest(
                session: answer.session,
                received: received,
                ended: ended.map { AttemptEnd(report: $0) },
                progress: progress,
                machine: machine
            )
        )
        let over = ended.map(\.attempt)
        running.removeAll { over.contains($0) }
        for command in told.commands where command.number > received {
            received = command.number
            switch command.command {
            case .start(let assignment): running.append(assignment.attempt)
            case .stop(let attempt): running.removeAll { $0 == attempt }
            case .end(let job): running.removeAll { $0.task.job == job }
            case .prepare: break
            }
        }
    }

    package static func failed(_ attempt: AttemptID) -> TaskReport {
        TaskReport(attempt: attempt, outcome: .failed(Failure(kind: .threw, message: "no")))
    }

    /// What an attempt of the first stage leaves, of which no byte is there.
    package static func succeeded(_ attempt: AttemptID) -> TaskReport {
        var counters = Counters()
        counters.add(1, to: BuiltInCounter.recordsRead)
        return TaskReport(
            attempt: attempt,
            outcome: .succeeded(
                TaskOutput(
                    run: OutputFile(path: "/x.run", byteCount: 9, recordCount: 1, checksum: 7),
                    parts: [],
                    counters: counters,
                    written: [PairChecksum()],
                    read: PairChecksum()
                )
            )
        )
    }
}
