import MapReduceEngine
import MapReduceModel

@testable import MapReduceControl

/// The state machine of a worker, with any answers of a coordinator and any ends of what it does.
struct WorkerTarget: FuzzTarget {
    let name = "worker"
    let mutation = Mutation.json

    private static let slotCount = 2

    /// What a worker may hear, as a step of a script.
    enum Step: Codable {
        case joined(JoinAnswer)
        case joinFailed
        case answered(isReport: Bool, PollAnswer, delivered: [AttemptID])
        case pollFailed(isReport: Bool, mustJoin: Bool)
        case jobReady(JobID)
        case jobFailed(JobID)
        case inputReady(AttemptID, sources: [AttemptID])
        case inputFailed(AttemptID, source: AttemptID?)
        case attemptEnded(slot: Int, TaskReport)
        case slotStopped(Int)
        case slotLost(Int)
        case pollRefused(isReport: Bool, ended: [AttemptID])
        case drain
    }

    func seeds() throws -> [[UInt8]] {
        let map = AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 0), number: 0)
        let reduce = AttemptID(task: TaskID(job: JobID(1), stage: 1, index: 0), number: 0)
        let split = TaskInput.split(
            Split(pieces: [
                PlannedFile(
                    path: "a",
                    compression: .none,
                    signature: FileSignature(byteCount: 9, modificationTime: 0)
                ).wholePiece
            ])
        )
        let sources = [ShuffleInput(stage: 0, outputLogLength: 1)]
        let position = JournalPosition(epoch: 1, start: "s", write: 1)
        let answer = JoinAnswer(
            worker: WorkerID(1),
            cluster: "c",
            session: SessionID(epoch: 1, start: "s", number: 1),
            endedJobs: [],
            position: position
        )
        let commands: [WorkerCommand] = [
            .start(Assignment(attempt: map, input: split, badRecords: [])),
            .prepare(JobID(1), stage: 1, tasks: [0, 1]),
            .start(
                Assignment(attempt: reduce, input: .partition(0), sources: sources, badRecords: [])
            ),
            .stop(map), .end(JobID(1)),
        ]
        let numbered = commands.enumerated().map {
            NumberedCommand(number: $0.offset + 1, command: $0.element)
        }
        let failure = Failure(kind: .fetchFailed, message: "gone", run: "/run0")
        let failed = TaskReport(attempt: reduce, outcome: .failed(failure))
        let first = PollAnswer(commands: Array(numbered.prefix(3)), position: position)
        let last = PollAnswer(
            commands: Array(numbered.suffix(2)),
            position: position,
            mayLeave: true
        )
        return [
            try Script.text([
                Step.joined(answer), .answered(isReport: false, first, delivered: []),
                .jobReady(JobID(1)), .inputReady(reduce, sources: [map]),
                .attemptEnded(slot: 1, failed), .answered(isReport: true, last, delivered: []),
                .slotStopped(0), .drain, .answered(isReport: false, last, delivered: [reduce]),
            ]),
            try Script.text([
                Step.joinFailed, .joined(answer), .answered(isReport: false, first, delivered: []),
                .pollFailed(isReport: false, mustJoin: true), .jobFailed(JobID(1)),
                .joined(answer), .inputFailed(reduce, source: map),
            ]),
            try Script.text([
                Step.joined(answer), .answered(isReport: false, first, delivered: []),
                .jobReady(JobID(1)), .slotLost(0), .inputReady(reduce, sources: [map]),
                .attemptEnded(slot: 0, TaskReport(attempt: map, outcome: .failed(failure))),
                .pollRefused(isReport: true, ended: [map]), .slotStopped(0),
                .answered(isReport: false, last, delivered: [map]),
            ]),
        ]
    }

    func check(_ text: [UInt8]) throws -> Bool {
        var machine = WorkerStateMachine(slotCount: Self.slotCount)
        var session = SessionID(epoch: 0, start: "s", number: 0)
        var busy: [Int: AttemptID] = [:]
        let steps = try Script.steps(Step.self, text)
        var actions = machine.apply(.started)
        for step in steps {
            if case .joined(let answer) = step { session = answer.session }
            let event = event(step, session)
            if case .attemptEnded(let slot, let report, _) = event, busy[slot] == report.attempt {
                busy[slot] = nil
            }
            if case .slotStopped(let slot) = event { busy[slot] = nil }
            actions = machine.apply(event)
            for action in actions {
                guard case .run(let slot, let assignment, _) = action else { continue }
                if case .split(let split) = assignment.input {
                    // What its progress is computed with.
                    for piece in split.pieces {
                        _ = split.byteCount(before: piece.offset, in: piece.path)
                    }
                }
                try require((0..<Self.slotCount).contains(slot), "there is no slot \(slot)")
                try require(busy[slot] == nil, "slot \(slot) is taken")
                busy[slot] = assignment.attempt
            }
            try require(actions.count(where: \.isPoll) <= 2, "it polls again and again")
            try require(
                machine.running.map(\.attempt).count == Set(machine.running.map(\.attempt)).count,
                "an attempt runs twice"
            )
        }
        return !steps.isEmpty
    }

    private func event(_ step: Step, _ session: SessionID) -> WorkerEvent {
        func kind(_ isReport: Bool) -> PollKind { isReport ? .reporting : .waiting }
        switch step {
        case .joined(let answer): return .joined(answer)
        case .joinFailed: return .joinFailed
        case .answered(let isReport, let answer, let delivered):
            return .answered(kind(isReport), session, answer, delivered: delivered)
        case .pollFailed(let isReport, let mustJoin):
            return .pollFailed(kind(isReport), session, mustJoin: mustJoin)
        case .jobReady(let job): return .jobReady(job)
        case .jobFailed(let job): return .jobFailed(job, message: "no")
        case .inputReady(let attempt, let sources):
            let segments = sources.enumerated().map { index, source in
                FetchedSegment(segment: Segment(run: "/run\(index)", partition: 0), source: source)
            }
            return .inputReady(attempt, [segments])
        case .inputFailed(let attempt, let source):
            return .inputFailed(attempt, source: source, message: "no")
        case .attemptEnded(let slot, let report): return .attemptEnded(slot: slot, report, log: nil)
        case .slotStopped(let slot): return .slotStopped(slot)
        case .slotLost(let slot): return .slotLost(slot)
        case .pollRefused(let isReport, let ended):
            return .pollRefused(kind(isReport), session, ended: ended, message: "no")
        case .drain: return .drain
        }
    }
}

extension WorkerAction {
    fileprivate var isPoll: Bool { if case .poll = self { true } else { false } }
}
